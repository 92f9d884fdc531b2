"""Load packages from a marketplace's exports, and apply its later exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cleave import clock
from cleave.application.accept.replaced import addressed_package
from cleave.application.contention import contended_refusal
from cleave.application.intake.room import (
    MAX_IMPORTED_BYTES,
    MAX_ORDER_BYTES,
    MAX_PACKAGE_BYTES,
    check_order_fits,
    check_package_fits,
    check_split_fits,
)
from cleave.domain.cancellation import PackageAddress
from cleave.domain.change import Audience, importing, moving
from cleave.domain.exported import ExportFields, apply_export
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.package_state import Export, PackageState
from cleave.domain.progress import check_nothing_waits
from cleave.domain.refusals import Refusal, Refusals
from cleave.domain.status import CLOSED
from cleave.store.changes import PackagesExist, write_change
from cleave.store.due_packages import read_audience
from cleave.store.events import group_by_size
from cleave.store.known_packages import KnownPackage, read_known
from cleave.store.orders import order_size, read_order, read_order_parts
from cleave.table.failures import Contended, OutOfDate
from cleave.table.retry import until_current
from cleave.table.table import Table

type _Orders = dict[str, Order]


@dataclass(frozen=True, slots=True)
class ImportedPackage:
    """``export`` describes the package's export; ``fields`` are its places in the request."""

    package: Package
    export: Export
    fields: ExportFields
    correlation_id: str = ""


@dataclass(slots=True)
class Imported:
    """Ids of packages that are new, that changed, and that did not change."""

    new: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)


def import_packages(table: Table, packages: Sequence[ImportedPackage]) -> Imported:
    """Store new packages and update known ones; all belong to one seller.

    All are compared with the stored packages before any is written. Raises Refusals that name each package with an
    impossible change, or Refusal for one that is too large. Each package is one transaction; a repeat after a failure
    stores the rest.
    """
    if not packages:
        return Imported()
    seller_id = packages[0].package.seller_id
    known = read_known(table, seller_id, [each.package.package_id for each in packages])
    new = [each for each in packages if each.package.package_id not in known]
    for each in new:
        check_package_fits(each.package, each.fields.package)
    _refuse_impossible(table, packages, known)
    parts = read_order_parts(table, [(seller_id, each.package.order_number) for each in new])
    orders: _Orders = {number: order for (_, number), order in parts.items()}
    _refuse_crowded(new, orders)
    done = Imported()
    for each in packages:
        found = known.get(each.package.package_id)
        if found is None and _store(table, each, orders):
            done.new.append(each.package.package_id)
        elif found is not None and _is_old(each, found):
            done.unchanged.append(each.package.package_id)
        else:
            (done.updated if _move_on(table, each) else done.unchanged).append(each.package.package_id)
            orders.pop(each.package.order_number, None)
    return done


def _is_old(each: ImportedPackage, known: KnownPackage) -> bool:
    if known.export is not None and known.export.fingerprint == each.export.fingerprint:
        return True
    return each.export.is_older_than(known.export)


def _refuse_impossible(table: Table, packages: Sequence[ImportedPackage], known: Mapping[int, KnownPackage]) -> None:
    refusals: list[Refusal] = []
    for each in packages:
        found = known.get(each.package.package_id)
        if found is not None and not _is_old(each, found):
            try:
                _moved(table, each, found.state)
            except Refusal as refusal:
                refusals.append(refusal)
    if refusals:
        raise Refusals(tuple(refusals))


def _moved(table: Table, each: ImportedPackage, state: PackageState) -> Package | None:
    """Of a package that was replaced, or cancelled, there is nothing more to say than that it is closed."""
    if state.package.is_closed and each.package.status in CLOSED:
        return None
    package = each.package
    try:
        addressed_package(table, PackageAddress(package.seller_id, package.package_id, None), state)
        changed = apply_export(state.package, package, each.export, each.fields, clock.now())
        if changed is not None:
            check_nothing_waits(state, changed)
            _check_fits(each, state, changed)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.message, field=refusal.field or each.fields.package) from None
    return changed


def _check_fits(each: ImportedPackage, state: PackageState, changed: Package) -> None:
    """Raise Refusal for a package that is too large now, or too large for the split that was accepted of it."""
    check_package_fits(changed, each.fields.package, MAX_PACKAGE_BYTES)
    if state.is_to_be_split and state.planned is not None:
        check_split_fits(changed, len(state.planned.groups), each.fields.package)


def _refuse_crowded(packages: Sequence[ImportedPackage], orders: _Orders) -> None:
    """Refuse an order that is too large, before any write. The limit leaves room for its seller's splits."""
    for number, order in orders.items():
        of_order = [each for each in packages if each.package.order_number == number]
        after = replace(order, live=order.with_packages(each.package for each in of_order))
        check_order_fits(after, MAX_IMPORTED_BYTES, of_order[0].fields.package)


def _store(table: Table, each: ImportedPackage, orders: _Orders) -> bool:
    """Whether the package was new; another import may store it between our read and our write."""
    package = each.package

    def attempt() -> None:
        _check_time(table)
        order = orders.pop(package.order_number, None) or read_order(table, package.seller_id, package.order_number)
        change = importing(package, each.export, order, clock.now())
        check_order_fits(change.after, MAX_IMPORTED_BYTES, each.fields.package)
        write_change(table, change)
        orders[package.order_number] = replace(change.after, version=order.version + 1)

    try:
        until_current(attempt)
    except PackagesExist:
        return False
    except Contended:
        raise contended_refusal() from None
    return True


def _move_on(table: Table, each: ImportedPackage) -> bool:
    """Whether the export says something new about the package as it is now."""
    package = each.package

    def attempt() -> bool:
        _check_time(table)
        now = clock.now()  # before the recipients are read
        found = read_known(table, package.seller_id, [package.package_id]).get(package.package_id)
        if found is None:
            raise OutOfDate("the package's time is over")
        state = found.state
        changed = None if _is_old(each, found) else _moved(table, each, state)
        if changed is None:
            return False
        order, recipients = read_audience(table, [part := (package.seller_id, package.order_number)])[part]
        audience = Audience(recipients, order.next_at(now), group_by_size, each.correlation_id)
        change = moving(state, changed, order, audience, each.export)
        # Reports may have divided an order's lines beyond the limit: what takes no more room is taken.
        most = max(MAX_ORDER_BYTES, order_size(change.before))
        check_order_fits(change.after, most, each.fields.package)
        write_change(table, change)
        return True

    try:
        return until_current(attempt)
    except Contended:
        raise contended_refusal() from None


def _check_time(table: Table) -> None:
    """Refuse the rest if the function's time is nearly over: the caller gets an answer and repeats the page."""
    if table.is_out_of_time:
        raise Contended("the request's time is over")
