"""A credential is handed out when API Gateway knows its key, on each of its machines."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from cleave.domain.roles import Role
from cleave.store.credentials import Credential
from cleave_cli.known_keys import wait_until_known

SELLER = Credential("key", Role.SELLER, frozenset({20811}), frozenset({"DE"}))


class Gateway:
    """Answers with the statuses one after the other, the last one for ever; notes what was asked."""

    def __init__(self) -> None:
        self.statuses = [200]
        self.asked: list[tuple[str, str]] = []

    def answer(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@pytest.fixture
def gateway() -> Iterator[tuple[Gateway, str]]:
    """It and its address."""
    known = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append((self.path, self.headers["storeFrontCode"]))
            self.send_response(known.answer())
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield known, f"http://127.0.0.1:{server.server_port}/dev"
    server.shutdown()
    server.server_close()


def test_it_asks_until_it_is_let_in_several_times_in_a_row(gateway: tuple[Gateway, str]) -> None:
    known, url = gateway
    known.statuses = [403, 200, 403, 200, 200, 200]
    pauses: list[float] = []
    assert "knows the key" in wait_until_known(url, SELLER, "secret", pauses.append)
    assert known.asked == [("/dev/integration/order/sellers/20811/orders?size=1", "DE")] * 6
    assert [each > 0 for each in pauses] == [True, False, True, False, False]


def test_it_gives_up_in_the_end_and_says_what_callers_will_see(gateway: tuple[Gateway, str]) -> None:
    known, url = gateway
    known.statuses = [403]
    assert "403" in wait_until_known(url, SELLER, "secret", lambda _: None)
    assert len(known.asked) == 60


def test_where_the_gateway_cannot_be_reached_the_credential_is_made_all_the_same() -> None:
    said = wait_until_known("http://127.0.0.1:9/dev", SELLER, "secret", lambda _: None)
    assert "cannot be asked from here" in said
    assert "403" in said
