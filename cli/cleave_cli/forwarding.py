"""Forwards a webhook's message to a receiver, byte for byte."""

import ipaddress
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import httpx

from cleave_cli.errors import CleaveError

type Headers = Sequence[tuple[str, str]]

# Of the connection that a message came by, not of the message.
_HOP_BY_HOP = frozenset({"host", "connection", "keep-alive", "content-length", "transfer-encoding", "accept-encoding"})
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)  # the time that Cleave gives a receiver
_MAX_PORT = 65535


@dataclass(frozen=True)
class Message:
    """``path`` follows the subscription's URL."""

    method: str
    path: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """In any letter case; empty if there is none."""
        return next((value for each, value in self.headers if each.lower() == name), "")


@dataclass(frozen=True)
class Forwarded:
    """The receiver's answer. If there is none, ``error`` says why, in words."""

    method: str
    url: str
    status: int | None
    error: str | None
    latency_ms: int
    headers: Headers = field(default_factory=tuple)
    body: bytes = b""

    @property
    def is_taken(self) -> bool:
        """Only 2xx is."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP's numbers


def url_of(text: str) -> str:
    """Also without a scheme, as localhost:3000/hooks, or a port of this machine alone. Raises CleaveError."""
    if text.isdigit() and 0 < int(text) <= _MAX_PORT:
        return f"http://localhost:{text}"
    whole = text if "://" in text else f"http://{text}"
    try:
        url = httpx.URL(whole)
    except httpx.InvalidURL as error:
        raise CleaveError(f"{text} is no URL: {error}") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise CleaveError(f"{text} is no URL of http or https.")
    return whole


def headers_of(texts: Sequence[str]) -> Headers:
    """From ``Name: value``. Raises CleaveError."""
    pairs = [(text, *text.partition(":")) for text in texts]
    for text, name, colon, _ in pairs:
        if not colon or not name.strip():
            raise CleaveError(f"A header is Name: value, not {text}.")
    return [(name.strip(), value.strip()) for _, name, _, value in pairs]


def is_here(url: str) -> bool:
    """Whether it is an address of this machine."""
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class Forwarder:
    """Sends messages to one receiver. ``more`` headers replace the message's own headers with these names."""

    def __init__(self, url: str, more: Headers = (), *, verify: bool = True) -> None:
        self.url = url
        self._more = more
        self._http = httpx.Client(verify=verify, timeout=_TIMEOUT, trust_env=not is_here(url))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(self, message: Message) -> Forwarded:
        """Send it once. It follows no redirect, and raises no exception for a failure."""
        url = f"{self.url.rstrip('/')}{message.path}" if message.path else self.url
        request = httpx.Request(message.method, url, headers=self._headers(message), content=message.body)
        started = time.monotonic()
        try:
            answer = self._http.send(request, auth=None, follow_redirects=False)
        except httpx.HTTPError as error:
            return Forwarded(message.method, url, None, _words(error), _ms_since(started))
        headers = tuple(answer.headers.multi_items())
        return Forwarded(message.method, url, answer.status_code, None, _ms_since(started), headers, answer.content)

    def _headers(self, message: Message) -> list[tuple[bytes, bytes]]:
        replaced = {name.lower() for name, _ in self._more} | _HOP_BY_HOP
        kept = [pair for pair in message.headers if pair[0].lower() not in replaced]
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in (*kept, *self._more)]


def _words(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
