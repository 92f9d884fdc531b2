"""Answers of the endpoints for the marketplace's own staff. Times are epoch milliseconds."""

from typing import Literal, NotRequired, TypedDict

from cleave.domain.delivery import DeliveryState
from cleave.domain.health import GaugeName
from cleave.domain.receiver import ReceiverKind
from cleave.domain.subscription import PassiveReason, SubscriptionStatus


class ShownGauge(TypedDict):
    """``threshold`` is that of its alarm, null if it has none; ``runbook`` is a page of docs/runbooks."""

    name: GaugeName
    label: str
    value: float
    unit: Literal["seconds", "count"]
    threshold: float | None
    healthy: bool
    runbook: str


class ShownStatus(TypedDict):
    """``healthy``: no gauge's alarm would be on."""

    at: int
    healthy: bool
    gauges: list[ShownGauge]


class ToldStatus(ShownStatus):
    """``role`` is the caller's; ``stack`` is the name by which `cleave` finds it."""

    role: Literal["operator", "support"]
    stack: str


class ShownOwner(TypedDict):
    """A seller by its number, or a channel by its client id."""

    kind: Literal["seller", "channel"]
    id: str


class ShownReceiver(TypedDict):
    """``host`` is a queue's or bus's ARN. While the circuit is open only probes are sent. ``backlog`` counts waiting
    deliveries; there are more if ``backlogIsMore``; ``oldestWaiting`` is the time of the first one's event."""

    subscriptionId: str
    owner: ShownOwner
    host: str
    kind: ReceiverKind
    status: SubscriptionStatus
    passiveReason: PassiveReason | None
    circuit: Literal["closed", "open"]
    failures: int
    failingSince: int | None
    nextProbe: int | None
    backlog: int
    backlogIsMore: bool
    oldestWaiting: int | None


class ShownReceivers(TypedDict):
    """``unreadable`` are ids of webhooks that are damaged in store. ``nextCursor`` is null on the last page."""

    receivers: list[ShownReceiver]
    unreadable: list[str]
    nextCursor: str | None


type Kind = Literal["accepted", "applied", "status", "tracking", "told"]


class StoryUnits(TypedDict):
    """Units of a line over all packages: ordered = cancelled + live. ``waiting`` of the live ones are about to be
    cancelled. ``lost`` counts missing units and must be 0."""

    lineId: int
    sku: str
    orderItemNumber: str
    ordered: int
    waiting: int
    cancelled: int
    live: int
    lost: int


class StoryLine(TypedDict):
    """Units of a line in one package, of one status; ``cancellationId`` names the cancellation that took them."""

    lineId: int
    sku: str
    orderItemNumber: str
    quantity: int
    status: str
    waiting: int
    cancelled: bool
    cancellationId: str | None


class StoryPackage(TypedDict):
    """A package, listed right before its successors; ``depth`` is its level in the tree. Units that live on in another
    package are listed only there. ``planned`` are packages that an accepted split is about to make. Trendyol's dialect
    names the package, HepsiGlobal's the items in it."""

    id: int
    depth: int
    parent: int | None
    successors: list[int]
    planned: list[int]
    status: str
    createdBy: str
    createdAt: int
    modifiedAt: int
    live: bool
    lines: list[StoryLine]
    trendyolId: str
    hepsiglobalIds: list[str]


class StoryEntry(TypedDict):
    """``id`` is a cancellation's full id, or an event's sequence. The two others are the names that callers see: a
    Cancellation-Id or a cancel_id, or the package's id. ``correlationId`` is in all lines of the log."""

    at: int
    kind: Kind
    id: str
    trendyolId: str | None
    hepsiglobalId: str | None
    text: str
    correlationId: str


class ToldEntry(StoryEntry):
    """A message to a webhook. ``id`` is its webhook-id, which the receiver sees."""

    subscriptionId: str
    deliveryId: str
    state: DeliveryState
    attempts: int
    lastAnswer: str | None
    lastAttemptAt: int | None


class StoryPart(TypedDict):
    """One seller's part of the order. ``unreadablePackages`` are damaged in store; ``unreadable`` are the keys of other
    damaged items."""

    sellerId: int
    storefront: str | None
    units: list[StoryUnits]
    packages: list[StoryPackage]
    unreadablePackages: list[int]
    unreadable: NotRequired[list[str]]
    timeline: list[StoryEntry | ToldEntry]


class WholeStory(TypedDict):
    """All sellers' parts. ``complete`` false: the order is too large for one answer, and no line's units are shown."""

    orderNumber: str
    complete: bool
    parts: list[StoryPart]


class PendingCancellations(TypedDict):
    """``waiting`` cancellations of a package are accepted and not applied. 0: a seller's own split is."""

    orderNumber: str
    sellerId: int
    packageId: int
    since: int
    waiting: int
    correlationId: str


class PendingEvent(TypedDict):
    """The event with this sequence has no deliveries yet."""

    orderNumber: str
    sellerId: int
    sequence: int
    since: int
    correlationId: str


class UnreadableItem(TypedDict):
    """A due item that is damaged, by its key."""

    item: str
    since: int


class ShownBatch(TypedDict):
    """Records that the stream's event source gave up; `cleave redrive` processes them again."""

    key: str
    at: int
    bytes: int


class ShownPending(TypedDict):
    """The longest due first. ``failedBatches`` are on the first page only. ``nextCursor`` is null on the last page."""

    cancellations: list[PendingCancellations]
    events: list[PendingEvent]
    unreadable: list[UnreadableItem]
    failedBatches: list[ShownBatch]
    nextCursor: str | None


class Probed(TypedDict):
    """The receiver gets a message of this order now."""

    subscriptionId: str
    sellerId: int
    orderNumber: str
