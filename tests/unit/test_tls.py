"""Deliveries over HTTPS: whose certificate is taken, and what a receiver without a good one gets to see."""

import time
from pathlib import Path

import pytest
import urllib3
from cleave.outbound.connection import checked_pools
from cleave.outbound.exchange import Deadlines, exchange
from cleave_cli.receiver import running_receiver

from tests.support.certificates import Authority, authority
from tests.support.rough_receivers import silent_at_once
from tests.unit.test_exchange import AT, request

DEADLINES = Deadlines(connect=0.5, total=1.0)
NAME = "hooks.example"


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that OpenSSL trusts, in place of those of the machine."""
    made = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    return made


def pools() -> urllib3.PoolManager:
    return checked_pools(allow_local=True, resolver=lambda *_: ["127.0.0.1"])


def send(port: str) -> tuple[int | None, str | None]:
    answer = exchange(pools(), request(f"https://{NAME}:{port}/hook"), DEADLINES, AT)
    return answer.status, answer.error


def test_a_receiver_is_asked_for_by_its_name_though_its_address_was_looked_up_before(trusted: Authority) -> None:
    names: list[str | None] = []
    context = trusted.server(NAME)
    context.sni_callback = lambda _, name, __: names.append(name)
    with running_receiver(tls=context) as receiver:
        port = receiver.url.rpartition(":")[2]
        assert send(port) == (200, None)
    assert [(each.body, each.headers["Host"]) for each in receiver.requests] == [(b'{"a":1}', f"{NAME}:{port}")]
    assert names == [NAME]


@pytest.mark.parametrize(
    ("name", "days"), [("other.example", 1), (NAME, -1)], ids=["of another name", "that has expired"]
)
def test_a_receiver_with_a_certificate_that_is_not_good_is_told_nothing(
    trusted: Authority, name: str, days: int
) -> None:
    with running_receiver(tls=trusted.server(name, days=days)) as receiver:
        assert send(receiver.url.rpartition(":")[2]) == (None, "tls")
    assert receiver.requests == []


def test_a_receiver_whose_certificate_nobody_vouches_for_is_told_nothing(trusted: Authority, tmp_path: Path) -> None:
    del trusted
    (tmp_path / "unknown").mkdir()
    with running_receiver(tls=authority(tmp_path / "unknown").server(NAME)) as receiver:
        assert send(receiver.url.rpartition(":")[2]) == (None, "tls")
    assert receiver.requests == []


def test_a_receiver_that_never_shakes_hands_costs_no_more_than_the_deadline(trusted: Authority) -> None:
    del trusted
    with silent_at_once() as port:
        started = time.monotonic()
        status, error = send(str(port))
    assert status is None
    assert error is not None
    assert time.monotonic() - started < DEADLINES.total + 0.5
