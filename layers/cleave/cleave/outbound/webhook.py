"""Sends messages to receivers over HTTP, in the subscription's format."""

from dataclasses import dataclass, field
from datetime import datetime

import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from cleave.application.tell.attempt import NotSent, Outgoing
from cleave.domain.delivery import Answer
from cleave.domain.subscription import Subscription
from cleave.outbound.exchange import Deadlines, Request, exchange
from cleave.outbound.requests import Requests
from cleave.outbound.secrets import SecretBox

_DAMAGED = "InvalidCiphertextException"


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Implements ``cleave.application.tell.attempt.Sender``. ``old_names`` as for ``body_of``."""

    pools: urllib3.PoolManager
    secrets: SecretBox
    deadlines: Deadlines = field(default_factory=Deadlines)
    old_names: bool = True

    def __call__(self, subscription: Subscription, outgoing: Outgoing, at: datetime) -> Answer:
        """Send the message in the subscription's format."""
        return self._send(self._requests.telling(subscription, outgoing, at), at)

    def ping(self, subscription: Subscription, message_id: str, at: datetime) -> Answer:
        """Send a request without content, to see whether the receiver takes it."""
        try:
            request = self._requests.trying(subscription, message_id, at)
        except ClientError:
            return Answer(None, "secrets_damaged", None, 0, "")
        return self._send(request, at)

    @property
    def _requests(self) -> Requests:
        return Requests(_Opening(self.secrets), self.old_names)

    def _send(self, request: Request, at: datetime) -> Answer:
        return exchange(self.pools, request, self.deadlines, at)


@dataclass(frozen=True, slots=True)
class _Opening:
    """If the secrets cannot be opened now, the receiver is not at fault."""

    secrets: SecretBox

    def open(self, sealed: bytes, owner: str, subscription_id: str) -> str:
        """Raises NotSent."""
        try:
            return self.secrets.open(sealed, owner, subscription_id)
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and error.response["Error"]["Code"] == _DAMAGED:
                raise  # for ever: it counts against the webhook, which is turned off in the end
            raise NotSent("its secrets cannot be opened now") from error
