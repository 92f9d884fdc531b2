"""One request to a receiver, and its result."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import urllib3
from urllib3.exceptions import SSLError

from cleave.domain.delivery import Answer
from cleave.outbound.connection import deadline
from cleave.outbound.redaction import strike_out

_EXCERPT_CHARACTERS = 256
# More is read than is kept, so that a secret at the end of the excerpt is whole and can be struck out.
_READ_BYTES = 2048
# The standard library raises any of these for a text that is no date.
_NO_DATE = (ValueError, TypeError, IndexError, OverflowError)
# A receiver may ask for a pause with these status codes.
_PAUSE = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds to connect, and for the whole exchange, however slowly its bytes arrive."""

    connect: float = 3
    total: float = 10


@dataclass(frozen=True, slots=True)
class Request:
    """The request. ``secrets`` must not appear in the stored part of the answer."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    secrets: Sequence[str]


def exchange(pools: urllib3.PoolManager, request: Request, deadlines: Deadlines, at: datetime) -> Answer:
    """Send the request once. It follows no redirect, and raises no exception for a failure."""
    started = time.perf_counter()
    status: int | None = None
    error: str | None = None
    headers: Mapping[str, str] = {}
    beginning = b""
    with deadline(deadlines.total) as limit:
        try:
            answer = _send(pools, request, deadlines)
            status, headers = answer.status, answer.headers
            beginning = _beginning(answer)
        except Exception as failure:  # noqa: BLE001 - whatever an answer makes the parsers raise is the receiver's
            error = _word(failure)
    if limit.passed:
        status, error = None, "deadline"
    if error is not None:
        status = None  # an answer that broke off is none
    latency = round((time.perf_counter() - started) * 1000)
    retry_after = _retry_after(headers.get("Retry-After"), at) if status in _PAUSE else None
    return Answer(status, error, retry_after, latency, _excerpt(beginning, request.secrets))


def _send(pools: urllib3.PoolManager, request: Request, deadlines: Deadlines) -> urllib3.BaseHTTPResponse:
    return pools.request(
        request.method,
        request.url,
        body=request.body,
        headers=request.headers,
        # The deadline ends a silent receiver; an earlier read time-out would only give the same failure another name.
        timeout=urllib3.Timeout(connect=deadlines.connect, read=deadlines.total + 1),
        redirect=False,
        preload_content=False,
        decode_content=False,
    )


def _beginning(answer: urllib3.BaseHTTPResponse) -> bytes:
    """The first bytes of the body. If more bytes would come, the connection is closed."""
    beginning = answer.read(_READ_BYTES)
    if answer.read(1):
        answer.close()
    else:
        answer.release_conn()
    return beginning


def _word(failure: Exception) -> str:
    """``ConnectTimeoutError`` is ``connect_timeout``."""
    if isinstance(failure, SSLError):
        return "tls"  # the receiver has no good certificate
    name = type(failure).__name__.removesuffix("Error")
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def _retry_after(value: str | None, at: datetime) -> int | None:
    """Seconds, from a number of seconds or a date; None for any other text."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return int(value.strip()[:9])
    try:
        moment = parsedate_to_datetime(value)
    except _NO_DATE:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, round((aware - at).total_seconds()))


def _excerpt(beginning: bytes, secrets: Sequence[str]) -> str:
    return strike_out(beginning.decode(errors="replace"), secrets, _EXCERPT_CHARACTERS)
