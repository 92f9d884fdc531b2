"""PUT /v1/orders/{order_number}/order_items/{order_item_number}: the marketplace cancels an item for its customer."""

from typing import Annotated

from cleave.application.accept.allocation import ItemCancellation, ItemFields
from cleave.dialects.fingerprints import fingerprint
from cleave.dialects.hepsiglobal.endpoint import ChannelCall
from cleave.dialects.reasons import BY_REASON
from cleave.domain.cancellation import Cancellation, CancellationKey
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.entry.gateway import path_text
from cleave.entry.values import Text, any_case
from cleave.entry.wire import WireModel

# The only reason on HepsiGlobal's page of this call; a seller's reasons come by the seller's webhook.
_REASON = Reason.CUSTOMER_DEMAND
_WORD = BY_REASON[_REASON].hepsiglobal
_FIELDS = ItemFields("order_number", "order_item_number", "cancel_quantity", "cancel_id")


class CancelItemRequest(WireModel):
    """The body does not repeat the path."""

    reason: Annotated[Text, any_case(_WORD)]


def to_item_cancellation(channel: ChannelCall) -> ItemCancellation:
    """The cancellation that the marketplace asks for. Raises Refusal or Refusals.

    The dialect has no key here. A whole item can be cancelled only once, so the item is the key.
    """
    reason = channel.call.body(CancelItemRequest).reason
    if reason != _WORD:
        raise Refusal(RefusalCode.REASON_UNKNOWN, f"known reasons: {_WORD}", field="reason")
    order_number = path_text(channel.call, "orderNumber", RefusalCode.ORDER_NOT_FOUND)
    item_number = path_text(channel.call, "orderItemNumber", RefusalCode.ITEM_NOT_FOUND)
    cancellation = Cancellation(
        key=CancellationKey(channel.scope, f"item#{fingerprint([order_number, item_number])}"),
        fingerprint=fingerprint([order_number, item_number, reason]),
        seller_id=0,  # known once the order is read
        storefront=None,
        order_number=order_number,
        claims=(),
        reason=_REASON,
        cancelled_by=CancelledBy.CUSTOMER,
        keep_status=False,
        at=channel.call.at,
        correlation_id=channel.call.request_id,
    )
    return ItemCancellation(order_number, item_number, quantity=None, fields=_FIELDS, cancellation=cancellation)
