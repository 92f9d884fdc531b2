"""Every reason for which Cleave refuses a request, in one catalogue."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum


class RefusalKind(StrEnum):
    """The caller's possible reaction to a refusal. Each dialect has one HTTP status for each kind."""

    INVALID = "invalid"  # the request can never be accepted as it is
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"  # the state of the order forbids it
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"  # the body is of a type that nobody here reads
    KEY_REUSED = "key_reused"  # the caller's own key came with other content before
    BUSY = "busy"  # the same request may be accepted later


class RefusalCode(Enum):
    """A refusal's key on the wire, and its kind."""

    BODY_INVALID = ("bad.request", RefusalKind.INVALID)
    BODY_NOT_JSON = ("body.not.json", RefusalKind.INVALID)
    BODY_TOO_LARGE = ("body.too.large", RefusalKind.TOO_LARGE)
    ANSWER_TOO_LARGE = ("answer.too.large", RefusalKind.INVALID)
    BODY_TYPE = ("content.type.not.supported", RefusalKind.UNSUPPORTED)
    CREDENTIALS_INVALID = ("authentication.error", RefusalKind.UNAUTHENTICATED)
    ROLE_NOT_ALLOWED = ("authorization.error", RefusalKind.FORBIDDEN)
    SELLER_NOT_FOUND = ("supplier.api.supplier.not.found", RefusalKind.NOT_FOUND)
    STOREFRONT_INVALID = ("invalid.storefrontcode", RefusalKind.INVALID)
    PACKAGE_NOT_FOUND = ("shipment.package.not.found", RefusalKind.NOT_FOUND)
    PACKAGE_REPLACED = ("shipment.package.replaced", RefusalKind.CONFLICT)
    PACKAGE_STATUS = ("shipment.package.status.not.cancellable", RefusalKind.CONFLICT)
    PACKAGE_BUSY = ("shipment.package.too.many.waiting", RefusalKind.BUSY)
    PACKAGE_SPLITTING = ("shipment.package.splitting", RefusalKind.CONFLICT)
    PACKAGE_WAITING = ("shipment.package.cancellations.waiting", RefusalKind.CONFLICT)
    STATUS_ORDER = ("shipment.package.status.order", RefusalKind.CONFLICT)
    INVOICE_DIFFERS = ("shipment.package.invoice.differs", RefusalKind.CONFLICT)
    TRACKING_STATUS = ("shipment.tracking.number.cannot.be.updated", RefusalKind.CONFLICT)
    PROVIDER_UNKNOWN = ("cargo.provider.unknown", RefusalKind.INVALID)
    PACKAGE_DIFFERS = ("shipment.package.exists.with.other.content", RefusalKind.CONFLICT)
    UNITS_DIFFER = ("shipment.package.units.differ", RefusalKind.CONFLICT)
    NOT_DELIVERED_BY_SELLER = ("shipment.package.not.delivered.by.seller", RefusalKind.CONFLICT)
    LINE_NOT_FOUND = ("line.not.found", RefusalKind.INVALID)
    QUANTITY_EXCEEDS_LEFT = ("line.quantity.exceeds.left", RefusalKind.CONFLICT)
    REASON_UNKNOWN = ("cancel.reason.unknown", RefusalKind.INVALID)
    REASON_NOT_IN_STOREFRONT = ("cancel.reason.not.in.storefront", RefusalKind.INVALID)
    KEY_REUSED = ("idempotency.key.reused", RefusalKind.KEY_REUSED)
    ORDER_EXISTS = ("order.exists", RefusalKind.CONFLICT)
    ORDER_DIFFERS = ("order.exists.with.other.content", RefusalKind.CONFLICT)
    COMPANY_NOT_FOUND = ("company.not.found", RefusalKind.NOT_FOUND)
    ORDER_NOT_FOUND = ("order.not.found", RefusalKind.NOT_FOUND)
    ITEM_NOT_FOUND = ("order.item.not.found", RefusalKind.NOT_FOUND)
    ITEM_AMBIGUOUS = ("order.item.ambiguous", RefusalKind.CONFLICT)
    WEBHOOK_URL_INVALID = ("webhook.url.invalid", RefusalKind.INVALID)
    WEBHOOK_NOT_FOUND = ("webhook.not.found", RefusalKind.NOT_FOUND)
    WEBHOOK_ROTATED = ("webhook.secret.rotated", RefusalKind.CONFLICT)
    DELIVERY_NOT_FOUND = ("webhook.delivery.not.found", RefusalKind.NOT_FOUND)
    CANCELLATION_NOT_FOUND = ("cancellation.not.found", RefusalKind.NOT_FOUND)
    WEBHOOK_PASSIVE = ("webhook.is.passive", RefusalKind.CONFLICT)
    NOTHING_WAITS = ("webhook.nothing.waits", RefusalKind.CONFLICT)
    WEBHOOK_LIMIT = ("webhook.limit.reached", RefusalKind.CONFLICT)
    ITEM_UNREADABLE = ("stored.item.unreadable", RefusalKind.CONFLICT)
    CONTENDED = ("too.many.requests", RefusalKind.BUSY)

    def __init__(self, key: str, kind: RefusalKind) -> None:
        self.key = key
        self.kind = kind


class Place(Enum):
    """A place in a request that a rule refuses; each dialect has its own name for it."""

    STOREFRONT = "storefront"
    STATUS = "status"
    INVOICE_NUMBER = "invoice number"
    ORDER_NUMBER = "order number"
    ORDER_ITEMS = "items of the order"
    CANCELLED_ITEMS = "items to cancel"
    PAGE_SIZE = "page size"
    KEY = "caller's own key"


class Refusal(Exception):  # noqa: N818 - the field's word for it; every caller catches it by this name
    """A request that is refused and has changed nothing.

    ``field`` is the field at fault: the dialect's name of it, dotted with list positions (``lines.0.quantity``), or a
    place that the dialect has yet to name; None if no single field is at fault. ``message`` is for the caller and holds
    no personal data.
    """

    def __init__(self, code: RefusalCode, message: str, *, field: str | Place | None = None) -> None:
        super().__init__(f"{code.key}: {message}")
        self.code = code
        self.message = message
        self.field = field


@dataclass(frozen=True, slots=True)
class LineFields:
    """The request's fields that name a line and its values, for refusals."""

    line: str | None = None
    quantity: str | None = None
    price: str | None = None
    status: str | None = None


class Refusals(Exception):  # noqa: N818 - several refusals of one request
    """Several refusals of one request, in the order of the request's fields; never empty."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("; ".join(str(refusal) for refusal in refusals))
        self.refusals = refusals


def unreadable_refusal(name: str) -> Refusal:
    """The refusal of a request about a stored item that is damaged, or that a later version wrote."""
    return Refusal(RefusalCode.ITEM_UNREADABLE, f"{name} is damaged in store; operators can mend it")


def refusals_by(*checks: Callable[[], object]) -> tuple[Refusal, ...]:
    """All refusals that the checks raise, in their order, for requests that get all reasons at once."""
    found: list[Refusal] = []
    for check in checks:
        try:
            check()
        except Refusal as refusal:
            found.append(refusal)
        except Refusals as several:
            found += several.refusals
    return tuple(found)
