"""PUT /webhooks/order-cancel: a seller's cancel, one item or many."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from cleave.application.accept.allocation import ItemCancellation, ItemFields
from cleave.dialects.fingerprints import fingerprint
from cleave.dialects.hepsiglobal.endpoint import ChannelCall
from cleave.dialects.reasons import BY_HEPSIGLOBAL, BY_REASON
from cleave.domain.cancellation import Cancellation, CancellationKey
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.refusals import Refusal, RefusalCode, Refusals, refusals_by
from cleave.entry.values import Id, ItemNumber, Name, Quantity, Text, any_case
from cleave.entry.wire import WireModel, parse

# Each item may need a package and a record of its own, and a DynamoDB transaction has 100 items at most.
_MAX_ITEMS = 40


class CancelItem(WireModel):
    """``cancel_id`` is the caller's own key."""

    cancel_id: Id
    order_number: Name
    cancel_quantity: Quantity
    order_item_number: ItemNumber
    reason: Annotated[Text, any_case(*BY_HEPSIGLOBAL)]


class CancelItems(WireModel):
    """The form with several items; they are accepted or refused together."""

    cancel_items: Annotated[list[CancelItem], Field(min_length=1, max_length=_MAX_ITEMS)]


def to_item_cancellations(channel: ChannelCall) -> list[ItemCancellation]:
    """The cancellations that the channel reports. Raises Refusal or Refusals."""
    cancellations, faults = read_items(channel)
    if faults:
        raise Refusals(faults)
    return cancellations


def read_items(channel: ChannelCall) -> tuple[list[ItemCancellation], tuple[Refusal, ...]]:
    """The channel's cancels, and the faults of the request. Raises Refusal or Refusals if the body is not a cancel.

    An item with an unknown reason has some other one: with a fault, nothing is ever accepted.
    """
    items = _items(channel.call.json())
    first_places = {item.cancel_id: place for place, (_, item) in reversed(list(enumerate(items)))}
    checks: list[Callable[[], object]] = []
    for place, (prefix, item) in enumerate(items):
        checks += [partial(_refuse_repeated, item, prefix, is_first=first_places[item.cancel_id] == place)]
        checks += [partial(_refuse_unknown_reason, item, prefix)]
    return [_to_cancellation(channel, item, prefix) for prefix, item in items], refusals_by(*checks)


def _refuse_repeated(item: CancelItem, prefix: str, *, is_first: bool) -> None:
    if not is_first:
        message = f"cancel_id {item.cancel_id} stands in the request twice"
        raise Refusal(RefusalCode.BODY_INVALID, message, field=f"{prefix}cancel_id")


def _refuse_unknown_reason(item: CancelItem, prefix: str) -> None:
    if item.reason not in BY_HEPSIGLOBAL:
        message = f"known reasons: {', '.join(BY_HEPSIGLOBAL)}"
        raise Refusal(RefusalCode.REASON_UNKNOWN, message, field=f"{prefix}reason")


def _items(document: Any) -> list[tuple[str, CancelItem]]:  # noqa: ANN401 - unvalidated JSON
    if isinstance(document, dict) and "cancel_items" in document:
        many = parse(CancelItems, document)
        return [(f"cancel_items.{place}.", item) for place, item in enumerate(many.cancel_items)]
    return [("", parse(CancelItem, document))]


def _to_cancellation(channel: ChannelCall, item: CancelItem, prefix: str) -> ItemCancellation:
    codes = BY_HEPSIGLOBAL.get(item.reason, BY_REASON[Reason.OUT_OF_STOCK])
    by_customer = codes.reason is Reason.CUSTOMER_DEMAND
    cancellation = Cancellation(
        key=CancellationKey(channel.scope, str(item.cancel_id)),
        fingerprint=fingerprint(item.model_dump()),
        seller_id=0,  # known once the order is read
        storefront=None,
        order_number=item.order_number,
        claims=(),
        reason=codes.reason,
        cancelled_by=CancelledBy.CUSTOMER if by_customer else CancelledBy.SELLER,
        keep_status=False,
        at=channel.call.at,
        correlation_id=channel.call.request_id,
    )
    names = ("order_number", "order_item_number", "cancel_quantity", "cancel_id")
    fields = ItemFields(*(f"{prefix}{name}" for name in names))
    return ItemCancellation(item.order_number, item.order_item_number, item.cancel_quantity, fields, cancellation)
