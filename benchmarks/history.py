"""What it costs to tell a new webhook of an order's next event, as the order's history grows."""

import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched

from cleave import clock
from cleave.domain.events import Event
from cleave.store import order_keys
from cleave.store.events import create_event
from cleave.store.packages import read_states
from cleave.table.attributes import to_attributes

from benchmarks.journey import accept_trendyol, drain_messages
from benchmarks.operations import order
from benchmarks.report import Budget, budgets, table
from benchmarks.scale import Scale, say
from benchmarks.world import SELLER, World, engine_world
from tests.support.samples import Package
from tests.support.telling import Script, webhook

TITLE = "An order's history and a new webhook"
_WRITTEN_AT_ONCE = 25
_INTRO = (
    "A seller registers a webhook when an order has already had this many events. Then it cancels one unit. The split "
    'with its fan-out and the delivery of two messages are counted together. "Allocated" is the most memory that they '
    "hold at once.\n"
)


@dataclass(frozen=True, slots=True)
class Told:
    """Of the first event after the webhook was made. ``allocated`` is in KiB."""

    events: int
    reads: float
    writes: float
    calls: list[str]
    allocated: float


def run(scale: Scale) -> str:
    sizes = scale.pick((1, 50), (1, 10, 100, 1_000, 5_000))
    told = [tell_after(events) for events in sizes]
    rows = [
        (f"{each.events:,}", len(each.calls), f"{each.reads:g}", f"{each.writes:g}", f"{each.allocated:.0f}")
        for each in told
    ]
    columns = ("events before", "round trips", "read units", "write units", "allocated, KiB")
    return "\n".join([_INTRO, budgets(_flat(told)), table(columns, rows)])


def _flat(told: Sequence[Told]) -> Iterator[Budget]:
    first, last = told[0], told[-1]
    for what, value, most in (
        ("read units", "reads", 1.0),
        ("write units", "writes", 1.0),
        ("memory", "allocated", 1.1),
    ):
        after, before = getattr(last, value), getattr(first, value)
        name = f"a new webhook's first event: {what} after {last.events:,} events, vs. {first.events:,}"
        yield Budget(name, f"{after:.0f}", f"{before:.0f}", after / before, most)


def tell_after(events: int) -> Told:
    """In a world of its own, by a process that has sent a message before."""
    say(f"{events:,} events")
    with engine_world() as one:
        _tell(one, 1)
    with engine_world() as one:
        return _tell(one, events)


def _tell(one: World, events: int) -> Told:
    package = order(one)
    _write_history(one, package, events)
    webhook(one.table, clock.now())
    if accept_trendyol(one, package, 0).status != 200:
        raise RuntimeError("a cancellation was refused")
    record = one.record(package["shipmentPackageId"])
    tracemalloc.start()
    with one.meter.open() as split:
        one.consume([record])
    bills = [split, *drain_messages(one, Script())]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    calls = [call.name for bill in bills for call in bill.calls]
    return Told(events, sum(b.reads for b in bills), sum(b.writes for b in bills), calls, peak / 1024)


def _write_history(one: World, package: Package, events: int) -> None:
    """As many as it had, if it told of its import, and so on; each with the whole package, as a status change has."""
    package_id, number = package["shipmentPackageId"], package["orderNumber"]
    stored = read_states(one.table, SELLER, [package_id])[package_id].package
    began = clock.now() - timedelta(days=1)
    items = [
        create_event(Event(number, SELLER, first, began + timedelta(seconds=first), (stored,)), 0, is_due=False).item
        for first in range(2, events + 1)
    ]
    for some in batched(items, _WRITTEN_AT_ONCE, strict=False):
        puts = [{"PutRequest": {"Item": to_attributes(item)}} for item in some]
        one.plain.batch_write_item(RequestItems={one.table.name: puts})
    one.plain.update_item(
        TableName=one.table.name,
        Key=to_attributes(order_keys.order(SELLER, number)),
        UpdateExpression="SET #sequence = :events",
        ExpressionAttributeNames={"#sequence": "sequence"},
        ExpressionAttributeValues=to_attributes({":events": events}),
    )
