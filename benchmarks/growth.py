"""Calls, capacity and time of each operation as the table, one seller, one order and one package grow."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median

from cleave import clock
from cleave_cli.paths import ROOT

from benchmarks.meter import Bill
from benchmarks.operations import cancel, list_seller, order
from benchmarks.plot import write_chart
from benchmarks.report import Budget, budgets, table
from benchmarks.scale import Scale, say
from benchmarks.world import World, engine_world
from tests.support.listing import package as listed
from tests.support.listing import put
from tests.support.samples import Package

TITLE = "Growth"
_IMAGES = ROOT / "docs/images"
_FIRST_ID = 6_000_000_000_000_000
_REPEATS = 7
_UNITS = 1_001  # of a package of the long order: it is split a thousand times
_LISTED = 1_000  # above, a busy engine sorts longer than our client waits; tests/e2e/test_listing.py lists 10,000
_INTRO = (
    "All packages belong to one seller and one storefront, so the table grows where it is hottest. The units are "
    "those that DynamoDB charges. The milliseconds are medians on the local engine. It sorts a whole index for each "
    "query, so its time grows where DynamoDB's does not: compare the calls and units.\n"
)


@dataclass(frozen=True, slots=True)
class Point:
    """An operation at a size."""

    size: int
    name: str
    bill: Bill
    ms: float

    @property
    def row(self) -> tuple[object, ...]:
        bill = self.bill
        return f"{self.size:,}", self.name, bill.round_trips, f"{bill.reads:g}", f"{bill.writes:g}", f"{self.ms:.1f}"


def run(scale: Scale) -> str:
    """The section, and the images in docs."""
    sizes = scale.pick((100,), (100, 1_000, 10_000), (100, 1_000, 10_000, 100_000, 1_000_000))
    depths = scale.pick((1,), (1, 10, 100, 1_000), (1, 10, 100, 1_000, 10_000))
    with engine_world() as world:
        orders = _orders(world, sizes)
    with engine_world() as world:
        chain = _chain(world, depths)
    if not scale.quick:
        _draw(orders, chain)
    columns = ("size", "operation", "round trips", "read units", "write units", "ms")
    return "\n".join(
        [
            _INTRO,
            budgets([_flat(orders, name) for name in ("accept", "split")]),
            "Packages of one seller:\n",
            table(columns, [point.row for point in orders]),
            "Cancellations of one order, each split before the next; the package is always the last one:\n",
            table(columns, [point.row for point in chain]),
            _IMAGE_LINKS,
        ]
    )


_IMAGE_LINKS = (
    "![Units as the seller's packages grow](../docs/images/growth-orders.svg)\n\n"
    "![Units as one order's cancellations grow](../docs/images/growth-cancellations.svg)\n"
)


def _orders(world: World, sizes: tuple[int, ...]) -> list[Point]:
    points: list[Point] = []
    stored = 0
    at = clock.now()
    for size in sizes:
        say(f"{size:,} packages")
        put(world.table, (listed(_FIRST_ID + number, at) for number in range(stored, size)))
        stored = size
        points += _accept_and_split(world, size, [order(world) for _ in range(_REPEATS)])
        if size <= _LISTED:
            points.append(_point(world, size, "list 200", [partial(list_seller, world, 200)]))
    return points


def _accept_and_split(world: World, size: int, packages: list[Package]) -> list[Point]:
    accepted = _point(world, size, "accept", [partial(cancel, world, each, {0: 1}) for each in packages])
    records = [world.record(each["shipmentPackageId"]) for each in packages]
    return [accepted, _point(world, size, "split", [partial(world.consume, [each]) for each in records])]


def _point(world: World, size: int, name: str, calls: list[Callable[[], object]]) -> Point:
    bills, times = [], []
    for call in calls:
        started = time.perf_counter()
        with world.meter.open() as bill:
            call()
        times.append((time.perf_counter() - started) * 1000)
        bills.append(bill)
    return Point(size, name, max(bills, key=lambda bill: (bill.round_trips, bill.writes)), median(times))


def _chain(world: World, depths: tuple[int, ...]) -> list[Point]:
    """One unit at a time from the last successor of a package; when that has none left, from the order's next one."""
    package = order(world, lines=1, quantity=_UNITS)
    points: list[Point] = []
    for depth in range(1, depths[-1] + 1):
        if depth % 100 == 0:
            say(f"{depth:,} cancellations")
        one = [_point(world, depth, "accept", [partial(cancel, world, package, {0: 1}, str(depth))])]
        record = world.record(package["shipmentPackageId"])
        one.append(_point(world, depth, "split", [partial(world.consume, [record])]))
        points += one if depth in depths else []
        package = _next(world, package, depth)
    return points


def _next(world: World, package: Package, depth: int) -> Package:
    if depth % (_UNITS - 1) == 0:
        return world.load({"SKU-0": _UNITS}, order_number=package["orderNumber"])
    return {**package, "shipmentPackageId": world.successor(package["shipmentPackageId"])}


def _flat(points: list[Point], name: str) -> Budget:
    """Capacity at the largest size against the smallest; the calls are in the table, and have to be the same."""
    of_operation = [point for point in points if point.name == name]
    first, last = of_operation[0], of_operation[-1]
    same_calls = first.bill.calls == last.bill.calls
    ratio = last.bill.writes / first.bill.writes if same_calls else float("inf")
    what = f"growth: units to {name} at {last.size:,} packages, vs. {first.size:,}"
    return Budget(what, f"{last.bill.writes:g}", f"{first.bill.writes:g}", ratio, 1)


def _draw(orders: list[Point], chain: list[Point]) -> None:
    for file, title, axis, points in (
        ("growth-orders", "Capacity units by packages of one seller", "packages", orders),
        ("growth-cancellations", "Capacity units by cancellations of one order", "cancellations", chain),
    ):
        lines = {
            f"{name}: {unit}": [(each.size, getattr(each.bill, unit)) for each in points if each.name == name]
            for name in ("accept", "split")
            for unit in ("writes", "reads")
        }
        write_chart(_IMAGES / f"{file}.svg", title, axis, lines)
