"""Signatures of Standard Webhooks: https://www.standardwebhooks.com."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from cleave.clock import to_ms

_PREFIX = "whsec_"


def signature_headers(message_id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers over exactly the bytes that are sent. ``secrets`` are ``whsec_…``, one signature for each."""
    timestamp = str(to_ms(at) // 1000)
    content = b".".join([message_id.encode(), timestamp.encode(), body])
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, content) for secret in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    return f"v1,{base64.b64encode(hmac.digest(key_of(secret), content, hashlib.sha256)).decode()}"


def key_of(secret: str) -> bytes:
    """The bytes that sign."""
    return base64.b64decode(secret.removeprefix(_PREFIX))
