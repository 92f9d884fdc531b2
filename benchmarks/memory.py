"""The memory that each function needs, and what more of it is worth: Lambda gives processor by memory."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from cleave import clock
from cleave_cli.environment import ROOT_CREDENTIALS

from benchmarks import builds, prices
from benchmarks.cold import variables
from benchmarks.events import cancel_event, item_event, list_event, proxy_event
from benchmarks.functions import environment_of, memory_of
from benchmarks.journey import Journey, travel
from benchmarks.operations import cancel, order
from benchmarks.processors import Spent, spent_by
from benchmarks.report import Budget, budgets, table
from benchmarks.sandbox import cold_start
from benchmarks.scale import Scale, middle, say
from benchmarks.world import SELLER, World, engine_world
from tests.support.listing import package as listed
from tests.support.listing import put
from tests.support.samples import fresh_package

TITLE = "Memory and processors"
_SIZES = (256, 512, 1024, 1769)
_HALF = 0.5
_BODY_BYTES = 5 * 2**20
_PACKAGES = 200
_BATCH = 100
_QUIET_SECONDS = int(environment_of("PackageStream")["SPLIT_QUIET_MS"]) / 1000
_INTRO = (
    "Lambda gives a function a share of a processor in proportion to its memory, a whole one at 1,769 MB, and bills "
    "time by memory. Computing costs the same in any size and takes less time in a larger one. Waiting for the "
    "database, a receiver or the end of a quiet period takes the same time in any size and costs more in a larger "
    "one. Init has a whole processor in any size.\n"
)


def run(scale: Scale) -> str:
    builds.build_all()
    with engine_world() as one:
        say("peaks")
        peaks = list(_peaks(scale, one))
    with engine_world(webhooks=1) as one:
        say("processors")
        travel(one)
        journeys = [travel(one) for _ in range(scale.pick(1, 15, 40))]
    callers = {name: spent_by(name, event, scale.pick(2, 40)) for name, event in _callers()}
    consumers = {"PackageStream": _consumer(journeys, "split"), "DeliverWebhook": _consumer(journeys, "deliver")}
    return "\n".join(
        [_INTRO, budgets(peaks), _by_size({**callers, **consumers}), _by_shard(consumers["PackageStream"])]
    )


def _callers() -> Iterator[tuple[str, object]]:
    event = proxy_event("PUT", "/webhooks/order-cancel", {}, None) | {
        "methodArn": "arn:aws:execute-api:::api/dev/PUT/x"
    }
    event["headers"]["Authorization"] = "Basic a2V5OnNlY3JldA=="
    yield "Authorizer", event
    yield "CancelPackage", cancel_event()
    yield "OrderCancel", item_event()


def _consumer(journeys: list[Journey], step: str) -> Spent:
    """Of one invocation for one package; the environment was used before."""
    bills = [bill for journey in journeys for bill in getattr(journey, step)]
    waits = _QUIET_SECONDS if step == "split" else 0.0
    return Spent(first=None, warm=middle(bills, lambda bill: bill.cpu), trips=bills[0].round_trips, waits=waits)


# ------------------------------------------------------------------------------------------------------- Peaks


@dataclass(frozen=True, slots=True)
class _Load:
    function: str
    what: str
    event: object


def _peaks(scale: Scale, world: World) -> Iterator[Budget]:
    endpoint = world.plain.meta.endpoint_url
    environment = {**variables(endpoint), **ROOT_CREDENTIALS, "TABLE_NAME": world.table.name}
    for load in _loads(scale, world):
        peak = cold_start(builds.cleave(load.function, environment), load.event).peak
        size = memory_of(load.function)
        yield Budget(f"peak memory: {load.function}, {load.what}", f"{peak:.0f} MiB", f"{size} MiB", peak / size, _HALF)


def _loads(scale: Scale, world: World) -> Iterator[_Load]:
    count = scale.pick(300, 1_000, 2_000)
    at = clock.now()
    put(world.table, (listed(6_000_000_000_000_000 + number, at) for number in range(count)))
    package = order(world, lines=50, quantity=2)
    for number in range(20):
        cancel(world, package, {number: 1}, key=f"key-{number}")
    stream = {"Records": [world.record(package["shipmentPackageId"])]}
    yield _Load("CancelPackage", "a refusal", cancel_event())
    yield _Load("OrderCancel", "a refusal", item_event())
    yield _Load("GetShipmentPackages", f"a page of 200 of {count}", list_event(size=200))
    yield _Load("PackageStream", "a split, 50 lines, 20 cancellations", stream)
    yield _Load("ImportOrders", "as much as a request holds", _import({"content": list(_large(world))}))
    yield _Load("ImportOrders", "5 MB that are no order, and refused", _import({"content": None}, filler="[1.5],"))


def _large(world: World) -> Iterator[object]:
    """Packages until their text, as text in the event, is as long as Lambda takes it."""
    size = 0
    for _ in range(_PACKAGES):
        quantities = {f"SKU-{number}": 5 for number in range(10)}
        package = fresh_package(SELLER, "DE", quantities, seller_pays=True, number=next(world.numbers))
        size += len(json.dumps(json.dumps(package)))
        if size > _BODY_BYTES:
            return
        yield package


def _import(body: object, filler: str = "") -> dict[str, object]:
    """``filler``: so many of it as fit stand in place of the null."""
    path = {"sellerId": str(SELLER)}
    event = proxy_event("POST", "/integration/order/sellers/{sellerId}/orders", path, body)
    if filler:
        filled = (filler * (_BODY_BYTES // len(filler) - 10)).rstrip(",")
        event["body"] = str(event["body"]).replace("null", f"[{filled}]")
    return event


# -------------------------------------------------------------------------------------------------- Processors


def _by_size(spent: dict[str, Spent]) -> str:
    rows = [
        (
            name,
            f"**{size}**" if size == memory_of(name) else f"{size}",
            "" if each.first is None else f"{each.first / prices.cpu_share(size) * 1000:.0f}",
            f"{prices.Run(each.warm, each.seconds_waiting, size).seconds * 1000:.0f}",
            f"{prices.Run(each.warm, each.seconds_waiting, size).dollars:.2f}",
        )
        for name, each in spent.items()
        for size in _SIZES
    ]
    columns = (
        "function",
        "MB",
        "first request, ms of processor",
        "warm, ms with 5 ms a round trip",
        "dollars per million",
    )
    text = "Times and prices by size; the template's size is bold. The first request does not include the init.\n"
    return text + "\n" + table(columns, rows)


def _by_shard(split: Spent) -> str:
    """A batch holds 100 packages at most, of which each is ready when the quiet period is over, and split in turn."""
    rows = []
    for size in _SIZES:
        each = split.warm / prices.cpu_share(size) + split.trips * prices.ROUND_TRIP_SECONDS
        rates = [batches * _BATCH / (_QUIET_SECONDS + _BATCH * each) for batches in (1, 5, 10)]
        rows.append((f"{size}", *(f"{rate:.0f}" for rate in rates)))
    columns = ("MB of PackageStream", *(f"ParallelizationFactor {batches}" for batches in (1, 5, 10)))
    text = "Cancellations a second that one shard of the stream can process, each on a package of its own:\n"
    return text + "\n" + table(columns, rows)
