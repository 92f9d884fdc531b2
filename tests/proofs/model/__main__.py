"""``make model``: all scenarios, then every fault, which has to be found. ``python -m tests.proofs.model NAME`` shows
the shortest way to what a scenario or fault of this name breaks."""

import sys

from cleave_cli.console import console

from tests.proofs.model.explore import Explored, explore
from tests.proofs.model.scenarios import FAULTS, SCENARIOS


def main(name: str = "") -> int:
    """The exit status: 0 if all is as it has to be."""
    if name in FAULTS:
        return 0 if _run(name, explore(SCENARIOS[FAULTS[name].scenario], name)).trace else 1
    chosen = {name: SCENARIOS[name]} if name else SCENARIOS
    wrong = [each for each, scenario in chosen.items() if _run(each, explore(scenario)).broken]
    for fault, where in {} if name else FAULTS.items():
        if _run(fault, explore(SCENARIOS[where.scenario], fault), is_wanted=True).broken is None:
            wrong.append(fault)
    console.print(f"not as it has to be: {', '.join(wrong)}" if wrong else "all as it has to be", markup=False)
    return 1 if wrong else 0


def _run(name: str, found: Explored, *, is_wanted: bool = False) -> Explored:
    console.print(
        f"{name:38} {found.states:>9} states {found.steps:>9} steps {found.seconds:6.1f} s  {found.broken or 'holds'}",
        markup=False, soft_wrap=True,
    )  # fmt: skip
    if found.broken and not is_wanted:
        console.print("\n".join(f"    {step}" for step in found.trace), markup=False)
    return found


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
