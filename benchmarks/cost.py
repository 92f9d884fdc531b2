"""What a million cancellations cost, from the counted units and the measured processor time."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from cleave_cli.engine import running_engine
from cleave_cli.paths import StateDir

from benchmarks import prices
from benchmarks.before import COMMIT, bills_before
from benchmarks.functions import environment_of, memory_of
from benchmarks.journey import Accept, Journey, accept_hepsiglobal, accept_trendyol, travel
from benchmarks.kept import Kept, kept_by
from benchmarks.meter import Bill
from benchmarks.report import Budget, budgets, table
from benchmarks.scale import Scale
from benchmarks.usual_way import accept_usual
from benchmarks.world import World, world

TITLE = "Dollars per million cancellations"
_BURST = 5
_QUIET_SECONDS = int(environment_of("PackageStream")["SPLIT_QUIET_MS"]) / 1000
_RECEIVER_SECONDS = 0.1
_MESSAGES = 2  # to the receiver: the end of the old package, the birth of the new one
_LIMITS = (("write units", "writes", 36), ("read units", "reads", 10), ("messages", "messages", 1))
_INTRO = (
    "The sums follow from counted units and this machine's processor time, by the prices and the formula in "
    "`benchmarks/prices.py`. The seller cancels one unit of a package of five lines. One webhook, registered once, "
    "receives two requests about it. Lambda's price includes the quiet period that the consumer sleeps, as if it "
    "slept for this package alone. The usual way is compared by its accept alone: it has no split and no webhooks.\n"
)

type OpenWorld = Callable[[], AbstractContextManager[World]]


@dataclass(frozen=True, slots=True)
class Step:
    """An invocation of a function. ``times`` is how often it happens for each cancellation."""

    bill: Bill
    function: str
    times: float = 1
    is_request: bool = False
    waits: float = 0
    memory: int | None = None

    @property
    def dollars(self) -> tuple[float, float, float, float]:
        """Per million cancellations: API Gateway, Lambda, DynamoDB, queue."""
        bill = self.bill
        waits = self.waits + bill.round_trips * prices.ROUND_TRIP_SECONDS
        return (
            self.times * (prices.API_REQUEST if self.is_request else 0),
            self.times * prices.Run(bill.cpu, waits, self.memory or memory_of(self.function)).dollars,
            self.times * prices.database_dollars(bill.writes, bill.reads),
            self.times * prices.queue_dollars(bill.messages),
        )


@dataclass(frozen=True, slots=True)
class Way:
    """From request to receiver, as often as it takes for one cancellation."""

    accept: list[Step]
    split: Step
    deliver: Step

    @property
    def steps(self) -> list[Step]:
        return [*self.accept, self.split, self.deliver]

    def units(self, name: str) -> float:
        """Of a cancellation: ``writes``, ``reads`` or ``messages``."""
        return sum(step.times * float(getattr(step.bill, name)) for step in self.steps)


def run(scale: Scale) -> str:
    with TemporaryDirectory() as folder, running_engine(StateDir(Path(folder))) as engine:
        open_world: OpenWorld = partial(world, engine.endpoint, webhooks=1)
        repeats = scale.pick(1, 3, 9)
        single = _way(_typical(open_world, repeats, 1, accept_trendyol), "CancelPackage", 1)
        items = _way(_typical(open_world, repeats, 1, accept_hepsiglobal), "OrderCancel", 1)
        burst = _way(_typical(open_world, repeats, _BURST, accept_trendyol), "CancelPackage", _BURST)
        usual = Step(_usual(open_world, repeats), "CancelPackage", is_request=True)
        kept = {count: _kept(open_world, count) for count in (1, _BURST)}
    return "\n".join([_INTRO, budgets(_budgets(single, burst)), _table(single, items, burst, usual), _more(kept)])


def _way(journey: Journey, function: str, cancellations: int) -> Way:
    (split,), (deliver,), share = journey.split, journey.deliver, 1 / cancellations
    return Way(
        [Step(accept, function, share, is_request=True) for accept in journey.accept],
        Step(split, "PackageStream", share, waits=_QUIET_SECONDS),
        Step(deliver, "DeliverWebhook", share),
    )


def _before() -> list[Step]:
    """Its functions had 256 MB, and slept for a second before each split."""
    bills = bills_before()
    accept, split, fan_out, deliver = (bills[name] for name in ("accept", "split", "fan_out", "deliver"))
    return [
        Step(accept, "CancelPackage", is_request=True, memory=256),
        Step(split, "PackageStream", waits=1.0, memory=256),
        Step(fan_out, "PackageStream", memory=256),
        Step(deliver, "DeliverWebhook", memory=256),
    ]


def _typical(open_world: OpenWorld, repeats: int, cancellations: int, accept: Accept) -> Journey:
    """The journey with the medians of processor times."""
    with open_world() as one:
        travel(one, cancellations, accept)  # makes what is made once
        journeys = [travel(one, cancellations, accept) for _ in range(repeats)]
    first = journeys[0]
    for place, bill in enumerate(first.bills):
        bill.cpu = median(journey.bills[place].cpu for journey in journeys)
    return first


def _usual(open_world: OpenWorld, repeats: int) -> Bill:
    with open_world() as one:
        bills = [accept_usual(one) for _ in range(repeats + 1)][1:]
    bills[0].cpu = median(bill.cpu for bill in bills)
    return bills[0]


def _kept(open_world: OpenWorld, cancellations: int) -> Kept:
    with open_world() as one:
        return kept_by(one, lambda: travel(one, cancellations), cancellations)


def _dollars(steps: list[Step]) -> tuple[float, ...]:
    return tuple(sum(each) for each in zip(*(step.dollars for step in steps), strict=True))


def _budgets(single: Way, burst: Way) -> list[Budget]:
    counted = [
        Budget(f"a cancellation from request to receiver: {what}", f"{units:g}", f"{most}", units / most, 1)
        for what, name, most in _LIMITS
        for units in [single.units(name)]
    ]
    spent = [
        ("a cancellation from request to receiver", single, 30),
        (f"a cancellation in bursts of {_BURST}", burst, 12),
    ]
    return counted + [
        Budget(f"{what}: dollars per million", f"${total:.2f}", f"${most}", total / most, 1)
        for what, way, most in spent
        for total in [sum(_dollars(way.steps))]
    ]


def _table(single: Way, items: Way, burst: Way, usual: Step) -> str:
    slow = Step(Bill(), "DeliverWebhook", waits=_MESSAGES * _RECEIVER_SECONDS)
    cases = {
        "accept, Trendyol": single.accept,
        "accept, HepsiGlobal": items.accept,
        "accept, the usual way": [usual],
        "split and fan-out to one webhook": [single.split],
        "deliver two messages": [single.deliver],
        "**a cancellation from request to receiver**": single.steps,
        "**the same, HepsiGlobal**": items.steps,
        f"**the same in bursts of {_BURST} on one package**": burst.steps,
        f"a cancellation at commit {COMMIT}, {_units(_before())}": _before(),
    }
    columns = ("what", "API Gateway", "Lambda", "DynamoDB", "queue", "sum")
    rows = [_row(name, steps) for name, steps in cases.items()]
    more = prices.LAMBDA_REQUEST  # already in the delivery
    rows.append(_row_of("more, with a receiver that takes 100 ms", (0, slow.dollars[1] - more, 0, 0)))
    return table(columns, rows)


def _units(steps: list[Step]) -> str:
    writes, reads, messages = (
        sum(step.times * float(getattr(step.bill, name)) for step in steps) for name in ("writes", "reads", "messages")
    )
    return f"{writes:g} write units, {reads:g} read units, {messages:g} message"


def _row(name: str, steps: list[Step]) -> tuple[str, ...]:
    return _row_of(name, _dollars(steps))


def _row_of(name: str, parts: tuple[float, ...]) -> tuple[str, ...]:
    return (name, *(f"{part:.2f}" for part in (*parts, sum(parts))))


def _more(kept: dict[int, Kept]) -> str:
    rows = [row for count, each in kept.items() for row in each.rows(f"{count} on one package")]
    text = (
        "The sums above leave out logs and storage. Logs, with those of Lambda and API Gateway, cost something when "
        "they are written and for the 30 days that they are kept. Storage, with the index entries and a continuous "
        "backup, costs something each month until the items expire.\n"
    )
    return text + "\n" + table(("what", "bytes of a cancellation", "dollars per million"), rows)
