"""Parameters of paths, queries and headers."""

from cleave.dialects.cancellation_ids import HEADER
from cleave.dialects.timeline import DEFAULT_SIZE, MAX_SIZE
from cleave.dialects.trendyol.endpoint import STOREFRONTS
from cleave.domain.delivery import DeliveryState
from cleave.domain.status import Status
from cleave.entry.values import MAX_ID, MAX_TIME

from cleave_cli.openapi.operation import Parameter, Schema

EXAMPLE_WEBHOOK = "3a0f4c1e-8f43-4d3e-9d53-5f1d3a4b8a11"
EXAMPLE_CANCELLATION = "content-a12d1e42f9f251443f8976cc481457f9"  # of the example of CancelPackage
EXAMPLE_DELIVERY = "MC8wMTc5MjIyNDAwMDAwMCMyMDgxMSMxMDgxMTE5MDMwMQ"

_ID: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
_TIME: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_TIME}
_TEXT: Schema = {"type": "string", "minLength": 1}
_STATUSES: Schema = {"type": "array", "items": {"type": "string", "examples": [status.value for status in Status]}}

# Name to description, schema and example.
PATH: dict[str, tuple[str, Schema, object]] = {
    "sellerId": ("The caller's own seller id.", _ID, 20811),
    "packageId": ("A shipment package.", _ID, 3330811901),
    "webhookId": ("As it was answered when the webhook was made.", _TEXT, EXAMPLE_WEBHOOK),
    "subscriptionId": ("A webhook's, as the list of receivers has it.", _TEXT, EXAMPLE_WEBHOOK),
    "deliveryId": ("As it stands in the list of deliveries.", _TEXT, EXAMPLE_DELIVERY),
    "cancellationId": (
        "A channel's own cancel_id, or a name from the header Cancellation-Id or a timeline.",
        {**_TEXT, "maxLength": 40},
        EXAMPLE_CANCELLATION,
    ),
    "shipmentId": ("A shipment package.", _ID, 3330811901),
    "cargoTrackingNumber": ("Of a package that its seller delivers itself.", _ID, 7280811901000001),
    "orderNumber": ("Reserved characters percent-encoded.", {**_TEXT, "maxLength": 300}, "10811190301"),
    "orderItemNumber": ("The same.", {**_TEXT, "maxLength": 300}, "10811190301_SKU-TRAY-GREEN"),
}

STOREFRONT = Parameter(
    "storeFrontCode",
    "header",
    "The storefront of the packages, in any letter case. Without it: the credential's only one, or TR.",
    {"enum": sorted(STOREFRONTS)},
)
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "Distinguishes equal cancels of one package. Without it, the same body for the same package is a retry.",
    {"type": "string", "minLength": 1, "maxLength": 255},
)
CANCELLATION_ID = {HEADER: "Names the cancellation, for reading it back."}
SIZE = Parameter("size", "query", "How many at most.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50})


def query(name: str, description: str, schema: Schema) -> Parameter:
    return Parameter(name, "query", description, schema)


CHANNEL = query("channel", "The owner's client id; for operators and support. Ignored if a channel sends it.", _TEXT)
LISTING = (
    query("startDate", "The start, epoch ms; a week before the end if absent.", _TIME),
    query("endDate", "The end, epoch ms; now if absent. At most two weeks after the start.", _TIME),
    query(
        "page",
        "From 0. A page begins within the first 10,000 packages: 0 to 49 at size 200.",
        {"type": "integer", "minimum": 0, "default": 0},
    ),
    SIZE,
    query(
        "orderNumber",
        "Only this order's; without dates, however old it is.",
        {**_TEXT, "maxLength": 100, "pattern": r"^[^\s#]+$"},
    ),
    query("status", "One or several, separated by commas or repeated.", _STATUSES),
    query(
        "shipmentPackageIds",
        "Only these, likewise; with commas or repeated.",
        {"type": "array", "items": _ID, "maxItems": 50},
    ),
    query("orderByField", "The time to sort by.", {"enum": ["PackageLastModifiedDate", "CreatedDate"]}),
    query("orderByDirection", "Latest first, or earliest first.", {"enum": ["DESC", "ASC"]}),
)
WALK = (
    query("lastModifiedStartDate", "The start, epoch ms; two weeks before the end if absent.", _TIME),
    query("lastModifiedEndDate", "The end, epoch ms; now if absent.", _TIME),
    SIZE,
    query("packageItemStatuses", "One or several, separated by commas or repeated.", _STATUSES),
    query("nextCursor", "Where the last answer ended; valid only with the same filters.", _TEXT),
)
MESSAGE = query(
    "message",
    "Whether to add the message, with a new signature; not for support.",
    {"enum": ["true", "false"], "default": "false"},
)
DELIVERIES = (
    query("state", "Only these.", {"enum": [state.value for state in DeliveryState]}),
    query("answer", "Only with this last status code, or this word for a failure.", _TEXT),
    query("orderNumber", "Only this order's.", _TEXT),
    query("since", "Queued from then on, epoch ms.", _TIME),
    query("until", "Queued before then, epoch ms.", _TIME),
    SIZE,
    query("cursor", "Where the last page ended.", _TEXT),
)
_CURSOR = query("cursor", "Where the last page ended.", _TEXT)
RECEIVERS = (
    query("failing", "Only failing receivers, the longest failing first; a hundred at most.", {"type": "boolean"}),
    _CURSOR,
)
PENDING = (_CURSOR,)
STORY = (query("sellerId", "Only this seller's part.", _ID),)
_EVENTS: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE}
TIMELINE = (
    query("size", "How many events at most.", _EVENTS),
    query("cursor", "Where the last page ended.", _TEXT),
)
