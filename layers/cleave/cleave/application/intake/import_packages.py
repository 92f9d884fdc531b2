"""Load packages that the marketplace already has; nobody is told of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cleave import clock
from cleave.application.contention import contended_refusal
from cleave.application.intake.room import MAX_IMPORTED_BYTES, check_order_fits, check_package_fits
from cleave.domain.change import importing
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.refusals import Refusal, RefusalCode, Refusals
from cleave.store.changes import PackagesExist, write_change
from cleave.store.orders import read_order, read_order_parts
from cleave.store.packages import read_import_fingerprints
from cleave.table.failures import Contended
from cleave.table.retry import until_current
from cleave.table.table import Table

type _Orders = dict[str, Order]


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
    """Store the packages that are new; all are of one seller.

    All are compared with what is there before any is written: raises Refusals naming each package that exists with
    other content, Refusal for what is too large to be kept. Each package is one transaction; a repeat after a failure
    stores the rest.
    """
    if not packages:
        return Imported((), ())
    for each in packages:
        check_package_fits(each.package, each.field)
    seller_id = packages[0].package.seller_id
    stored = read_import_fingerprints(table, seller_id, [each.package.package_id for each in packages])
    _refuse_differing(packages, stored)
    new = [each for each in packages if each.package.package_id not in stored]
    parts = read_order_parts(table, [(seller_id, each.package.order_number) for each in new])
    orders: _Orders = {number: order for (_, number), order in parts.items()}
    _refuse_crowded(new, orders)
    written = [each.package.package_id for each in new if _store(table, each, orders)]
    unchanged = [each.package.package_id for each in packages if each.package.package_id not in written]
    return Imported(tuple(written), tuple(unchanged))


def _refuse_differing(packages: Sequence[ImportedPackage], stored: Mapping[int, str | None]) -> None:
    differing = [
        each
        for each in packages
        if each.package.package_id in stored and stored[each.package.package_id] != each.fingerprint
    ]
    if differing:
        raise Refusals(tuple(_differs(each) for each in differing))


def _differs(each: ImportedPackage) -> Refusal:
    message = f"package {each.package.package_id} exists with other content"
    return Refusal(RefusalCode.PACKAGE_DIFFERS, message, field=each.field)


def _refuse_crowded(packages: Sequence[ImportedPackage], orders: _Orders) -> None:
    """Before any is written: less than fits, since the seller may split them further."""
    for number, order in orders.items():
        of_order = [each for each in packages if each.package.order_number == number]
        after = replace(order, live=order.with_packages(each.package for each in of_order))
        check_order_fits(after, MAX_IMPORTED_BYTES, of_order[0].field)


def _store(table: Table, each: ImportedPackage, orders: _Orders) -> bool:
    """Whether the package was new; another import may store it between our look and our write.

    What there is no time left for is refused, so that the caller has an answer and repeats the page.
    """
    package = each.package

    def attempt() -> None:
        if table.is_out_of_time:
            raise Contended("the request's time is over")
        order = orders.pop(package.order_number, None) or read_order(table, package.seller_id, package.order_number)
        change = importing(package, each.fingerprint, order, clock.now())
        check_order_fits(change.after, MAX_IMPORTED_BYTES, each.field)
        write_change(table, change)
        orders[package.order_number] = replace(change.after, version=order.version + 1)

    try:
        until_current(attempt)
    except PackagesExist as found:
        _refuse_differing([each], found.fingerprints)
        return False
    except Contended:
        raise contended_refusal() from None
    return True
