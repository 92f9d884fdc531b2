"""TLS to AWS: which roots are loaded, and that the first call finds a connection."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from cleave.entry import aws_tls
from cleave.entry.aws_tls import aws_roots, open_connection
from cleave.outbound.connection import checked_pools

from tests.support.certificates import authority
from tests.support.template import ROOT

NAME = "localhost"


@pytest.fixture
def roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A layer's file of roots, in an environment that says nothing of endpoints and proxies."""
    file = tmp_path / "aws_roots.pem"
    file.write_text("roots")
    monkeypatch.setattr(aws_tls, "_ROOTS", file)
    for name in ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    aws_roots.cache_clear()
    yield file
    aws_roots.cache_clear()


def test_a_function_on_aws_loads_the_roots_of_aws_alone(roots: Path) -> None:
    assert aws_roots() == str(roots)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ENDPOINT_URL", "https://engine.example"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "https://engine.example"),
        ("HTTPS_PROXY", "http://proxy.example"),
        ("https_proxy", "http://proxy.example"),
        ("AWS_CA_BUNDLE", "/etc/ssl/own.pem"),
        ("AWS_REGION", "cn-north-1"),
    ],
)
@pytest.mark.usefixtures("roots")
def test_where_calls_may_go_elsewhere_all_roots_are_loaded(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert aws_roots() is None


def test_without_the_layers_file_all_roots_are_loaded(roots: Path) -> None:
    roots.unlink()
    assert aws_roots() is None


def test_the_layer_is_built_with_the_roots() -> None:
    makefile = (ROOT / "layers/dependencies/Makefile").read_text()
    assert 'roots.py "$(TARGET)/botocore/cacert.pem" "$(TARGET)/aws_roots.pem"' in makefile


class Stub(BaseHTTPRequestHandler):
    """DynamoDB's word for itself, and an empty item; counts connections."""

    protocol_version = "HTTP/1.1"
    connections: list[str]
    paths: list[str]

    def setup(self) -> None:
        super().setup()
        self.connections.append("one")

    def do_GET(self) -> None:
        self._answer(b"healthy")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"{}")

    def _answer(self, body: bytes) -> None:
        self.paths.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in http.server
        """Nothing."""


def test_the_first_call_uses_the_connection_that_was_opened_before_it(tmp_path: Path) -> None:
    trusted = authority(tmp_path)
    handler = type("Counted", (Stub,), {"connections": [], "paths": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.socket = trusted.server(NAME).wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    session = botocore.session.get_session()
    session.set_credentials("a", "b")
    client: Any = session.create_client(
        "dynamodb",
        region_name="eu-central-1",
        endpoint_url=f"https://{NAME}:{server.server_port}",
        verify=str(trusted.file),
        config=Config(retries={"total_max_attempts": 1}),
    )
    open_connection(client)
    client.get_item(TableName="t", Key={"pk": {"S": "a"}})
    server.shutdown()
    server.server_close()
    assert handler.paths == ["/ping", "/"]  # type: ignore[attr-defined]
    assert handler.connections == ["one"]  # type: ignore[attr-defined]


def test_an_endpoint_that_cannot_be_reached_is_left_to_the_first_call() -> None:
    session = botocore.session.get_session()
    session.set_credentials("a", "b")
    client = session.create_client("dynamodb", region_name="eu-central-1", endpoint_url="https://127.0.0.1:1")
    open_connection(client)


def test_receivers_share_one_context() -> None:
    pools = checked_pools(allow_local=True)
    first, second = (pools.connection_from_url(url) for url in ("https://a.example", "https://b.example"))
    assert isinstance(first.conn_kw["ssl_context"], ssl.SSLContext)
    assert first.conn_kw["ssl_context"] is second.conn_kw["ssl_context"]
