"""Tells a receiver, in the words it subscribed in."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import urllib3

from cleave.application.tell.attempt import Outgoing
from cleave.dialects.hepsiglobal.cancelled import render_cancelled
from cleave.dialects.trendyol.packages import page
from cleave.domain.delivery import Answer
from cleave.domain.recipients import MessageKind
from cleave.domain.subscription import Authentication, Dialect, Subscription
from cleave.entry.wire import to_json
from cleave.outbound.exchange import Deadlines, Request, exchange
from cleave.outbound.secrets import SecretBox
from cleave.outbound.signing import signature_headers

_ORDER_CANCEL = "/webhooks/order-cancel"


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Implements ``cleave.application.tell.attempt.Sender``."""

    pools: urllib3.PoolManager
    secrets: SecretBox
    deadlines: Deadlines = field(default_factory=Deadlines)

    def __call__(self, subscription: Subscription, outgoing: Outgoing, at: datetime) -> Answer:
        """The package as it was when the event happened; in HepsiGlobal's dialect, one cancelled item of it."""
        event, message, delivery = outgoing.event, outgoing.message, outgoing.delivery
        if message.kind is MessageKind.PACKAGE:
            document: object = page([event.packages[message.package]], total=1, page_number=0, size=1)
        else:
            document = render_cancelled(event, message)
        order = {"webhook-sequence": str(delivery.number(outgoing.place))}
        message_id = delivery.message_id(outgoing.place)
        return self._send(subscription, message_id, to_json(document).encode(), order, at)

    def ping(self, subscription: Subscription, message_id: str, at: datetime) -> Answer:
        """The same with nothing in it, to see whether the receiver takes it."""
        is_trendyol = subscription.dialect is Dialect.TRENDYOL
        document: object = page([], total=0, page_number=0, size=1) if is_trendyol else {"cancel_items": []}
        return self._send(subscription, message_id, to_json(document).encode(), {}, at)

    def _send(
        self, subscription: Subscription, message_id: str, body: bytes, more: dict[str, str], at: datetime
    ) -> Answer:
        secret = self._open(subscription, subscription.sealed_secret)
        keys = [self._open(subscription, key.sealed) for key in subscription.keys_at(at)]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Cleave",
            **signature_headers(message_id, at, body, keys),
            **more,
            **_authentication(subscription, secret),
        }
        is_trendyol = subscription.dialect is Dialect.TRENDYOL
        method, url = ("POST", subscription.url) if is_trendyol else ("PUT", subscription.url + _ORDER_CANCEL)
        request = Request(method, url, headers, body, _spoken(secret, headers, keys))
        return exchange(self.pools, request, self.deadlines, at)

    def _open(self, subscription: Subscription, sealed: bytes | None) -> str:
        if sealed is None:
            return ""
        return self.secrets.open(sealed, subscription.owner, subscription.subscription_id)


def _authentication(subscription: Subscription, secret: str) -> dict[str, str]:
    match subscription.authentication:
        case Authentication.API_KEY:
            return {"x-api-key": secret}
        case Authentication.BASIC:
            pair = f"{subscription.username or ''}:{secret}"
            return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        case Authentication.BEARER:
            return {"Authorization": f"Bearer {secret}"}
        case Authentication.NONE:
            return {}


def _spoken(secret: str, headers: dict[str, str], keys: Sequence[str]) -> list[str]:
    """Everything secret of a request, in each form in which an answer may repeat it."""
    encoded = headers.get("Authorization", "").rpartition(" ")[2]
    return [each for each in (secret, encoded, *keys) if each]
