"""`cleave status` says whom it concerns that something waits or fails."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cleave.domain.circuit import Circuit
from cleave.store.circuits import write_circuit
from cleave.table.table import Table
from cleave_cli import operate
from cleave_cli.affected import Affected, read_affected
from cleave_cli.main import app
from typer.testing import CliRunner

from functions.cancel_package.app import handler as cancel_package
from functions.create_webhook.app import handler as create
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller

PATH: dict[str, object] = {"sellerId": 20811, "packageId": 3330811901}


@pytest.fixture
def waiting(
    table: Table,
    clock: FrozenClock,
    let_happen: Callable[[], None],
    de_seller: Caller,
    load: Callable[[str], list[dict[str, Any]]],
) -> list[Affected]:
    """A receiver that fails, then a cancellation that the stream has left behind."""
    del let_happen
    webhook = {"url": "http://127.0.0.1:9/hook", "authenticationType": "API_KEY", "apiKey": "key"}
    made = de_seller.call(create, webhook, path={"sellerId": 20811}).json["id"]
    probe_at = clock.now + timedelta(hours=1)
    assert write_circuit(table, "seller:20811", made, Circuit(7, clock.now - timedelta(hours=2), probe_at, 1, 1))
    load("sample-orders")
    body = {"lines": [{"lineId": 4765081101, "quantity": 2}], "reasonId": 500}
    assert de_seller.call(cancel_package, body, path=PATH).status == 200
    failing = Affected(
        clock.now - timedelta(hours=2),
        "receiver fails",
        "seller:20811",
        f"webhook {made}",
        f"127.0.0.1: 7 failures in a row, next probe {probe_at:%Y-%m-%d %H:%M:%S}",
    )
    left = Affected(clock.now, "package waits", "seller:20811", "order 10811190301", "package 3330811901")
    return [failing, left]


def test_receivers_and_orders_are_named_with_their_owners(
    table: Table, clock: FrozenClock, waiting: list[Affected]
) -> None:
    clock.move(minutes=1)
    assert read_affected(table, clock()) == waiting


def test_what_the_stream_is_about_to_do_is_no_news(table: Table, clock: FrozenClock, waiting: list[Affected]) -> None:
    clock.move(seconds=5)
    assert read_affected(table, clock()) == waiting[:1]


def test_status_says_it_to_programs(
    table: Table, clock: FrozenClock, waiting: list[Affected], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.move(minutes=1)
    stack = type("Stack", (), {"table": table})()
    monkeypatch.setattr(operate, "find_stack", lambda *_: stack)
    monkeypatch.setattr(operate, "failed_batches", lambda _: 0)
    monkeypatch.setattr(operate, "depth", lambda *_: 0)
    said = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)
    assert said["affected"] == [each.as_document() for each in waiting]
    assert {"what": "receivers that fail", "value": "1", "runbook": "waiting-deliveries"} in said["gauges"]
