"""How much of a benchmark is run."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from aws_lambda_powertools import Logger
from cleave_cli.console import console


@dataclass(frozen=True, slots=True)
class Scale:
    """``quick``: only to see that it runs. ``long``: with the sizes that take many minutes."""

    quick: bool = False
    long: bool = False

    def pick[T](self, quick: T, normal: T, long: T | None = None) -> T:
        """The value for this scale; a long run is a normal one unless told otherwise."""
        if self.quick:
            return quick
        return normal if long is None or not self.long else long


def say(text: str) -> None:
    console.print(f"  [dim]{text}[/]")


def to_nowhere(logger: Logger) -> None:
    """Let it write its lines, and nobody see them: writing them is part of what a request costs."""
    logger.registered_handler.stream = Path(os.devnull).open("w")  # type: ignore[attr-defined] # noqa: SIM115 - kept


def interleave[T](rounds: int, cases: Mapping[str, Callable[[], T]]) -> dict[str, list[T]]:
    """Run the cases in turns, so that a busy moment of the machine hits all of them."""
    results: dict[str, list[T]] = {name: [] for name in cases}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for name, case in cases.items():
            results[name].append(case())
    return results


def middle[T](results: list[T], value: Callable[[T], float]) -> float:
    """The median of a value of the results."""
    return median(value(each) for each in results)
