"""Load packages that the marketplace already has; nobody is told of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from cleave.application.cancel_package import contended
from cleave.application.fits import check_fits, check_order_fits
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.refusals import Refusal, RefusalCode, Refusals
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.failures import ConditionsFailed, Contended
from cleave.store.orders import change_order, new_order, put_order_package, to_order
from cleave.store.packages import put_package
from cleave.store.table import Table

_TRIES = 8
_MAX_IMPORTED_BYTES = 160 * 1024


@dataclass(frozen=True, slots=True)
class ImportedPackage:
    """``fingerprint`` is equal for equal content as it came in; ``field`` is its place in the request."""

    package: Package
    fingerprint: str
    field: str


@dataclass(frozen=True, slots=True)
class Imported:
    """Ids of packages that are new, and of those that were there with the same content."""

    new: tuple[int, ...]
    unchanged: tuple[int, ...]


def import_packages(table: Table, packages: Sequence[ImportedPackage]) -> Imported:
    """Store the packages that are new.

    All are compared with what is there before any is written: raises Refusals naming each package that exists with
    other content, Refusal for what is too large to be kept. Each package is one transaction; a repeat after a failure
    stores the rest.
    """
    for each in packages:
        check_fits(each.package, each.field)
    found = _read(table, packages)
    stored = {each.package.package_id: _fingerprint(found, each) for each in packages}
    _refuse_differing(packages, stored)
    new = [each for each in packages if stored[each.package.package_id] is None]
    orders = _read_orders(table, new)
    _refuse_crowded(new, orders)
    written = [each.package.package_id for each in new if _store(table, each, orders)]
    unchanged = [each.package.package_id for each in packages if each.package.package_id not in written]
    return Imported(tuple(written), tuple(unchanged))


def _read(table: Table, packages: Sequence[ImportedPackage]) -> dict[str, Item]:
    wanted = [keys.package(each.package.seller_id, each.package.package_id) for each in packages]
    return {item["pk"]: item for item in table.batch_get(wanted)}


def _fingerprint(found: dict[str, Item], each: ImportedPackage) -> str | None:
    """None for a package that is not there; empty for one that a split made."""
    item = found.get(keys.package(each.package.seller_id, each.package.package_id)["pk"])
    return None if item is None else item["import_fingerprint"] or ""


def _refuse_differing(packages: Sequence[ImportedPackage], stored: dict[int, str | None]) -> None:
    differing = [each for each in packages if stored[each.package.package_id] not in {None, each.fingerprint}]
    if differing:
        raise Refusals(tuple(_differs(each) for each in differing))


def _differs(each: ImportedPackage) -> Refusal:
    message = f"package {each.package.package_id} exists with other content"
    return Refusal(RefusalCode.PACKAGE_DIFFERS, message, field=each.field)


def _read_orders(table: Table, packages: Sequence[ImportedPackage]) -> dict[str, Order]:
    one_of_each = {each.package.order_number: each.package for each in packages}
    return {number: _read_order(table, package) for number, package in one_of_each.items()}


def _refuse_crowded(packages: Sequence[ImportedPackage], orders: dict[str, Order]) -> None:
    """Less than fits, since the seller may split them further."""
    for number, order in orders.items():
        of_order = [each for each in packages if each.package.order_number == number]
        live = order.with_packages(each.package for each in of_order)
        check_order_fits(order, live, _MAX_IMPORTED_BYTES, of_order[0].field)


def _store(table: Table, each: ImportedPackage, orders: dict[str, Order]) -> bool:
    """Whether the package was new; another import may store it between our look and our write."""
    package = each.package
    for _ in range(_TRIES):
        order = orders.get(package.order_number) or _read_order(table, package)
        writes = [
            put_package(package, import_fingerprint=each.fingerprint),
            change_order(order, [package], events=0),
            put_order_package(package),
        ]
        try:
            table.write(writes)
        except Contended:
            raise contended() from None
        except ConditionsFailed as failed:
            orders.pop(package.order_number, None)
            if existing := failed.found.get(0):
                _refuse_differing([each], {package.package_id: existing["import_fingerprint"] or ""})
                return False
        else:
            orders[package.order_number] = _after(order, package)
            return True
    raise contended()


def _read_order(table: Table, package: Package) -> Order:
    item = table.get(keys.order(package.seller_id, package.order_number))
    return new_order(package.order_number, package.seller_id) if item is None else to_order(item)


def _after(order: Order, package: Package) -> Order:
    live = order.with_packages([package])
    return Order(order.order_number, order.seller_id, order.sequence, order.version + 1, live)
