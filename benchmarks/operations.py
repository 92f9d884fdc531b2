"""Every operation whose cost is counted, each prepared so that one call of it does exactly that."""

from collections.abc import Callable
from functools import partial

from cleave import clock

from benchmarks.meter import Bill
from benchmarks.world import SELLER, World
from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.order_cancel.app import handler as order_cancel
from tests.support.environment import new_settings
from tests.support.gateway import Answer
from tests.support.listing import package as listed
from tests.support.listing import put
from tests.support.samples import Package, fresh_cancel_id

type Operation = Callable[[World], Bill]


def cancel(world: World, package: Package, units: dict[int, int], key: str | None = None) -> Answer:
    """Trendyol's; ``units`` are by the line's place."""
    lines = [{"lineId": package["lines"][place]["lineId"], "quantity": quantity} for place, quantity in units.items()]
    path = {"sellerId": SELLER, "packageId": package["shipmentPackageId"]}
    headers = {"Idempotency-Key": key} if key else {}
    return world.seller.call(cancel_package, {"lines": lines, "reasonId": 500}, path=path, headers=headers)


def cancel_item(world: World, package: Package, quantity: int, cancel_id: int | None = None) -> Answer:
    """HepsiGlobal's, of the first line's item."""
    order, stock_code = package["orderNumber"], package["lines"][0]["stockCode"]
    item = {
        "cancel_id": cancel_id or fresh_cancel_id(),
        "order_number": order,
        "order_item_number": f"{order}_{stock_code}",
        "cancel_quantity": quantity,
        "reason": "out_of_stock",
    }
    return world.channel.call(order_cancel, item)


def order(world: World, lines: int = 5, quantity: int = 6) -> Package:
    """A package of an order of its own."""
    return world.load({f"SKU-{number}": quantity for number in range(lines)})


def _billed(world: World, call: Callable[[], Answer], status: int) -> Bill:
    with world.meter.open() as bill:
        answer = call()
    if answer.status != status:
        raise RuntimeError(f"expected {status}: {answer}")
    return bill


def accept_trendyol(world: World) -> Bill:
    package = order(world)
    return _billed(world, lambda: cancel(world, package, {0: 1}), 200)


def accept_trendyol_again(world: World) -> Bill:
    package = order(world)
    cancel(world, package, {0: 1})
    return _billed(world, lambda: cancel(world, package, {0: 1}), 200)


def accept_trendyol_50_lines(world: World) -> Bill:
    package = order(world, lines=50, quantity=2)
    return _billed(world, lambda: cancel(world, package, dict.fromkeys(range(50), 1)), 200)


def refuse_trendyol_too_many(world: World) -> Bill:
    package = order(world)
    return _billed(world, lambda: cancel(world, package, {0: 7}), 409)


def refuse_trendyol_unknown(world: World) -> Bill:
    package = order(world) | {"shipmentPackageId": 5}
    return _billed(world, lambda: cancel(world, package, {0: 1}), 404)


def refuse_trendyol_malformed(world: World) -> Bill:
    package = order(world)
    return _billed(world, lambda: cancel(world, package, {0: 0}), 400)


def refuse_trendyol_replaced(world: World, splits: int) -> Bill:
    """The first package of a chain of so many splits."""
    package = order(world, quantity=max(6, splits + 2))
    _chain(world, package, splits)
    return _billed(world, lambda: cancel(world, package, {0: 2}), 409)


def _chain(world: World, package: Package, splits: int) -> Package:
    """Cancel a unit of the package, of its successor, and so on; answers the last successor."""
    for _ in range(splits):
        cancel(world, package, {0: 1})
        world.consume([world.record(package["shipmentPackageId"])])
        package = package | {"shipmentPackageId": world.successor(package["shipmentPackageId"])}
    return package


def accept_hepsiglobal(world: World) -> Bill:
    package = order(world)
    return _billed(world, lambda: cancel_item(world, package, 1), 200)


def accept_hepsiglobal_again(world: World) -> Bill:
    package, key = order(world), fresh_cancel_id()
    cancel_item(world, package, 1, key)
    return _billed(world, lambda: cancel_item(world, package, 1, key), 200)


def refuse_hepsiglobal(world: World) -> Bill:
    package = order(world)
    return _billed(world, lambda: cancel_item(world, package, 7), 409)


def split(world: World, lines: int, quantity: int, cancellations: int) -> Bill:
    """Of a package of ``lines`` lines on which so many cancellations of one unit each wait."""
    package = order(world, lines, quantity)
    for number in range(cancellations):
        if cancel(world, package, {number % lines: 1}, key=f"{package['orderNumber']}-{number}").status != 200:
            raise RuntimeError("a cancellation was refused")
    record = world.record(package["shipmentPackageId"])
    with world.meter.open() as bill:
        world.consume([record])
    return bill


def split_in_chain(world: World, before: int) -> Bill:
    """The first cancellation of the last package of a chain of so many splits."""
    package = _chain(world, order(world, quantity=max(6, before + 1)), before)
    cancel(world, package, {0: 1})
    record = world.record(package["shipmentPackageId"])
    with world.meter.open() as bill:
        world.consume([record])
    return bill


def split_again(world: World) -> Bill:
    package = order(world)
    cancel(world, package, {0: 1})
    record = world.record(package["shipmentPackageId"])
    world.consume([record])
    new_settings()  # another environment, which has not done it itself
    with world.meter.open() as bill:
        world.consume([record])
    return bill


def list_page(world: World) -> Bill:
    """200 out of 1,000 packages of one line; the bill of 10,000 is in the growth benchmark."""
    at = clock.now()
    put(world.table, (listed(6_000_000_000_000_000 + number, at) for number in range(1_000)))
    return _billed(world, lambda: list_seller(world, 200, page=2), 200)


def list_seller(world: World, size: int, page: int = 0) -> Answer:
    """A page of all that the seller has."""
    return _list(world, {"size": [str(size)], "page": [str(page)]})


def list_order(world: World) -> Bill:
    """The one package of an order."""
    package = order(world)
    return _billed(world, lambda: _list(world, {"orderNumber": [package["orderNumber"]]}), 200)


def _list(world: World, query: dict[str, list[str]]) -> Answer:
    return world.seller.call(get_shipment_packages, path={"sellerId": SELLER}, query=query)


OPERATIONS: dict[str, Operation] = {
    "accept, Trendyol": accept_trendyol,
    "accept, Trendyol, 50 lines": accept_trendyol_50_lines,
    "accept, Trendyol, repeated": accept_trendyol_again,
    "refuse, Trendyol: too many units": refuse_trendyol_too_many,
    "refuse, Trendyol: no such package": refuse_trendyol_unknown,
    "refuse, Trendyol: malformed": refuse_trendyol_malformed,
    "refuse, Trendyol: package replaced": partial(refuse_trendyol_replaced, splits=1),
    "refuse, Trendyol: replaced, and its successor too": partial(refuse_trendyol_replaced, splits=2),
    "accept, HepsiGlobal": accept_hepsiglobal,
    "accept, HepsiGlobal, repeated": accept_hepsiglobal_again,
    "refuse, HepsiGlobal: too many units": refuse_hepsiglobal,
    "split, 1 line, 1 cancellation": partial(split, lines=1, quantity=24, cancellations=1),
    "split, 5 lines, 1 cancellation": partial(split, lines=5, quantity=6, cancellations=1),
    "split, 50 lines, 1 cancellation": partial(split, lines=50, quantity=2, cancellations=1),
    "split, 1 line, 20 cancellations": partial(split, lines=1, quantity=24, cancellations=20),
    "split, 5 lines, 20 cancellations": partial(split, lines=5, quantity=6, cancellations=20),
    "split, 50 lines, 20 cancellations": partial(split, lines=50, quantity=2, cancellations=20),
    "split, 5 lines, the 2nd of a chain": partial(split_in_chain, before=1),
    "split, 5 lines, the 8th of a chain": partial(split_in_chain, before=7),
    "split, redelivered record": split_again,
    "list, a page of 200 of 1,000": list_page,
    "list, one order": list_order,
}
