"""The HTTP layer below botocore's clients: connections of the standard library, and an endpoint that is looked up once.

botocore uses urllib3, whose pools, redirects and retries take a fifth of a call's processor time, and evaluates
DynamoDB's endpoint rules anew for each call. We need neither: botocore repeats calls itself.
"""

import select
import socket
import ssl
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.client import BaseClient
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.httpsession import create_urllib3_context, get_cert_path
from botocore.parsers import JSONParser
from botocore.utils import get_environ_proxies

type Place = tuple[str, str, int | None]
"""Scheme, host and port."""


def lean(client: Any) -> Any:  # noqa: ANN401 - botocore's clients have no common type
    """The client with our connections, unless it uses a proxy; a client of DynamoDB also with a fixed endpoint."""
    if isinstance(client, BaseClient) and not get_environ_proxies(client.meta.endpoint_url):
        _make_lean(client)
    return client


def _make_lean(client: Any) -> None:  # noqa: ANN401 - what botocore's types do not tell of
    endpoint = client._endpoint  # noqa: SLF001 - as in ``aws_tls``: there is no other way to its connections
    usual, config = endpoint.http_session, client.meta.config
    verify = usual._verify  # noqa: SLF001 - after all the variables that may name a bundle
    endpoint.http_session = Connections(usual, verify, config.connect_timeout, config.read_timeout)
    if client.meta.service_model.service_name == "dynamodb":
        _look_up_once(client._ruleset_resolver)  # noqa: SLF001
        endpoint._response_parser_factory = _JsonAsItIs()  # noqa: SLF001


def _look_up_once(resolver: Any) -> None:  # noqa: ANN401 - botocore's
    """The endpoint rules depend on region, partition and account, which never change during the life of a client."""
    look_up = resolver.construct_endpoint
    found: list[Any] = []

    def construct_endpoint(**asked: Any) -> Any:  # noqa: ANN401 - botocore's
        if not found:
            found.append(look_up(**asked))
        return found[0]

    resolver.construct_endpoint = construct_endpoint


class _JsonAsItIs(JSONParser):
    """DynamoDB's answers as they are in JSON: botocore walks through each attribute value, and so does
    ``table.attributes`` after it, which reads binaries in either form. Makes itself for every answer."""

    def create_parser(self, _protocol: str) -> JSONParser:
        """As in botocore's factory of parsers."""
        return self

    def _handle_json_body(self, raw_body: bytes, _shape: object) -> Any:  # noqa: ANN401 - JSON
        return self._parse_body_as_json(raw_body)  # type: ignore[attr-defined] # botocore's, which its stubs leave out


@dataclass(frozen=True, slots=True)
class _Body:
    """The body that an AWSResponse reads."""

    data: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.data


class _Plain(HTTPConnection):
    """Writes a request's head and body at once. http.client writes one after the other: two TLS records, and the other
    side wakes up twice."""

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **more: Any) -> None:  # noqa: ANN401 - http.client's
        """Like http.client's. The connection is open."""
        self._parts: list[bytes] = []
        super().request(method, url, body, headers or {}, **more)
        self.sock.sendall(b"".join(self._parts))

    def send(self, data: Any) -> None:  # noqa: ANN401 - http.client's
        """Called by ``request`` for each of its parts."""
        self._parts.append(data)


class _Tls(_Plain, HTTPSConnection):
    """The same over TLS."""


@dataclass
class Connections:
    """Replaces botocore's URLLib3Session and raises the same exceptions; ``usual`` is that session, for streams.

    The time-outs are the seconds to connect, and to wait for the next bytes of an answer. Threads may share it.
    """

    usual: Any
    verify: Any
    connect_seconds: float
    read_seconds: float
    idle: defaultdict[Place, deque[HTTPConnection]] = field(default_factory=lambda: defaultdict(deque))

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Send the request once and read the whole answer."""
        if request.stream_output or not isinstance(request.body, bytes | None):
            answer: AWSResponse = self.usual.send(request)
            return answer
        url = urlsplit(request.url)
        place = (url.scheme, url.hostname or "", url.port)
        connection = self._connected(place, request.url)
        try:
            connection.request(request.method, _target(url.path, url.query), request.body, dict(request.headers))
            answered = connection.getresponse()
            body = answered.read()
        except (HTTPException, OSError) as error:
            connection.close()
            raise _as_botocore(error, request) from error
        if connection.sock is not None:
            self.idle[place].append(connection)
        headers: Any = HeadersDict(answered.getheaders())
        return AWSResponse(request.url, answered.status, headers, _Body(body))

    def close(self) -> None:
        for connections in self.idle.values():
            while connections:
                connections.pop().close()
        self.usual.close()

    def _connected(self, place: Place, url: str) -> HTTPConnection:
        """An open connection that the other side has not closed; otherwise a new one."""
        idle = self.idle[place]
        while True:
            try:
                connection = idle.pop()
            except IndexError:
                return self._connect(place, url)
            if not _has_something_to_read(connection.sock):
                return connection
            connection.close()

    def _connect(self, place: Place, url: str) -> HTTPConnection:
        scheme, host, port = place
        connection = (
            _Tls(host, port, timeout=self.connect_seconds, context=self._context)
            if scheme == "https"
            else _Plain(host, port, timeout=self.connect_seconds)
        )
        try:
            connection.connect()
        except ssl.SSLError as error:
            raise SSLError(endpoint_url=url, error=error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=url, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=url, error=error) from error
        connection.sock.settimeout(self.read_seconds)
        return connection

    @cached_property
    def _context(self) -> ssl.SSLContext:
        context: ssl.SSLContext = create_urllib3_context()
        context.load_verify_locations(get_cert_path(self.verify))
        context.verify_mode = ssl.CERT_REQUIRED
        context.check_hostname = True
        return context


def _target(path: str, query: str) -> str:
    return f"{path or '/'}?{query}" if query else path or "/"


def _has_something_to_read(sock: socket.socket) -> bool:
    """On a connection without a request, only its end can be read."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _as_botocore(error: HTTPException | OSError, request: AWSPreparedRequest) -> Exception:
    match error:
        case TimeoutError():
            return ReadTimeoutError(endpoint_url=request.url, error=error)
        case ssl.SSLError():
            return SSLError(endpoint_url=request.url, error=error)
        case _:
            return ConnectionClosedError(endpoint_url=request.url, request=request, error=error)
