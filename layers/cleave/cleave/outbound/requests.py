"""The signed request to a receiver: ``webhook`` sends it, and an owner can read it."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from cleave.application.tell.attempt import Outgoing
from cleave.domain.subscription import Authentication, PayloadFormat, Subscription
from cleave.outbound.exchange import Request
from cleave.outbound.messages import Body, body_of, empty_body
from cleave.outbound.signing import key_of, signature_headers

if TYPE_CHECKING:
    from cleave.dialects.answers_webhooks import ShownMessage

# Every other message is a PUT.
_POSTED = frozenset({"create-shipment"})


class Opener(Protocol):
    """Opens secrets that were sealed for an owner's subscription."""

    def open(self, sealed: bytes, owner: str, subscription_id: str) -> str:
        """The secret."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Builds requests, but sends none. ``old_names`` as for ``body_of``."""

    secrets: Opener
    old_names: bool = True

    def telling(self, subscription: Subscription, outgoing: Outgoing, at: datetime) -> Request:
        """The request for a message, in the subscription's format."""
        delivery = outgoing.delivery
        order = {"webhook-sequence": str(delivery.number(outgoing.place))}
        said = body_of(subscription, outgoing, old_names=self.old_names)
        return self.carrying(subscription, delivery.message_id(outgoing.place), said, at, order)

    def trying(self, subscription: Subscription, message_id: str, at: datetime) -> Request:
        """The request for a test, without content."""
        return self.carrying(subscription, message_id, empty_body(subscription, message_id, at), at, {})

    def shown(self, subscription: Subscription, outgoing: Outgoing, at: datetime) -> "ShownMessage":
        """The same request for its owner to read: without the receiver's own credentials."""
        bare = replace(subscription, authentication=Authentication.NONE, sealed_secret=None)
        request = self.telling(bare, outgoing, at)
        path = request.url.removeprefix(subscription.url)
        return {
            "method": "PUT" if request.method == "PUT" else "POST",
            "path": path,
            "headers": dict(request.headers),
            "body": request.body.decode(),
        }

    def carrying(
        self, subscription: Subscription, message_id: str, said: Body, at: datetime, more: Mapping[str, str]
    ) -> Request:
        """A request with any body, and with ``more`` headers besides the signature's."""
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
        return Request(method, url, headers, body, _spoken(secret, headers, keys))

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
    """All secrets in a request. A receiver that checks signatures may print the bytes of a key."""
    encoded = headers.get("Authorization", "").rpartition(" ")[2]
    return [each for each in (secret, encoded, *keys, *(key_of(key).hex() for key in keys)) if each]
