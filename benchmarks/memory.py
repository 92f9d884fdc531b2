"""Peak memory of the functions that hold the most, in a process of their own."""

from cleave import clock
from cleave_cli.environment import ROOT_CREDENTIALS

from benchmarks import builds
from benchmarks.cold import variables
from benchmarks.events import cancel_event, item_event, list_event
from benchmarks.operations import cancel, order
from benchmarks.report import Budget
from benchmarks.sandbox import cold_start
from benchmarks.scale import Scale
from benchmarks.world import World
from tests.support.listing import package as listed
from tests.support.listing import put

_MEMORY_MIB = 256
_HALF = 0.5


def memory(scale: Scale, world: World) -> list[Budget]:
    """One budget for each function."""
    at = clock.now()
    count = scale.pick(300, 1_000, 2_000)
    put(world.table, (listed(6_000_000_000_000_000 + number, at) for number in range(count)))
    package = order(world, lines=50, quantity=2)
    for number in range(20):
        cancel(world, package, {number: 1}, key=f"key-{number}")
    stream = {"Records": [world.record(package["shipmentPackageId"])]}
    events = {
        "CancelPackage": ("a refusal", cancel_event()),
        "OrderCancel": ("a refusal", item_event()),
        "GetShipmentPackages": (f"a page of 200 of {count}", list_event(size=200)),
        "PackageStream": ("a split, 50 lines, 20 cancellations", stream),
    }
    endpoint = world.plain.meta.endpoint_url
    environment = {**variables(endpoint), **ROOT_CREDENTIALS, "TABLE_NAME": world.table.name}
    return [
        _budget(f"{name}, {what}", cold_start(builds.cleave(name, environment), event).peak)
        for name, (what, event) in events.items()
    ]


def _budget(what: str, peak: float) -> Budget:
    return Budget(f"peak memory: {what}", f"{peak:.0f} MiB", f"{_MEMORY_MIB} MiB", peak / _MEMORY_MIB, _HALF)
