"""An HTTP client that connects only to addresses that it has checked itself, and stops at its deadline."""

import contextlib
import http.client
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import create_connection
from urllib3.util.ssl_ import create_urllib3_context

from cleave.outbound.addresses import Resolver, checked_addresses, resolve

if TYPE_CHECKING:
    from urllib3.response import HTTPResponse

_INTERIM = range(100, 200)
_MOST_INTERIM = 20
# These libraries would log URLs and receivers' answers.
for _name in ("connection", "connectionpool", "poolmanager", "response", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").disabled = True


@dataclass(slots=True)
class Deadline:
    """Ends an exchange by closing its socket. A read's own time-out starts again with every byte that arrives."""

    sockets: list[socket.socket] = field(default_factory=list)
    passed: bool = False

    def watch(self, sock: socket.socket) -> None:
        """Close this socket too at the deadline."""
        self.sockets.append(sock)
        if self.passed:
            self.end()

    def end(self) -> None:
        """The deadline is reached."""
        self.passed = True
        for sock in self.sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


_deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    """All exchanges in the block together have this many seconds."""
    current = Deadline()
    timer = threading.Timer(seconds, current.end)
    timer.daemon = True
    token = _deadline.set(current)
    timer.start()
    try:
        yield current
    finally:
        timer.cancel()
        _deadline.reset(token)


class FinalAnswer(http.client.HTTPResponse):
    """Skips interim answers; the standard library skips only 100. 101 counts as final: nobody asked for it."""

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(_MOST_INTERIM):
            version, status, reason = super()._read_status()  # type: ignore[misc] # typeshed leaves it out
            if status not in _INTERIM or status == http.client.SWITCHING_PROTOCOLS:
                return version, status, reason
            http.client.parse_headers(self.fp)
        raise http.client.HTTPException("interim answers without end")


def checked_pools(*, allow_local: bool, resolver: Resolver = resolve) -> urllib3.PoolManager:
    """Connections that follow no redirect and retry nothing. ``allow_local`` allows loopback, for the local stage."""

    class Checked(HTTPConnection):
        """Resolves a name once and connects to the checked address, so a name that changes later gains nothing."""

        def _new_conn(self) -> socket.socket:
            port = self.port or self.default_port
            addresses = checked_addresses(self.host, port, allow_local=allow_local, resolver=resolver)
            return _watched(_first_answering(self, addresses, port))

        response_class = FinalAnswer

        def getresponse(self) -> "HTTPResponse":  # type: ignore[override] # urllib3 has it so
            _watched(self.sock)
            return super().getresponse()

    class CheckedHTTPS(Checked, HTTPSConnection):
        """The same over TLS."""

    class HTTPPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Checked

    class HTTPSPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = CheckedHTTPS

    pools = urllib3.PoolManager(num_pools=50, retries=False, ssl_context=_shared_context())
    pools.pool_classes_by_scheme = {"http": HTTPPool, "https": HTTPSPool}
    return pools


def _shared_context() -> ssl.SSLContext:
    """One TLS context for all receivers: each new one loads some hundred root certificates, which takes 24 ms of a
    processor."""
    context = create_urllib3_context()
    context.check_hostname = True
    context.load_default_certs()
    return context


def _first_answering(connection: HTTPConnection, addresses: list[str], port: int) -> socket.socket:
    """The next address is tried where one refuses at once; after a time-out there is no time for another."""
    failure: OSError | None = None
    for address in addresses:
        try:
            return create_connection((address, port), connection.timeout, socket_options=connection.socket_options)
        except TimeoutError as error:
            raise urllib3.exceptions.ConnectTimeoutError(connection, "connect") from error
        except OSError as error:
            failure = error
    raise urllib3.exceptions.NewConnectionError(connection, "connect") from failure


def _watched(sock: socket.socket) -> socket.socket:
    current = _deadline.get()
    if current is not None:
        current.watch(sock)
    return sock
