"""Apply a marketplace's report about a shipment or an order's item. Such a report does not name its seller."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cleave.application.intake.change_package import report_package
from cleave.domain.cancellation import PackageAddress
from cleave.domain.order import Order
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.reported import Report, spread
from cleave.store.known_packages import read_of_sellers
from cleave.store.orders import read_orders
from cleave.store.packages import read_states
from cleave.table.failures import Contended
from cleave.table.table import Table


@dataclass(frozen=True, slots=True)
class ItemReport:
    """``quantity`` units of an order's item are in a status by now; None: all. The fields are the request's."""

    order_number: str
    item_number: str
    status: str
    quantity: int | None
    happened_at: datetime
    at: datetime
    quantity_field: str
    correlation_id: str = ""


def report_shipment(table: Table, sellers: frozenset[int], report: Report) -> None:
    """``report_package`` for the seller that has the package. Raises Refusal."""
    package_id = report.address.package_id
    found = read_of_sellers(table, sellers, package_id)
    if len(found) != 1:
        code = RefusalCode.ITEM_AMBIGUOUS if found else RefusalCode.PACKAGE_NOT_FOUND
        whose = "is more than one seller's" if found else "is not there"
        raise Refusal(code, f"package {package_id} {whose}")
    seller_id = found[0].package.seller_id
    report_package(table, replace(report, address=PackageAddress(seller_id, package_id, None)))


def report_item(table: Table, sellers: frozenset[int], report: ItemReport) -> None:
    """Changes each package with units of the item by itself; a repeat changes the rest. Raises Refusal, or Contended if
    the request's time is over before the last one."""
    order = _holder(report, read_orders(table, report.order_number, sellers))
    held = [live.package_id for live in order.live if live.holds(report.item_number)]
    packages = [state.package for state in read_states(table, order.seller_id, held).values()]
    shares = spread(packages, report.item_number, report.quantity, report.status)
    if shares is None:
        message = f"item {report.item_number} has fewer than {report.quantity} units that can be {report.status}"
        raise Refusal(RefusalCode.QUANTITY_EXCEEDS_LEFT, message, field=report.quantity_field)
    for package_id, units in shares.items():
        if table.is_out_of_time:
            raise Contended("the request's time is over")
        report_package(
            table,
            Report(
                address=PackageAddress(order.seller_id, package_id, None),
                status=report.status,
                happened_at=report.happened_at,
                at=report.at,
                units=units,
                correlation_id=report.correlation_id,
            ),
        )


def _holder(report: ItemReport, parts: Sequence[Order]) -> Order:
    if not parts:
        raise Refusal(RefusalCode.ORDER_NOT_FOUND, f"there is no order {report.order_number}", field="order_number")
    holders = [part for part in parts if part.holds(report.item_number)]
    if len(holders) != 1:
        code = RefusalCode.ITEM_AMBIGUOUS if holders else RefusalCode.ITEM_NOT_FOUND
        why = "is sold by more than one seller of the order" if holders else "is not live in the order"
        raise Refusal(code, f"item {report.item_number} {why}", field="order_item_number")
    return holders[0]
