"""Webhook subscriptions, as Trendyol's webhook endpoints take and show them."""

import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from cleave.application.subscribe.webhooks import Subscribed, WebhookWish
from cleave.clock import optional_ms, to_ms
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.domain.destination import is_arn
from cleave.domain.dialect import Dialect
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.status import Status, status_word
from cleave.domain.subscription import Authentication, PayloadFormat, Subscription, seller_owner
from cleave.entry.values import COUNTRY_CODE, PRINTABLE, PRINTABLE_OR_SPACE, Text, Truth, any_case, as_text
from cleave.entry.wire import WireModel

if TYPE_CHECKING:
    from cleave.dialects.answers_webhooks import MadeWebhook, SellerWebhook

# Package statuses as subscriptions spell them.
STATUSES = {
    **{status.upper(): status for status in Status},
    "AT_COLLECTION_POINT": Status.AT_COLLECTION_POINT,
}
del STATUSES[Status.AT_COLLECTION_POINT.upper()]
_SPELLED = {status: spelled for spelled, status in STATUSES.items()}

_FORBIDDEN_WORDS = re.compile("trendyol|dolap|localhost", re.IGNORECASE)
type Password = Annotated[
    str, Field(min_length=1, max_length=256, pattern=PRINTABLE_OR_SPACE), BeforeValidator(as_text)
]
type CountryCode = Annotated[
    str,
    StringConstraints(pattern=COUNTRY_CODE, max_length=2, strip_whitespace=True, to_upper=True),
    BeforeValidator(as_text),
]
_TYPES = (Authentication.BASIC.value, Authentication.API_KEY.value)


class WebhookRequest(WireModel):
    """``authenticationType`` decides which secret is needed; without it, the given secrets decide. A bus or queue, by
    its ARN, needs none. A new webhook that is ``held`` begins passive: its messages wait."""

    url: Annotated[str, Field(min_length=1, max_length=2048, pattern=PRINTABLE), BeforeValidator(as_text)]
    authenticationType: Annotated[Literal["BASIC_AUTHENTICATION", "API_KEY"], any_case(*_TYPES)] | None = None
    username: Password | None = None
    password: Password | None = None
    apiKey: Password | None = None
    subscribedStatuses: Annotated[list[Text], Field(max_length=50)] | None = None
    countryCodes: Annotated[list[CountryCode], Field(max_length=50)] | None = None
    payloadFormat: Annotated[Literal["trendyol", "cloudevents"], any_case("trendyol", "cloudevents")] | None = None
    held: Truth | None = None


def to_webhook(seller: SellerCall, tracks: int) -> WebhookWish:
    """The webhook that a seller asks for, with so many requests at once. Raises Refusal or Refusals."""
    request = seller.call.body(WebhookRequest)
    if not is_arn(request.url) and _FORBIDDEN_WORDS.search(request.url):
        message = "must not contain Trendyol, Dolap or Localhost"
        raise Refusal(RefusalCode.WEBHOOK_URL_INVALID, message, field="url")
    payload = _payload(request)
    authentication = _authentication(request)
    return WebhookWish(
        owner=seller_owner(seller.seller_id),
        sellers=frozenset({seller.seller_id}),
        dialect=Dialect.TRENDYOL,
        url=request.url,
        authentication=authentication,
        username=request.username,
        secret=_secret(request, authentication),
        statuses=_statuses(request.subscribedStatuses or []),
        at=seller.call.at,
        tracks=tracks,
        payload=payload,
        countries=frozenset(request.countryCodes or []),
        is_held=bool(request.held),
    )


def _payload(request: WebhookRequest) -> PayloadFormat:
    """A bus or queue gets domain events, unless it asks for the dialect's own messages."""
    usual = PayloadFormat.CLOUDEVENTS if is_arn(request.url) else PayloadFormat.TRENDYOL
    payload = usual if request.payloadFormat is None else PayloadFormat(request.payloadFormat)
    if payload is PayloadFormat.CLOUDEVENTS and request.subscribedStatuses:
        message = "CloudEvents tell of every change: choose among them by their type"
        raise Refusal(RefusalCode.BODY_INVALID, message, field="subscribedStatuses")
    return payload


def _statuses(wanted: list[str]) -> frozenset[str]:
    for place, status in enumerate(wanted):
        if status_word(status) not in _SPELLED:
            message = f"known statuses: {', '.join(sorted(STATUSES))}"
            raise Refusal(RefusalCode.BODY_INVALID, message, field=f"subscribedStatuses.{place}")
    return frozenset(status_word(status) for status in wanted)


def _authentication(request: WebhookRequest) -> Authentication:
    if is_arn(request.url):
        return Authentication.NONE
    if request.authenticationType is not None:
        return Authentication(request.authenticationType)
    if request.username is not None and request.password is not None:
        return Authentication.BASIC
    if request.apiKey is None:
        message = f"must be one of {', '.join(_TYPES)}"
        raise Refusal(RefusalCode.BODY_INVALID, message, field="authenticationType")
    return Authentication.API_KEY


def _secret(request: WebhookRequest, authentication: Authentication) -> str | None:
    if authentication is Authentication.NONE:
        return None
    if authentication is Authentication.API_KEY:
        return _required("apiKey", request.apiKey)
    _required("username", request.username)
    return _required("password", request.password)


def _required(field: str, value: str | None) -> str:
    if value is None:
        message = "is needed for this authenticationType"
        raise Refusal(RefusalCode.BODY_INVALID, message, field=field)
    return value


def render_made(made: Subscribed) -> "MadeWebhook":
    """The id and the secret of a new webhook; the secret is shown only here."""
    return {"id": made.subscription_id, "signingSecret": made.signing_secret}


def render_subscription(subscription: Subscription) -> "SellerWebhook":
    """A webhook as a list shows it, without secrets. ``passiveReason`` and ``payloadFormat`` are additions of ours."""
    shown: SellerWebhook = {
        "id": subscription.subscription_id,
        "createdDate": to_ms(subscription.created_at),
        "lastModifiedDate": optional_ms(subscription.modified_at),
        "url": subscription.url,
        "username": subscription.username,
        "authenticationType": subscription.authentication,
        "status": subscription.status,
        "subscribedStatuses": sorted(_SPELLED[Status(each)] for each in subscription.statuses) or None,
        "passiveReason": subscription.passive_reason,
        "payloadFormat": subscription.payload,
    }
    if subscription.countries:
        shown["countryCodes"] = sorted(subscription.countries)
    return shown
