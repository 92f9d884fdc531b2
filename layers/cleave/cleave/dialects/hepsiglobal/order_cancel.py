"""PUT /webhooks/order-cancel: a seller's cancel, one item or many."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from cleave.api.wire import Id, Name, Quantity, Text, WireModel, parse
from cleave.application.allocate_items import ItemCancellation
from cleave.dialects.fingerprints import fingerprint
from cleave.dialects.hepsiglobal.endpoint import ChannelCall
from cleave.dialects.reasons import BY_HEPSIGLOBAL
from cleave.domain.cancellation import Cancellation, CancellationKey
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.refusals import Refusal, RefusalCode

# With a package for each, and DynamoDB's 100 items in a transaction, there is room for every item's record.
_MAX_ITEMS = 40


class CancelItem(WireModel):
    """``cancel_id`` is the caller's own key."""

    cancel_id: Id
    order_number: Name
    cancel_quantity: Quantity
    order_item_number: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    reason: Text


class CancelItems(WireModel):
    """The form with several items; they are accepted or refused together."""

    cancel_items: Annotated[list[CancelItem], Field(min_length=1, max_length=_MAX_ITEMS)]


def to_item_cancellations(channel: ChannelCall) -> list[ItemCancellation]:
    """The cancellations that the channel reports. Raises Refusal or Refusals."""
    document = channel.call.json()
    seen: set[int] = set()
    cancellations = []
    for prefix, item in _items(document):
        if item.cancel_id in seen:
            message = f"cancel_id {item.cancel_id} stands in the request twice"
            raise Refusal(RefusalCode.BODY_INVALID, message, field=f"{prefix}cancel_id")
        seen.add(item.cancel_id)
        cancellations.append(_to_cancellation(channel, item, prefix))
    return cancellations


def _items(document: Any) -> list[tuple[str, CancelItem]]:  # noqa: ANN401 - unvalidated JSON
    if isinstance(document, dict) and "cancel_items" in document:
        many = parse(CancelItems, document)
        return [(f"cancel_items.{place}.", item) for place, item in enumerate(many.cancel_items)]
    return [("", parse(CancelItem, document))]


def _to_cancellation(channel: ChannelCall, item: CancelItem, prefix: str) -> ItemCancellation:
    codes = BY_HEPSIGLOBAL.get(item.reason)
    if codes is None:
        message = f"known reasons: {', '.join(BY_HEPSIGLOBAL)}"
        raise Refusal(RefusalCode.REASON_UNKNOWN, message, field=f"{prefix}reason")
    by_customer = codes.reason is Reason.CUSTOMER_DEMAND
    cancellation = Cancellation(
        key=CancellationKey(f"hepsiglobal#{channel.channel}", str(item.cancel_id)),
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
    return ItemCancellation(item.order_number, item.order_item_number, item.cancel_quantity, prefix, cancellation)
