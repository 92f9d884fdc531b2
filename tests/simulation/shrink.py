"""A failing plan made smaller: fewer actors, ops and kinds of faults, as long as it fails in the same way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.simulation.faults import NO_FAULTS
from tests.simulation.plan import Plan
from tests.simulation.run import Outcome, run

# A smaller plan is another schedule; so many are tried before it is taken for one that does not fail.
_SCHEDULES = 3


def kind_of(outcome: Outcome) -> str | None:
    """What is the same in two runs that fail in the same way; None for one that does not fail."""
    if not outcome.broken:
        return None
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]+|'[^']*'|\{[^}]*\}|\[[^\]]*\]|\d+", "_", outcome.broken[0])[:60]


@dataclass(frozen=True)
class Shrunk:
    """The smallest plan that was found, and what came of it."""

    plan: Plan
    outcome: Outcome


def shrink(plan: Plan, most_runs: int = 400) -> Shrunk:
    """Take parts away, the largest first, until nothing more can be."""
    smallest = Shrunk(plan, run(plan))
    kind, runs = kind_of(smallest.outcome), 0
    found = True
    while found and runs < most_runs:
        found = False
        for smaller in smaller_plans(smallest.plan):
            runs += 1
            again = _fails(smaller, kind)
            if again is not None:
                smallest, found = again, True
                break
            if runs >= most_runs:
                break
    return smallest


def _fails(plan: Plan, kind: str | None) -> Shrunk | None:
    for schedule in range(_SCHEDULES):
        other = replace(plan, schedule=plan.schedule + schedule)
        outcome = run(other)
        if kind_of(outcome) == kind:
            return Shrunk(other, outcome)
    return None


def smaller_plans(plan: Plan) -> Iterator[Plan]:
    """Each without something: all faults, an actor, a part of a script, one kind of fault, an op."""
    if plan.rates != NO_FAULTS:
        yield replace(plan, rates=NO_FAULTS)
    for name in plan.scripts:
        yield replace(plan, scripts={each: script for each, script in plan.scripts.items() if each != name})
    for name, script in plan.scripts.items():
        half = len(script) // 2
        if half > 1:
            yield replace(plan, scripts={**plan.scripts, name: script[:half]})
            yield replace(plan, scripts={**plan.scripts, name: script[half:]})
    for fault in plan.rates.of:
        less = {each: rate for each, rate in plan.rates.of.items() if each is not fault}
        yield replace(plan, rates=replace(plan.rates, of=less))
    for name, script in plan.scripts.items():
        for place in range(len(script)):
            yield replace(plan, scripts={**plan.scripts, name: script[:place] + script[place + 1 :]})
