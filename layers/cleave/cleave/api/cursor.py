"""Cursors of lists: where the next page begins, signed so that nobody can make one up or use it elsewhere."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from cleave.domain.refusals import Refusal, RefusalCode

_SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Cursors:
    """``secret`` is asked for when a cursor is first read or made. ``scope`` is what a cursor is for: whose list, with
    which filters; with another it is refused."""

    secret: Callable[[], str]
    scope: str

    def write(self, place: str) -> str:
        """A cursor that leads to ``place``."""
        payload = json.dumps(place).encode()
        return base64.urlsafe_b64encode(self._sign(payload) + payload).decode().rstrip("=")

    def read(self, cursor: str) -> str:
        """The place it leads to. Raises Refusal."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            _refuse()
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(payload)):
            _refuse()
        return str(json.loads(payload))

    def _sign(self, payload: bytes) -> bytes:
        key = f"cursor/{self.secret()}".encode()
        return hmac.digest(key, f"{self.scope}\n".encode() + payload, hashlib.sha256)[:_SIGNATURE_BYTES]


def _refuse() -> NoReturn:
    message = "is not a cursor of this list; the filters must be the same as on the first page"
    raise Refusal(RefusalCode.CURSOR_INVALID, message, field="cursor")
