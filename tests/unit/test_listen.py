"""`cleave listen` without a stack: what it forwards, how it names messages, what it refuses, and what it cleans up."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cleave.clock import from_ms
from cleave_cli.credentials import Channel, Seller
from cleave_cli.errors import CleaveError
from cleave_cli.forwarding import Forwarder, Message, headers_of, is_here, url_of
from cleave_cli.listening.caller import Caller
from cleave_cli.listening.polled import Poller
from cleave_cli.listening.records import Record, left_over, live_records, open_record
from cleave_cli.listening.webhook import Wish, delete_left_over, temporary_webhook, wish_of
from cleave_cli.main import app
from cleave_cli.paths import StateDir
from cleave_cli.receiver import Answer, Received, Receiver, running_receiver
from cleave_cli.told.catalogue import KINDS, Target, samples
from cleave_cli.told.history import EXAMPLE_MS
from cleave_cli.told.naming import name_of, order_of
from typer.testing import CliRunner

SAMPLES = samples(Target(), from_ms(EXAMPLE_MS), as_documented=True)
ALL = Wish([], cloudevents=False)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


def caller(base_url: str, *, seller: bool = True) -> Caller:
    return Caller(base_url, Seller(20811, "DE") if seller else None, Channel())


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_named_as_it_is_triggered(kind: str) -> None:
    request = SAMPLES[kind]
    path = request.url.removeprefix(Target().url)
    assert name_of(path, request.body) == ("trendyol.CANCELLED" if kind == "trendyol.UNSUPPLIED" else kind)
    is_about_an_order = not kind.endswith("test") and ".subscription." not in kind
    assert (order_of(request.body) is not None) == is_about_an_order


def test_a_status_that_nobody_knows_is_shown_as_it_is() -> None:
    assert name_of("", b'{"content": [{"status": "Teleported"}]}') == "trendyol.Teleported"
    assert name_of("", b"no JSON") == "unknown"


def test_body_and_headers_go_on_as_they_came(receiver: Receiver) -> None:
    body = '{"a": 1.0,\n "b":"\u00e9"}'.encode()
    headers = (("Content-Type", "application/json"), ("webhook-id", "m-1"), ("X-Odd", "a  b"), ("Host", "elsewhere"))
    with Forwarder(f"{receiver.url}/hooks", headers_of(["X-API-Key: mine", "x-odd:b"])) as forwarder:
        answer = forwarder.send(Message("PUT", "/webhooks/order-cancel", headers, body))
    (request,) = receiver.requests
    assert (answer.is_taken, request.method, request.path) == (True, "PUT", "/hooks/webhooks/order-cancel")
    assert request.body == body
    assert request.headers["Host"] in receiver.url
    sent = [pair for pair in request.headers.items() if pair[0].lower() not in {"host", "content-length"}]
    assert sent == [
        ("Content-Type", "application/json"),
        ("webhook-id", "m-1"),
        ("X-API-Key", "mine"),
        ("x-odd", "b"),
    ]


def test_no_redirect_is_followed(receiver: Receiver) -> None:
    receiver.respond = lambda _: Answer(302, {"Location": f"{receiver.url}/else"})
    with Forwarder(receiver.url) as forwarder:
        assert forwarder.send(Message("POST", "", (), b"{}")).status == 302
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("3000", "http://localhost:3000"),
        ("localhost:3000/hooks", "http://localhost:3000/hooks"),
        ("https://app.test/hooks", "https://app.test/hooks"),
    ],
)
def test_a_receiver_may_be_named_in_short(said: str, meant: str) -> None:
    assert url_of(said) == meant


@pytest.mark.parametrize("wrong", ["ftp://app.test", "http://", "http://[::1"])
def test_what_is_no_url_is_refused(wrong: str) -> None:
    with pytest.raises(CleaveError, match="no URL"):
        url_of(wrong)


def test_only_addresses_of_this_machine_are_reached_directly() -> None:
    assert [is_here(url) for url in ("http://127.0.0.1:4566", "http://localhost", "http://[::1]:80")] == [True] * 3
    assert [is_here(url) for url in ("https://x.execute-api.eu-central-1.amazonaws.com/prod", "http://10.0.0.1")] == [
        False,
        False,
    ]


def test_events_are_named_as_triggers_are_and_others_refused() -> None:
    assert wish_of(caller(""), ["cancelled", "trendyol.CREATED"], cloudevents=False, is_held=False).events == [
        "CANCELLED",
        "CREATED",
    ]
    with pytest.raises(CleaveError, match=r"no event order-cancel; there are AT_COLLECTION_POINT"):
        wish_of(caller(""), ["order-cancel"], cloudevents=False, is_held=False)
    with pytest.raises(CleaveError, match="by their type"):
        wish_of(caller(""), ["CREATED"], cloudevents=True, is_held=False)


class Api:
    """Webhooks of one seller, and their deliveries."""

    def __init__(self, receiver: Receiver) -> None:
        self.webhooks: dict[str, str] = {}
        self.deliveries: list[dict[str, Any]] = []
        self.failing = 0
        self.loses_answers = False
        receiver.respond = self.respond

    def respond(self, request: Received) -> Answer:
        path = request.path.partition("?")[0].removeprefix("/integration/webhook/sellers/20811/webhooks")
        if self.failing:
            self.failing -= 1
            return Answer(503)
        if request.method == "POST":
            made = f"w{len(self.webhooks)}"
            self.webhooks[made] = json.loads(request.body)["url"]
            return Answer(500) if self.loses_answers else _json({"id": made, "signingSecret": "s"})
        if request.method == "DELETE":
            return Answer(200) if self.webhooks.pop(path.lstrip("/"), None) else Answer(404)
        if not path:
            return _json([{"id": name, "url": url} for name, url in self.webhooks.items()])
        since = int(parse_qs(request.path.partition("?")[2]).get("since", ["0"])[0])
        return self._of_deliveries(path.partition("/deliveries")[2], since)

    def _of_deliveries(self, path: str, since: int) -> Answer:
        if not path:
            listed = [each for each in self.deliveries if each["createdDate"] >= since]
            return _json({"content": listed, "hasMore": False, "nextCursor": None})
        (found,) = [each for each in self.deliveries if each["id"] == path.lstrip("/")]
        return _json({**found, "message": {"method": "POST", "path": "", "headers": {}, "body": found["id"]}})

    def happens(self, name: str, at: int) -> None:
        self.deliveries.append({"id": name, "createdDate": at})


def _json(document: object) -> Answer:
    return Answer(200, {"Content-Type": "application/json"}, json.dumps(document).encode())


@pytest.fixture
def api(receiver: Receiver) -> Api:
    return Api(receiver)


def test_the_webhook_is_there_for_as_long_as_somebody_listens(api: Api, receiver: Receiver, tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    with (  # noqa: PT012 - the block is what is interrupted
        pytest.raises(KeyboardInterrupt),
        open_record(state, receiver.url, 20811, "http://a") as opened,
        temporary_webhook(caller(receiver.url), "http://127.0.0.1:1", ALL, opened) as record,
    ):
        assert api.webhooks == {"w0": f"http://127.0.0.1:1/{record.token}"}
        assert live_records(state) == [Record(receiver.url, 20811, record.token, "http://a", "w0", "s")]
        assert left_over(state) == []
        raise KeyboardInterrupt
    assert (api.webhooks, live_records(state), left_over(state)) == ({}, [], [])


def crash(api: Api, receiver: Receiver, state: StateDir, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing runs that would delete the webhook."""
    with monkeypatch.context() as patched:
        patched.setattr("cleave_cli.listening.webhook._delete", lambda *_: False)
        with open_record(state, receiver.url, 20811, None) as opened:
            try:
                with temporary_webhook(caller(receiver.url), "http://127.0.0.1:1", ALL, opened):
                    pass
            except CleaveError:
                assert api.loses_answers


@pytest.mark.parametrize("loses_answers", [False, True])
def test_what_a_crash_left_is_deleted_at_the_next_start_and_nothing_else(
    api: Api, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, loses_answers: bool
) -> None:
    state = StateDir(tmp_path)
    api.webhooks["own"] = "https://hooks.example.com"
    api.loses_answers = loses_answers
    crash(api, receiver, state, monkeypatch)
    assert (len(api.webhooks), len(left_over(state))) == (2, 1)
    assert delete_left_over(state, caller(receiver.url)) == 1
    assert (list(api.webhooks), left_over(state)) == (["own"], [])


def test_what_cannot_be_deleted_now_is_remembered(
    api: Api, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = StateDir(tmp_path)
    crash(api, receiver, state, monkeypatch)
    api.failing = 2
    assert (delete_left_over(state, caller(receiver.url)), len(left_over(state))) == (0, 1)
    assert delete_left_over(state, caller("http://127.0.0.1:9")) == 0
    assert left_over(state) == [], "the stack of this machine on which it was has ended"


def test_of_another_stage_nothing_is_touched(
    api: Api, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = StateDir(tmp_path)
    monkeypatch.setattr("cleave_cli.listening.webhook.is_here", lambda _: False)
    crash(api, receiver, state, monkeypatch)
    assert delete_left_over(state, caller("https://another.example.com")) == 0
    assert (len(api.webhooks), len(left_over(state))) == (1, 1)


def test_each_delivery_is_taken_once_oldest_first_also_one_that_is_listed_late(api: Api, receiver: Receiver) -> None:
    poller = Poller(caller(receiver.url), "w", 0)
    api.happens("first", 1_000_000)
    api.happens("second", 2_000_000)
    assert [each.body for each in poller.new_messages()] == [b"first", b"second"]
    api.deliveries.insert(1, {"id": "late", "createdDate": 1_900_000})
    assert [each.body for each in poller.new_messages()] == [b"late"]
    assert list(poller.new_messages()) == []
    poller.close()


def test_what_was_taken_when_the_api_failed_is_not_taken_again(api: Api, receiver: Receiver) -> None:
    poller = Poller(caller(receiver.url), "w", 0)
    api.happens("first", 1)
    api.happens("second", 2)
    taken = []
    messages = poller.new_messages()
    taken.append(next(messages).body)
    api.failing = 1
    with pytest.raises(Exception, match="503"):
        next(messages)
    taken += [each.body for each in poller.new_messages()]
    assert taken == [b"first", b"second"]
    poller.close()


def run(*options: str) -> Any:  # noqa: ANN401 - a result
    return CliRunner().invoke(app, ["listen", *options], env={"CLEAVE_BASE_URL": "", "CLEAVE_SELLER_ID": ""})


def test_without_a_stack_or_a_listener_it_says_so(tmp_path: Path) -> None:
    for options in ((), ("--print-secret",)):
        refused = run(*options, "--state", str(tmp_path))
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert refused.stderr


def test_an_event_that_is_none_is_refused_before_anything_is_made(
    api: Api, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEAVE_SELLER_ID", "20811")
    refused = CliRunner().invoke(
        app, ["listen", "--base-url", receiver.url, "--event", "nothing", "--state", str(tmp_path)]
    )
    assert (refused.exit_code, api.webhooks) == (1, {})
    assert "no event nothing" in refused.stderr
