"""Requests to real receivers on this machine: deadlines, failures, redirects, and where the connection goes."""

import itertools
import logging
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import urllib3
from cleave.outbound.connection import checked_pools
from cleave.outbound.exchange import Deadlines, Request, exchange
from cleave_cli.receiver import Answer, Receiver, running_receiver

from tests.support import rough_receivers
from tests.support.rough_receivers import Behaviour, rough_receiver

AT = datetime(2026, 10, 18, 9, 0, tzinfo=UTC)
DEADLINES = Deadlines(connect=0.5, total=0.6)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


def request(url: str, secrets: tuple[str, ...] = ()) -> Request:
    return Request("POST", url, {"Content-Type": "application/json"}, b'{"a":1}', secrets)


def send(url: str, pools: urllib3.PoolManager | None = None) -> tuple[int | None, str | None]:
    answer = exchange(pools or checked_pools(allow_local=True), request(url), DEADLINES, AT)
    return answer.status, answer.error


@pytest.mark.parametrize("code", [200, 201, 204, 400, 404, 410, 429, 500, 503])
def test_the_status_is_what_the_receiver_answered(receiver: Receiver, code: int) -> None:
    receiver.respond = lambda _: Answer(code)
    answer = exchange(checked_pools(allow_local=True), request(receiver.url), DEADLINES, AT)
    assert (answer.status, answer.ok) == (code, code < 300)
    assert [each.body for each in receiver.requests] == [b'{"a":1}']


def test_a_body_does_not_wait_until_its_headers_are_acknowledged(receiver: Receiver) -> None:
    """A kernel acknowledges late, after 40 ms, once a connection is some requests old."""
    pools = checked_pools(allow_local=True)
    answers = [exchange(pools, request(receiver.url), DEADLINES, AT) for _ in range(30)]
    assert min(answer.latency_ms for answer in answers[-10:]) < 30


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_no_success(receiver: Receiver, code: int) -> None:
    receiver.respond = lambda _: Answer(code, {"Location": f"{receiver.url}/elsewhere"})
    answer = exchange(checked_pools(allow_local=True), request(receiver.url), DEADLINES, AT)
    assert (answer.status, answer.ok) == (code, False)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (rough_receivers.silent, "deadline"),
        (rough_receivers.dripping, "deadline"),
        (rough_receivers.dripping_body, "deadline"),
        (rough_receivers.dropping, "incomplete_read"),
        (rough_receivers.closing, "protocol"),
        (rough_receivers.not_http, "protocol"),
    ],
)
def test_a_receiver_that_misbehaves_costs_no_more_than_the_deadline(behaviour: Behaviour, error: str) -> None:
    with rough_receiver(behaviour) as url:
        started = time.monotonic()
        status, found = send(url)
        assert time.monotonic() - started < DEADLINES.total + 0.5
    assert status is None
    assert found == error or (error == "incomplete_read" and found == "protocol")


def test_of_a_body_without_end_only_the_beginning_is_read() -> None:
    with rough_receiver(rough_receivers.endless) as url:
        answer = exchange(checked_pools(allow_local=True), request(url), DEADLINES, AT)
    assert (answer.status, answer.excerpt) == (200, "a" * 256)


def test_nobody_there_is_a_failure_and_no_exception() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert send(f"http://127.0.0.1:{port}/") == (None, "new_connection")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("9" * 4000, 999_999_999),
        ("Sun, 18 Oct 2026 09:01:00 GMT", 60),
        ("Sun, 18 Oct 2026 08:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 99999999999999999999 Jan 2027 00:00:00 GMT", None),
        ("Mon, 01 Jan 2027 99999999999999999999:00:00 GMT", None),
        ("Mon, 01 Jan 2027 00:00:00 +99999999999999999999", None),
    ],
)
def test_a_pause_is_asked_for_in_seconds_or_by_a_date(receiver: Receiver, value: str, seconds: int | None) -> None:
    receiver.respond = lambda _: Answer(429, {"Retry-After": value})
    answer = exchange(checked_pools(allow_local=True), request(receiver.url), DEADLINES, AT)
    assert answer.retry_after == seconds


def test_what_is_noted_of_an_answer_holds_no_secret(receiver: Receiver) -> None:
    receiver.respond = lambda _: Answer(401, body=b"not your key: s3cret!")
    answer = exchange(checked_pools(allow_local=True), request(receiver.url, ("s3cret",)), DEADLINES, AT)
    assert answer.excerpt == "not your key: ***!"


@pytest.mark.parametrize("interim", [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", b"HTTP/1.1 102 \r\n\r\n"])
def test_an_interim_answer_is_not_the_answer(interim: bytes) -> None:
    final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with rough_receiver(lambda connection: connection.sendall(interim * 3 + final)) as url:
        answer = exchange(checked_pools(allow_local=True), request(url), DEADLINES, AT)
    assert (answer.status, answer.excerpt, answer.ok) == (200, "ok", True)


def test_interim_answers_without_end_are_none() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    with rough_receiver(lambda connection: connection.sendall(interim * 1000)) as url:
        assert send(url) == (None, "protocol")


def test_another_protocol_that_nobody_asked_for_is_a_failure() -> None:
    switched = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"
    with rough_receiver(lambda connection: connection.sendall(switched)) as url:
        answer = exchange(checked_pools(allow_local=True), request(url), DEADLINES, AT)
    assert (answer.status, answer.ok) == (101, False)


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nno colon here: s3cret", b"HTTP/1.1 200 OK\r\ns3cret\r\nX: y", b"\xff s3cret"]
)
def test_neither_the_urls_query_nor_what_a_receiver_sent_is_logged(
    head: bytes, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with rough_receiver(lambda connection: connection.sendall(head + b"\r\n\r\n")) as url:
        send(f"{url}?token=s3cret")
        send("http://nowhere.invalid/?token=s3cret")
    out, err = capfd.readouterr()
    assert "s3cret" not in caplog.text + out + err


def test_whatever_an_answer_makes_the_parsers_raise_is_a_failure_with_a_name(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overflow(*_: object) -> None:
        raise OverflowError

    monkeypatch.setattr("cleave.outbound.exchange._beginning", overflow)
    assert send(receiver.url) == (None, "overflow")


def test_a_connection_is_used_again(receiver: Receiver) -> None:
    resolved = itertools.count()

    def resolver(host: str, port: int) -> list[str]:
        del host, port
        next(resolved)
        return ["127.0.0.1"]

    pools = checked_pools(allow_local=True, resolver=resolver)
    port = receiver.url.rpartition(":")[2]
    assert [send(f"http://receiver.example:{port}/", pools) for _ in range(3)] == [(200, None)] * 3
    assert next(resolved) == 1


def test_a_name_that_changes_its_mind_is_connected_to_nowhere_else(receiver: Receiver) -> None:
    """DNS rebinding: public when the webhook is registered and checked, our own network when it is called."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"], ["169.254.169.254"]])
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        del port
        asked.append(host)
        return next(answers)

    port = receiver.url.rpartition(":")[2]
    url = f"http://rebound.example:{port}/hook"
    checked = resolver("rebound.example", 80)
    assert checked == ["93.184.215.14"]
    pools = checked_pools(allow_local=False, resolver=resolver)
    assert send(url, pools) == (None, "address_refused")
    assert send(url, pools) == (None, "address_refused")
    assert asked == ["rebound.example"] * 3
    assert receiver.requests == []


def test_a_name_that_leads_nowhere_is_told_from_one_that_is_refused() -> None:
    def resolver(host: str, port: int) -> list[str]:
        raise OSError(host, port)

    pools = checked_pools(allow_local=False, resolver=resolver)
    assert send("http://nowhere.example/hook", pools) == (None, "name_unresolved")


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(receiver: Receiver) -> None:
    """One resolution for check and connection: a second one would find nobody."""
    answers = iter([["127.0.0.1"]])
    pools = checked_pools(allow_local=True, resolver=lambda *_: next(answers))
    port = receiver.url.rpartition(":")[2]
    assert send(f"http://once.example:{port}/hook", pools) == (200, None)
    assert [each.headers["Host"] for each in receiver.requests] == [f"once.example:{port}"]


def test_where_one_address_refuses_the_next_is_tried(receiver: Receiver) -> None:
    pools = checked_pools(allow_local=True, resolver=lambda *_: ["::1", "127.0.0.1"])
    port = receiver.url.rpartition(":")[2]
    assert send(f"http://two.example:{port}/hook", pools) == (200, None)
