"""The connections under botocore's clients: kept, replaced when they are gone, and failing as botocore expects it."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.config import Config
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)
from cleave.entry.aws_http import Connections, lean
from cleave.table.attributes import to_item

from tests.support.certificates import authority

type Answer = Callable[[BaseHTTPRequestHandler], None]


def say_hello(handler: BaseHTTPRequestHandler) -> None:
    size = int(handler.headers.get("Content-Length", 0))
    body = b'{"got": %d}' % len(handler.rfile.read(size))
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.send_header("X-Path", handler.path)
    handler.end_headers()
    handler.wfile.write(body)


class Server:
    """Answers as ``answer`` does; ``connections`` counts those that were opened."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        outer = self
        self.connections = 0
        self.answer = answer

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                outer.connections += 1
                super().setup()

            def do_POST(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"http{'s' if tls else ''}://localhost:{self.server.server_port}/table?x=1"


@contextmanager
def serving(answer: Answer = say_hello, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(answer, tls)
    thread = threading.Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.server.shutdown()
        thread.join()
        server.server.server_close()


def connections(verify: object = None, usual: object = None) -> Connections:
    return Connections(usual or SimpleNamespace(close=lambda: None), verify, connect_seconds=2, read_seconds=0.2)


def request(url: str, body: bytes | None = b"12345") -> AWSPreparedRequest:
    return AWSRequest("POST", url, data=body).prepare()


def test_an_answer_is_read_whole_and_the_next_request_goes_the_same_way() -> None:
    with serving() as server:
        ours = connections()
        for body in (b"1", b"12"):
            answer = ours.send(request(server.url, body))
            assert (answer.status_code, answer.content) == (200, b'{"got": %d}' % len(body))
            assert answer.headers["x-path"] == "/table?x=1"
        assert server.connections == 1
        ours.close()


@pytest.mark.parametrize("body", [b"12345", b"", None])
def test_a_request_is_written_at_once(body: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as server:
        ours = connections()
        ours.send(request(server.url))
        (connection,) = next(iter(ours.idle.values()))
        written: list[bytes] = []
        monkeypatch.setattr(connection, "sock", _Noting(connection.sock, written))
        ours.send(request(server.url, body))
        (only,) = written
        assert only.startswith(b"POST /table?x=1 HTTP/1.1\r\n")
        assert only.endswith(b"\r\n\r\n" + (body or b""))
        ours.close()


class _Noting:
    """A socket of which each write is noted."""

    def __init__(self, sock: socket.socket, written: list[bytes]) -> None:
        self.sock, self.written = sock, written

    def sendall(self, data: bytes) -> None:
        self.written.append(data)
        self.sock.sendall(data)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any of a socket's
        return getattr(self.sock, name)


def test_a_connection_that_the_other_side_has_closed_is_not_used_again() -> None:
    def hello_and_goodbye(handler: BaseHTTPRequestHandler) -> None:
        say_hello(handler)
        handler.close_connection = True  # without saying so

    with serving(hello_and_goodbye) as server:
        ours = connections()
        for _ in range(3):
            assert ours.send(request(server.url)).status_code == 200
            while ours.idle and not _ended(ours):
                pass
        assert server.connections == 3


def _ended(ours: Connections) -> bool:
    (waiting,) = ours.idle.values()
    return waiting[0].sock.recv(1, socket.MSG_PEEK) == b""


def test_requests_at_once_have_connections_of_their_own() -> None:
    begun = threading.Barrier(4)

    def all_at_once(handler: BaseHTTPRequestHandler) -> None:
        begun.wait(2)
        say_hello(handler)

    with serving(all_at_once) as server:
        ours = Connections(None, None, connect_seconds=2, read_seconds=5)
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda _: ours.send(request(server.url)).status_code, range(4)))
        assert (answers, server.connections) == ([200] * 4, 4)


def test_an_answer_that_does_not_come_is_a_read_time_out() -> None:
    silence = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        silence.wait(1)
        handler.close_connection = True

    with serving(wait) as server:
        with pytest.raises(ReadTimeoutError):
            connections().send(request(server.url))
        silence.set()


def test_an_answer_that_breaks_off_is_a_closed_connection() -> None:
    def break_off(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"{")
        handler.close_connection = True

    with serving(break_off) as server, pytest.raises(ConnectionClosedError):
        connections().send(request(server.url))


def test_nobody_there_is_no_connection_to_the_endpoint() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with pytest.raises(EndpointConnectionError):
        connections().send(request(f"http://127.0.0.1:{port}/"))


def test_an_endpoint_that_takes_too_long_to_connect_is_a_connect_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(_: HTTPConnection) -> None:
        raise TimeoutError

    monkeypatch.setattr(HTTPConnection, "connect", connect)
    with pytest.raises(ConnectTimeoutError):
        connections().send(request("http://localhost/"))


def test_the_endpoints_certificate_is_verified_by_the_given_roots(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    ours, other = authority(tmp_path), authority(tmp_path / "other")
    with serving(tls=ours.server("localhost")) as server:
        assert connections(str(ours.file)).send(request(server.url)).status_code == 200
        with pytest.raises(SSLError):
            connections(str(other.file)).send(request(server.url))
        with pytest.raises(SSLError):
            connections(str(ours.file)).send(request(server.url.replace("localhost", "127.0.0.1")))


def test_a_stream_goes_the_usual_way() -> None:
    sent: list[AWSPreparedRequest] = []
    streamed = request("http://localhost/")
    streamed.stream_output = True
    connections(usual=SimpleNamespace(send=sent.append)).send(streamed)
    assert sent == [streamed]


def client(**arguments: Any) -> Any:  # noqa: ANN401 - botocore's
    keys: dict[str, Any] = {
        "aws_access_key_id": "k",
        "aws_secret_access_key": "s",
        "region_name": "eu-central-1",
    }
    config = Config(parameter_validation=False, retries={"mode": "standard", "total_max_attempts": 2})
    return botocore.session.get_session().create_client("dynamodb", config=config, **keys, **arguments)


@pytest.fixture
def _without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_without_proxies")
def test_a_client_looks_its_endpoint_up_once_and_repeats_by_itself() -> None:
    attempts: list[str] = []

    def fail_first(handler: BaseHTTPRequestHandler) -> None:
        attempts.append(handler.headers["X-Amz-Target"])
        if len(attempts) > 1:
            say_hello(handler)
        else:
            handler.close_connection = True

    with serving(fail_first) as server:
        made = lean(client(endpoint_url=server.url.partition("/table")[0]))
        assert made.list_tables()["ResponseMetadata"]["RetryAttempts"] == 1
        assert made.describe_limits()["ResponseMetadata"]["RetryAttempts"] == 0
    assert [each.partition(".")[2] for each in attempts] == ["ListTables", "ListTables", "DescribeLimits"]


@pytest.mark.usefixtures("_without_proxies")
def test_where_calls_go_through_a_proxy_botocore_connects_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert not isinstance(lean(client())._endpoint.http_session, Connections)
    monkeypatch.delenv("HTTPS_PROXY")
    assert isinstance(lean(client())._endpoint.http_session, Connections)


ITEM = b'{"Item":{"pk":{"S":"A"},"document":{"B":"AP8="}}}'
LOST = b'{"__type":"x#TransactionCanceledException","CancellationReasons":[{"Code":"ConditionalCheckFailed",%s]}' % (
    ITEM.removeprefix(b"{")
)


@pytest.mark.usefixtures("_without_proxies")
@pytest.mark.parametrize(("status", "body"), [(200, ITEM), (400, LOST)])
def test_an_items_binaries_reach_the_table_whether_it_was_read_or_refused_a_write(status: int, body: bytes) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    with serving(answer) as server:
        made = lean(client(endpoint_url=server.url.partition("/table")[0]))
        try:
            item = made.get_item(TableName="table", Key={"pk": {"S": "A"}})["Item"]
        except made.exceptions.TransactionCanceledException as error:
            (reason,) = error.response["CancellationReasons"]
            item = reason["Item"]
    assert to_item(item) == {"pk": "A", "document": b"\x00\xff"}
