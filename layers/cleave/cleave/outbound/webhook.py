"""Tells a receiver, in the words it subscribed in."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from cleave.application.tell.attempt import NotSent, Outgoing
from cleave.domain.delivery import Answer
from cleave.domain.subscription import Authentication, PayloadFormat, Subscription
from cleave.outbound.exchange import Deadlines, Request, exchange
from cleave.outbound.messages import Body, body_of, empty_body
from cleave.outbound.secrets import SecretBox
from cleave.outbound.signing import signature_headers

_DAMAGED = "InvalidCiphertextException"
# All others are PUT.
_POSTED = frozenset({"create-shipment"})


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Implements ``cleave.application.tell.attempt.Sender``. ``old_names`` as for ``body_of``."""

    pools: urllib3.PoolManager
    secrets: SecretBox
    deadlines: Deadlines = field(default_factory=Deadlines)
    old_names: bool = True

    def __call__(self, subscription: Subscription, outgoing: Outgoing, at: datetime) -> Answer:
        """In the words that the subscription asked for."""
        delivery = outgoing.delivery
        order = {"webhook-sequence": str(delivery.number(outgoing.place))}
        message_id = delivery.message_id(outgoing.place)
        said = body_of(subscription, outgoing, old_names=self.old_names)
        return self._send(subscription, message_id, said, order, at)

    def ping(self, subscription: Subscription, message_id: str, at: datetime) -> Answer:
        """The same with nothing in it, to see whether the receiver takes it."""
        return self._send(subscription, message_id, empty_body(subscription, message_id, at), {}, at)

    def _send(
        self, subscription: Subscription, message_id: str, said: Body, more: dict[str, str], at: datetime
    ) -> Answer:
        body = said.text.encode()
        secret = self._open(subscription, subscription.sealed_secret)
        keys = [self._open(subscription, key.sealed) for key in subscription.keys_at(at)]
        headers = {
            "Content-Type": said.content_type,
            "User-Agent": "Cleave",
            **signature_headers(message_id, at, body, keys),
            **more,
            **_authentication(subscription, secret),
        }
        method, url = "POST", subscription.url
        if subscription.payload is PayloadFormat.HEPSIGLOBAL:  # each kind of message has a path of its own there
            method, url = "POST" if said.name in _POSTED else "PUT", f"{url}/webhooks/{said.name}"
        request = Request(method, url, headers, body, _spoken(secret, headers, keys))
        return exchange(self.pools, request, self.deadlines, at)

    def _open(self, subscription: Subscription, sealed: bytes | None) -> str:
        if sealed is None:
            return ""
        try:
            return self.secrets.open(sealed, subscription.owner, subscription.subscription_id)
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and error.response["Error"]["Code"] == _DAMAGED:
                raise  # for ever: it counts against the webhook, which is turned off in the end
            raise NotSent("its secrets cannot be opened now") from error


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
    """Everything secret of a request."""
    encoded = headers.get("Authorization", "").rpartition(" ")[2]
    return [each for each in (secret, encoded, *keys) if each]
