"""A channel creates an order: its packages come into being, and their sellers are told."""

from datetime import datetime

from cleave.application.cancel_package import contended
from cleave.application.fits import check_fits
from cleave.domain.new_order import NewOrder, packages_of
from cleave.domain.package import Package
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store.created_orders import Creation, NotCreated, create
from cleave.store.failures import Contended
from cleave.store.table import Table

# A package's id meets another one's once in 10**9 orders of a seller with a million packages; twice is enough.
_TRIES = 3


def create_order(
    table: Table, channel: str, fingerprint: str, order: NewOrder, at: datetime, correlation_id: str = ""
) -> tuple[Package, ...]:
    """The packages that were made of the order, now or when the same content came before. Raises Refusal.

    One round trip. ``fingerprint`` is equal for equal content.
    """
    for attempt in range(_TRIES):
        packages = packages_of(order, at=at, attempt=attempt)
        for package in packages:
            check_fits(package, "order_items")
        try:
            create(table, Creation(channel, order.order_number, fingerprint, attempt, correlation_id), packages, at)
        except Contended:
            raise contended() from None
        except NotCreated as found:
            if found.attempt is not None:
                _check_same(fingerprint, found)
                return packages_of(order, at=at, attempt=found.attempt)
            _refuse_taken(order, found)
        else:
            return packages
    raise contended()


def _check_same(fingerprint: str, found: NotCreated) -> None:
    if fingerprint != found.fingerprint:
        message = "the order was created before with other content"
        raise Refusal(RefusalCode.ORDER_DIFFERS, message, field="order_number")


def _refuse_taken(order: NewOrder, found: NotCreated) -> None:
    if found.taken_sellers:
        companies = ", ".join(str(seller_id) for seller_id in sorted(found.taken_sellers))
        message = f"company {companies} has an order {order.order_number} that came in another way"
        raise Refusal(RefusalCode.ORDER_EXISTS, message, field="order_number")
