"""An HTTP client that connects only to addresses it has checked itself, and gives up when time is up."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from cleave.outbound.addresses import Resolver, checked_addresses, resolve


@dataclass(slots=True)
class Deadline:
    """Ends an exchange by closing its socket. A read's own time-out starts anew with every byte that drips in."""

    sockets: list[socket.socket] = field(default_factory=list)
    passed: bool = False

    def watch(self, sock: socket.socket) -> None:
        """Close this socket too when time is up."""
        self.sockets.append(sock)
        if self.passed:
            self.end()

    def end(self) -> None:
        """Time is up."""
        self.passed = True
        for sock in self.sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


_deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    """All exchanges in the block together have this long."""
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


class _CheckedMixin:
    """Resolves once, and connects to what was checked: a name that changes its mind gains nothing."""

    host: str
    port: int
    timeout: Any
    sock: Any
    allow_local: bool
    resolver: Resolver

    def _new_conn(self) -> socket.socket:
        addresses = checked_addresses(self.host, self.port, allow_local=self.allow_local, resolver=self.resolver)
        sock = self._first_answering(addresses)
        _watch(sock)
        return sock

    def _first_answering(self, addresses: list[str]) -> socket.socket:
        failure: OSError | None = None
        for address in addresses:
            try:
                return socket.create_connection((address, self.port), timeout=self.timeout)
            except OSError as error:
                failure = error
                if isinstance(error, TimeoutError):
                    break  # the next one may not have that long again
        if isinstance(failure, TimeoutError):
            raise urllib3.exceptions.ConnectTimeoutError(self, "connect") from failure  # type: ignore[arg-type]
        raise urllib3.exceptions.NewConnectionError(self, "connect") from failure  # type: ignore[arg-type]

    def getresponse(self) -> Any:  # noqa: ANN401 - urllib3's
        _watch(self.sock)
        return super().getresponse()  # type: ignore[misc]


def _watch(sock: socket.socket) -> None:
    current = _deadline.get()
    if current is not None:
        current.watch(sock)


def checked_pools(*, allow_local: bool, resolver: Resolver = resolve) -> urllib3.PoolManager:
    """Follows no redirect, retries nothing. ``allow_local`` lets loopback through, for the local stage."""
    settings = {"allow_local": allow_local, "resolver": staticmethod(resolver)}
    http = type("CheckedHTTP", (_CheckedMixin, HTTPConnection), settings)
    https = type("CheckedHTTPS", (_CheckedMixin, HTTPSConnection), settings)
    pools = urllib3.PoolManager(num_pools=50, retries=False)
    pools.pool_classes_by_scheme = {
        "http": type("CheckedHTTPPool", (urllib3.HTTPConnectionPool,), {"ConnectionCls": http}),
        "https": type("CheckedHTTPSPool", (urllib3.HTTPSConnectionPool,), {"ConnectionCls": https}),
    }
    return pools
