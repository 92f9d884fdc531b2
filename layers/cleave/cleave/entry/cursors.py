"""Cursors: the place where a caller's next request continues, signed so that only Cleave can make one.

A cursor is bound to its seller and filters; with others its signature is wrong.
"""

import base64
import binascii
import hmac
import json
from typing import Any

from cleave.entry.resources import signing_secret

_SIGNATURE_BYTES = 16
# Increase this when the meaning of the values changes: all older cursors then end.
_PURPOSE = b"cleave cursor 1"

type Values = list[Any]
"""Whatever JSON holds."""


def seal_cursor(values: Values, bound_to: Values) -> str:
    """A cursor that holds ``values``; safe in a URL."""
    payload = _json(values)
    return _text(_signature(payload, bound_to) + payload)


def open_cursor(cursor: str, bound_to: Values) -> Values | None:
    """The values that were sealed for the same ``bound_to``; None if the cursor is altered or not ours."""
    try:
        sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        return None
    signature, payload = sealed[:_SIGNATURE_BYTES], sealed[_SIGNATURE_BYTES:]
    is_ours = hmac.compare_digest(signature, _signature(payload, bound_to))
    # Base64 has several spellings of the same bytes; only our own spelling is a cursor.
    if not is_ours or _text(sealed) != cursor:
        return None
    values: Values = json.loads(payload)
    return values


def _signature(payload: bytes, bound_to: Values) -> bytes:
    signed = _json(bound_to) + b"\n" + payload  # JSON on one line: the two cannot run into each other
    return hmac.digest(_key(), signed, "sha256")[:_SIGNATURE_BYTES]


def _key() -> bytes:
    """A separate key, so that a signature that was made for one use is invalid in any other."""
    return hmac.digest(signing_secret().encode(), _PURPOSE, "sha256")


def _json(values: Values) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode()


def _text(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
