"""POST /v1/orders: an order as HepsiGlobal creates it, and the packages that it became."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field

from cleave.clock import from_ms, to_ms
from cleave.dialects.fingerprints import fingerprint
from cleave.dialects.hepsiglobal.endpoint import ChannelCall
from cleave.dialects.own_fields import words_of
from cleave.domain.availability import MAX_UNITS
from cleave.domain.ids import MAX_ORDER_ITEMS
from cleave.domain.new_order import NewItem, NewOrder
from cleave.domain.package import Package
from cleave.domain.refusals import Refusal, RefusalCode, Refusals
from cleave.entry.values import Id, Label, Name, Price, Text, as_whole, plain_fault
from cleave.entry.wire import LINE_LIMIT, WireModel, json_size, parse
from cleave.table.limits import KILOBYTE

if TYPE_CHECKING:
    from cleave.dialects.hepsiglobal.answers import CreatedItem, CreatedOrder, CreatedPackage

# The dialect names no storefront; this is the one of Trendyol's clients that name none either.
STOREFRONT = "TR"
_EARLIEST = from_ms(0)
_BODY_LIMIT = 192 * KILOBYTE  # a DynamoDB item holds 400 KB
_ORDER_LIMIT = 16 * KILOBYTE  # all fields but the items are stored with the package and the event of every company
# A company takes four writes, the order one record, and a DynamoDB transaction has 100 writes at most.
_MAX_COMPANIES = 24
# Fields about all units of an item: a part of the item must not repeat them.
_SUMS = frozenset({"amount", "quantity", "total"})


def _read_time(value: object) -> datetime:
    """ISO 8601 from 1970 on; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise plain_fault("must be a time as ISO 8601 writes it") from None
    if moment < _EARLIEST:
        raise plain_fault("must not be before 1970")
    return moment


type Time = Annotated[AwareDatetime, BeforeValidator(_read_time)]


class WireCustomer(WireModel):
    """The fields that Trendyol's dialect has a place for; all others are kept with the order."""

    model_config = ConfigDict(extra="allow")

    name: Text = ""
    phone: Text = ""
    email: Text = ""


class WireItem(WireModel):
    """The fields of an item that a rule or Trendyol's dialect reads; all others are kept with it."""

    model_config = ConfigDict(extra="allow")

    item_number: Label
    company_id: Id
    sku: Label
    product_name: Text = ""
    quantity: Annotated[int, Field(gt=0, le=MAX_UNITS), BeforeValidator(as_whole)]
    unit_product_price: Price
    currency: Text | None = None


class WireOrder(WireModel):
    """The fields of an order that a rule or Trendyol's dialect reads; all others are kept with it."""

    model_config = ConfigDict(extra="allow")

    order_number: Name
    order_date: Time
    currency: Text = "USD"
    customer: WireCustomer = WireCustomer()
    order_items: Annotated[list[WireItem], Field(min_length=1, max_length=MAX_ORDER_ITEMS)]


def to_new_order(channel: ChannelCall) -> tuple[NewOrder, str]:
    """The order that the channel creates, and the fingerprint of its content. Raises Refusal or Refusals."""
    document = channel.call.json(_BODY_LIMIT)
    wire = parse(WireOrder, document)
    details = _details(wire, document)
    if json_size(details) > _ORDER_LIMIT:
        message = f"the order without its items may have {_ORDER_LIMIT // KILOBYTE} KB"
        raise Refusal(RefusalCode.BODY_TOO_LARGE, message)
    _check_sizes(document)
    _check(channel, wire)
    items = tuple(_item(wire, item, raw) for item, raw in zip(wire.order_items, document["order_items"], strict=True))
    order = NewOrder(wire.order_number, STOREFRONT, wire.order_date, items, details)
    return order, fingerprint(wire.model_dump())


def _check_sizes(document: Mapping[str, Any]) -> None:
    for place, raw in enumerate(document["order_items"]):
        if json_size(raw) > LINE_LIMIT:
            message = f"an item may have {LINE_LIMIT // KILOBYTE} KB"
            raise Refusal(RefusalCode.BODY_TOO_LARGE, message, field=f"order_items.{place}")


def _check(channel: ChannelCall, wire: WireOrder) -> None:
    """Checks beyond the types. A company for which the caller may not act is refused like a missing one."""
    found: list[Refusal] = []
    seen: set[str] = set()
    for place, item in enumerate(wire.order_items):
        field = f"order_items.{place}"
        if item.company_id not in channel.sellers:
            message = "there is no such company"
            found.append(Refusal(RefusalCode.COMPANY_NOT_FOUND, message, field=f"{field}.company_id"))
        if item.item_number in seen:
            message = "stands in the order twice"
            found.append(Refusal(RefusalCode.BODY_INVALID, message, field=f"{field}.item_number"))
        seen.add(item.item_number)
    if sum(item.quantity for item in wire.order_items) > MAX_UNITS:
        found.append(Refusal(RefusalCode.BODY_INVALID, f"may have {MAX_UNITS} units in all", field="order_items"))
    if len({item.company_id for item in wire.order_items}) > _MAX_COMPANIES:
        found.append(Refusal(RefusalCode.BODY_INVALID, f"may be of {_MAX_COMPANIES} companies", field="order_items"))
    if found:
        raise Refusals(tuple(found))


def _item(order: WireOrder, item: WireItem, raw: Mapping[str, Any]) -> NewItem:
    details = {
        "productName": item.product_name,
        "currencyCode": item.currency or order.currency,
        "sellerId": item.company_id,
    }
    kept = {name: value for name, value in raw.items() if _SUMS.isdisjoint(words_of(name))}
    return NewItem(
        item.item_number,
        item.company_id,
        item.sku,
        item.quantity,
        item.unit_product_price,
        {**details, "hepsiGlobal": kept},
        {} if kept == raw else {"hepsiGlobal": raw},
    )


def _details(wire: WireOrder, document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that Trendyol's dialect shows of the order; ``hepsiGlobal`` keeps the rest unchanged, with its
    amounts."""
    first, _, last = wire.customer.name.rpartition(" ")
    names = {"customerFirstName": first or last, "customerLastName": last if first else ""}
    return {
        **names,
        "customerEmail": wire.customer.email,
        "currencyCode": wire.currency,
        "orderDate": to_ms(wire.order_date),
        "shipmentAddress": {"fullName": wire.customer.name, "phone": wire.customer.phone},
        "hepsiGlobal": {name: value for name, value in document.items() if name != "order_items"},
    }


def render_created(order: NewOrder, packages: Sequence[Package]) -> "CreatedOrder":
    """The answer, which is ours: where to find the order's items from now on."""
    made = [_render_package(package) for package in packages]
    return {"data": {"order_number": order.order_number, "packages": made}, "message": "the order is created"}


def _render_package(package: Package) -> "CreatedPackage":
    items: list[CreatedItem] = [
        {"item_number": line.item_number, "line_id": line.line_id, "quantity": line.quantity} for line in package.lines
    ]
    return {"company_id": package.seller_id, "package_id": package.package_id, "items": items}
