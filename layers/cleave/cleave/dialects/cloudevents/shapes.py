"""The published shapes, from which the JSON Schemas and the AsyncAPI document are generated.

Within a version, fields are only added. Amounts are text with two decimals, because most readers do not keep a JSON
number exact. Nothing is about the customer: no name, no address.
"""

from typing import Literal, NotRequired, TypedDict

VERSION = "v1"


class Reason(TypedDict):
    """The reason of a cancellation in both dialects; ``trendyolId`` 0 is a reason that Trendyol does not have."""

    name: str
    trendyolId: int
    trendyolName: str
    hepsiglobal: str


class CancelledUnits(TypedDict):
    """Units of one line. ``amountToGiveBack`` is the amount paid for all of them after discounts."""

    lineId: int
    sku: str
    itemNumber: str
    units: int
    amountToGiveBack: str


class LiveLine(TypedDict):
    """A line as the package shows it now. On a closed package, ``UnPacked`` units live on in its successors."""

    lineId: int
    sku: str
    itemNumber: str
    units: int
    status: str


class OrderChange(TypedDict):
    """The change of an order. ``sequence`` numbers the seller's changes of the order from 1; facts of one change share
    it.

    ``correlationId`` names the requests that caused it, separated by spaces.
    """

    sellerId: int
    orderNumber: str
    storefront: str
    sequence: int
    correlationId: str


class PackageFact(TypedDict):
    """A package as it was at that time. ``firstAncestorIds`` is empty on the first package of an order.

    ``linesOmitted`` is the number of lines that did not fit into the event; the package can be read by its id.
    """

    order: OrderChange
    packageId: int
    status: str
    createdBy: str
    parentId: int | None
    firstAncestorIds: list[int]
    successorIds: list[int]
    trackingNumber: int | str | None
    lines: list[LiveLine]
    linesOmitted: NotRequired[int]


class CancellationFact(TypedDict):
    """A cancellation from several packages has one fact for each, about the units of that package.

    ``canBeSoldAgain`` follows from the reason: the goods are there and in good condition. ``currency`` is left out if
    the order has none. ``cancellationId`` is None for a subscriber who did not ask for the cancellation.
    """

    order: OrderChange
    cancellationId: str | None
    acceptedAt: str | None
    cancelledBy: Literal["Seller", "Customer"]
    reason: Reason
    canBeSoldAgain: bool
    packageId: int
    successorIds: list[int]
    firstAncestorIds: list[int]
    lines: list[CancelledUnits]
    linesOmitted: NotRequired[int]
    amountToGiveBack: str
    currency: NotRequired[str]


class SubscriptionFact(TypedDict):
    """A subscription gets no more messages. ``owner`` is ``seller:…`` or ``channel:…``."""

    subscriptionId: str
    owner: str
    reason: Literal["deactivated", "failing", "gone"]


class TestFact(TypedDict):
    """A test by an owner, to see whether the destination takes events; None before it is subscribed."""

    subscriptionId: str | None


type Data = PackageFact | CancellationFact | SubscriptionFact | TestFact


class CloudEvent(TypedDict):
    """The envelope. ``id`` is the same however often and to whomever an event is sent; ``time`` is the time of the
    change."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: Literal["application/json"]
    dataschema: str
    data: Data
