"""``make simulate SEEDS=1..10000``: run seeds, and print those in which a promise was broken."""

import sys
import time
from typing import Annotated

import typer
from cleave_cli.console import console

from tests.simulation.plan import make_plan
from tests.simulation.run import run


def main(seeds: Annotated[str, typer.Argument(help="One seed, or a range such as 1..10000.")] = "1..20") -> None:
    """Run them; status 1 if a promise was broken."""
    first, _, last = seeds.partition("..")
    steps, began, days, failed = 0, time.process_time(), 0.0, 0
    for seed in range(int(first), int(last or first) + 1):
        outcome = run(make_plan(seed))
        steps, days = steps + outcome.steps, days + outcome.days
        if outcome.broken:
            failed += 1
            console.print(
                f"seed {seed}: {len(outcome.broken)} broken, the first: {outcome.broken[0][:600]}", markup=False
            )
    seconds = time.process_time() - began
    console.print(f"{steps} steps, {days:.0f} days, {seconds:.1f} s of CPU, {steps / seconds:.0f} steps a second")
    sys.exit(bool(failed))


if __name__ == "__main__":
    typer.run(main)
