"""An HTTP client that connects only to addresses it has checked itself."""

import socket

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from cleave.outbound.addresses import checked_addresses


def _connect(connection: HTTPConnection, *, allow_local: bool) -> socket.socket:
    """Resolves once, and connects to what was checked: a name that changes its mind gains nothing."""
    port = connection.port or connection.default_port
    addresses = checked_addresses(connection.host, port, allow_local=allow_local)
    try:
        return socket.create_connection((addresses[0], port), timeout=connection.timeout)
    except TimeoutError as error:
        raise urllib3.exceptions.ConnectTimeoutError(connection, "connect") from error
    except OSError as error:
        raise urllib3.exceptions.NewConnectionError(connection, "connect") from error


class _CheckedHTTP(HTTPConnection):
    allow_local = False

    def _new_conn(self) -> socket.socket:
        return _connect(self, allow_local=self.allow_local)


class _CheckedHTTPS(HTTPSConnection):
    allow_local = False

    def _new_conn(self) -> socket.socket:
        return _connect(self, allow_local=self.allow_local)


class _LocalHTTP(_CheckedHTTP):
    allow_local = True


class _LocalHTTPS(_CheckedHTTPS):
    allow_local = True


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _CheckedHTTP


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _CheckedHTTPS


class _LocalHTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _LocalHTTP


class _LocalHTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _LocalHTTPS


def checked_pools(*, allow_local: bool) -> urllib3.PoolManager:
    """Follows no redirect, retries nothing. ``allow_local`` lets loopback through, for the local stage."""
    pools = urllib3.PoolManager(num_pools=50, retries=False)
    pools.pool_classes_by_scheme = (
        {"http": _LocalHTTPPool, "https": _LocalHTTPSPool} if allow_local else {"http": _HTTPPool, "https": _HTTPSPool}
    )
    return pools
