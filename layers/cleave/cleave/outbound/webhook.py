"""Sends an event to a receiver in Trendyol's webhook model."""

import base64
from dataclasses import dataclass
from datetime import datetime

import urllib3
from urllib3.exceptions import HTTPError

from cleave.api.wire import to_json
from cleave.dialects.trendyol.packages import page
from cleave.domain.events import PackageEvent
from cleave.domain.subscription import Authentication, Subscription
from cleave.outbound.addresses import AddressRefused
from cleave.outbound.secrets import SecretBox

_TIMEOUT = urllib3.Timeout(connect=3, read=7, total=10)


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Implements ``cleave.application.deliver.Sender``."""

    pools: urllib3.PoolManager
    secrets: SecretBox

    def __call__(self, subscription: Subscription, event: PackageEvent, at: datetime) -> str:
        """POST the page envelope with the one package. 2xx alone means success."""
        body = to_json(page([event.package], total=1, page_number=0, size=1)).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Cleave",
            "webhook-id": event.event_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-sequence": str(event.sequence),
            **self._authentication(subscription),
        }
        return self._post(subscription.url, body, headers)

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> str:
        try:
            answer = self.pools.request(
                "POST",
                url,
                body=body,
                headers=headers,
                timeout=_TIMEOUT,
                redirect=False,
                preload_content=False,
            )
            answer.release_conn()
        except AddressRefused:
            return "address_refused"
        except HTTPError as error:
            return type(error).__name__
        return str(answer.status)

    def _authentication(self, subscription: Subscription) -> dict[str, str]:
        secret = self.secrets.open(subscription.sealed_secret, subscription.seller_id, subscription.subscription_id)
        if subscription.authentication is Authentication.API_KEY:
            return {"x-api-key": secret}
        pair = f"{subscription.username or ''}:{secret}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
