"""A channel creates an order: its packages are created, and their sellers get messages."""

from collections.abc import Sequence
from datetime import datetime

from cleave.application.contention import contended_refusal
from cleave.application.intake.room import check_package_fits
from cleave.domain.change import Audience, OrderChange, creating
from cleave.domain.new_order import NewOrder, packages_of
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.refusals import Place, Refusal, RefusalCode
from cleave.store.created_orders import CreatedBefore, Creation, IdTaken, SellersTaken, create
from cleave.store.due_packages import read_audience
from cleave.store.events import group_by_size
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.failures import Contended
from cleave.table.table import Table

# For a seller with a million packages, two ids collide once in 10**9 orders, so two tries would do.
_TRIES = 3


def create_order(
    table: Table, numbers: TrackingNumbers, creation: Creation, order: NewOrder, correlation_id: str = ""
) -> tuple[Package, ...]:
    """The packages of the order, created now or by an earlier request with the same content. Raises Refusal.

    Two round trips.
    """
    at = creation.at
    for package in packages_of(order, at=at, attempt=0, numbers={}):
        check_package_fits(package, Place.ORDER_ITEMS)
    for attempt in range(_TRIES):
        tracking = dict(zip(order.seller_ids, numbers.take(table, len(order.seller_ids)), strict=True))
        packages = packages_of(order, at=at, attempt=attempt, numbers=tracking)
        try:
            create(table, creation.with_attempt(attempt), _changes(table, packages, at, correlation_id))
        except Contended:
            raise contended_refusal() from None
        except CreatedBefore as found:
            _check_same(creation.fingerprint, found)
            return packages_of(order, at=at, attempt=found.attempt, numbers={})
        except SellersTaken as found:
            raise _taken(order, found) from None
        except IdTaken:
            continue
        return packages
    raise contended_refusal()


def _changes(table: Table, packages: Sequence[Package], at: datetime, correlation_id: str) -> list[OrderChange]:
    """Changes whose write fails if the order's number is already in use."""
    parts = [(package.seller_id, package.order_number) for package in packages]
    audiences = read_audience(table, parts)
    return [
        creating(
            package,
            Order(package.order_number, package.seller_id),
            Audience(recipients, at, group_by_size, correlation_id),
        )
        for package, (_, recipients) in ((each, audiences[each.seller_id, each.order_number]) for each in packages)
    ]


def _check_same(fingerprint: str, found: CreatedBefore) -> None:
    if fingerprint != found.fingerprint:
        message = "the order was created before with other content"
        raise Refusal(RefusalCode.ORDER_DIFFERS, message, field=Place.ORDER_NUMBER)


def _taken(order: NewOrder, found: SellersTaken) -> Refusal:
    companies = ", ".join(str(seller_id) for seller_id in sorted(found.seller_ids))
    message = f"company {companies} has an order {order.order_number} that came in another way"
    return Refusal(RefusalCode.ORDER_EXISTS, message, field=Place.ORDER_NUMBER)
