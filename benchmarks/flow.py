"""From a cancel to its second webhook, and how many of them in a second, against commit f3e4186 on the same load."""

from contextlib import ExitStack

from cleave_cli.receiver import Receiver, running_receiver

from benchmarks.before import COMMIT, checkout, service_before, steps_before
from benchmarks.cleave_service import cleave_of, this_cleave
from benchmarks.consumers import measure_alone
from benchmarks.load import Arrivals, Measured, Service, Times, measure, p50, p95, warm_up
from benchmarks.report import Budget, budgets, table
from benchmarks.scale import Scale, say

TITLE = "From a cancel to its second webhook"
_NOW, _BEFORE = "Cleave", f"commit {COMMIT}"
_INTRO = (
    "The deployed template on the local engine, a process for each function, and a receiver that answers at once. "
    "Each cancel starts after the messages of the one before it have arrived. Times begin with the call, those of a "
    "burst with the call of its last cancel. For the rate, four callers cancel a unit of each of many orders; it ends "
    f"with the last order's second webhook. A smaller load first starts every process. {COMMIT} runs from its own "
    "files beside it, and both get the load in turns. Each sets up its own engine: since then ours makes a stream's "
    "calls in parallel and waits for batches, as Lambda does and the template asks. The engine is written in Python "
    "and shares this machine's processors with the functions and the load.\n"
)


def run(scale: Scale) -> str:
    turns = _turns(scale)
    return "\n".join([_INTRO, budgets(_budgets(turns, scale)), rows(turns), rates(turns)])


def _turns(scale: Scale) -> dict[str, list[Measured]]:
    with ExitStack() as stack:
        receivers = {name: stack.enter_context(running_receiver()) for name in (_NOW, _BEFORE)}
        say("deploying")
        services: dict[str, Service] = {_NOW: stack.enter_context(this_cleave(receivers[_NOW]))}
        if not scale.quick and checkout() is not None:
            services[_BEFORE] = cleave_of(stack.enter_context(service_before()), receivers[_BEFORE])
        return take_turns(scale, services, receivers)


def take_turns(scale: Scale, services: dict[str, Service], receivers: dict[str, Receiver]) -> dict[str, list[Measured]]:
    """The same load for each service, one after the other, some times."""
    turns: dict[str, list[Measured]] = {name: [] for name in services}
    arrivals = {name: Arrivals(service, receivers[name]) for name, service in services.items()}
    for name, service in services.items():
        say(f"warming up {name}")
        warm_up(service, arrivals[name])
    for turn in range(scale.pick(1, 3)):
        for name, service in services.items():
            say(f"turn {turn + 1}: {name}")
            turns[name].append(measure(service, arrivals[name], *scale.pick((3, 1, 5), (14, 5, 100))))
    return turns


def _budgets(turns: dict[str, list[Measured]], scale: Scale) -> list[Budget]:
    second = [each.second for turn in turns[_NOW] for each in turn.singles]
    found = [
        Budget("a cancel alone to its second webhook: p50", f"{p50(second):.0f} ms", "500 ms", p50(second) / 500, 1),
        Budget("a cancel alone to its second webhook: p95", f"{p95(second):.0f} ms", "800 ms", p95(second) / 800, 1),
        _most_webhooks(turns[_NOW]),
        _consumers(scale),
    ]
    if _BEFORE in turns:
        now, before = (p50([each.per_second for each in turns[name]]) for name in (_NOW, _BEFORE))
        ratio = p50([ours.per_second / theirs.per_second for ours, theirs in zip(*turns.values(), strict=True)])
        found.append(Budget(f"cancels a second, vs. {COMMIT}", f"{now:.1f}/s", f"{before:.1f}/s", ratio, at_least=3))
    return found


def _most_webhooks(turns: list[Measured]) -> Budget:
    """Two for each split."""
    splits = max(each.told for turn in turns for each in turn.bursts) / 2
    return Budget("splits of a burst of five cancels", f"{splits:g}", "1", splits, 1)


def _consumers(scale: Scale) -> Budget:
    """In turns; where the commit's files are not there, against what it was when it was last measured."""
    pairs = [(_consumers_now(scale), _consumers_before()) for _ in range(scale.pick(1, 5))]
    now, before = (p50([pair[place] for pair in pairs]) for place in (0, 1))
    what = f"CPU of the consumers for a cancellation, vs. {COMMIT}"
    ratio = p50([ours / theirs for ours, theirs in pairs])
    return Budget(what, f"{now * 1000:.1f} ms", f"{before * 1000:.1f} ms", ratio, 0.5)


def _consumers_now(scale: Scale) -> float:
    spent = measure_alone(scale.pick(2, 25))
    return spent.split + spent.deliver


def _consumers_before() -> float:
    return sum(step["cpu"] for name, step in steps_before().items() if name != "accept")


def rows(turns: dict[str, list[Measured]]) -> str:
    """A table of times."""
    columns = ("service", "what", "accepted, p50 ms", "p95", "second webhook, p50 ms", "p95", "webhooks of an order")
    return table(columns, [row for name, each in turns.items() for row in _rows(name, each)])


def rates(turns: dict[str, list[Measured]]) -> str:
    """A table of rates."""
    return table(("service", "cancels a second, each turn"), [(name, _rates(each)) for name, each in turns.items()])


def _rows(name: str, turns: list[Measured]) -> list[tuple[str, ...]]:
    kinds = {
        "one cancel": [each for turn in turns for each in turn.singles],
        "a burst of five": [each for turn in turns for each in turn.bursts],
    }
    return [(name, kind, *_row(times)) for kind, times in kinds.items()]


def _row(times: list[Times]) -> tuple[str, ...]:
    accepted, second = [each.accepted for each in times], [each.second for each in times]
    told = sorted({each.told for each in times})
    cells = (p50(accepted), p95(accepted), p50(second), p95(second))
    return (*(f"{cell:.0f}" for cell in cells), " or ".join(map(str, told)))


def _rates(turns: list[Measured]) -> str:
    return ", ".join(f"{each.per_second:.1f}" for each in turns)
