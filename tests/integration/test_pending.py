"""What was accepted and is not done, for operators: by order, in the order in which it has waited; `cleave status`."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from cleave.clock import to_ms
from cleave.domain.circuit import Circuit
from cleave.domain.health import Thresholds
from cleave.store.circuits import write_circuit
from cleave.table.table import Table
from cleave_cli import operate
from cleave_cli.main import app
from rich.console import Console
from typer.testing import CliRunner

from functions.cancel_package.app import handler as cancel_package
from functions.create_webhook.app import handler as create
from functions.get_status.app import handler as get_status
from functions.list_pending.app import handler as list_pending
from functions.list_receivers.app import handler as list_receivers
from functions.order_cancel.app import handler as order_cancel
from functions.update_package.app import handler as update_package
from tests.integration.conftest import FrozenClock
from tests.support.environment import new_settings
from tests.support.gateway import Caller

OPERATOR, SUPPORT = Caller("operator", (), {}), Caller("support", (), {})
SELLER: dict[str, object] = {"sellerId": 20811}
PACKAGE: dict[str, object] = {**SELLER, "packageId": 3330811901}
OTHER: dict[str, object] = {**SELLER, "packageId": 3330811902}
CANCEL = {"lines": [{"lineId": 4765081101, "quantity": 2}], "reasonId": 500}
BUCKET = "failed"


@pytest.fixture
def waiting(
    table: Table,
    clock: FrozenClock,
    let_happen: Callable[[], None],
    de_seller: Caller,
    monkeypatch: pytest.MonkeyPatch,
    load: Callable[[str], list[dict[str, Any]]],
) -> dict[str, Any]:
    """A cancellation, then a status that nobody was told of: the stream has left both behind."""
    del table, let_happen
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    monkeypatch.setenv("FAILED_RECORDS_BUCKET", BUCKET)
    monkeypatch.setenv("DEAD_LETTERS_URL", boto3.client("sqs").create_queue(QueueName="dead")["QueueUrl"])
    new_settings()
    load("sample-orders")
    accepted = to_ms(clock())
    assert de_seller.call(cancel_package, CANCEL, path=PACKAGE).status == 200
    clock.move(seconds=1)
    assert de_seller.call(update_package, {"status": "Picking"}, path=OTHER).status == 200
    cancellation = {
        "orderNumber": "10811190301",
        "sellerId": 20811,
        "packageId": 3330811901,
        "since": accepted,
        "waiting": 1,
        "correlationId": "test-request",
    }
    event = {
        "orderNumber": "10811190302",
        "sellerId": 20811,
        "sequence": 1,
        "since": to_ms(clock()),
        "correlationId": "test-request",
    }
    return {
        "cancellations": [cancellation],
        "events": [event],
        "unreadable": [],
        "failedBatches": [],
        "nextCursor": None,
    }


def pending(cursor: str | None = None) -> dict[str, Any]:
    answer = SUPPORT.call(list_pending, query={"cursor": [cursor]} if cursor else None)
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


def test_what_waits_is_named_by_order_and_request(waiting: dict[str, Any], clock: FrozenClock) -> None:
    clock.move(minutes=1)
    assert pending() == waiting


def test_what_the_stream_is_about_to_do_is_no_news(waiting: dict[str, Any], clock: FrozenClock) -> None:
    clock.move(seconds=9)
    assert pending() == {**waiting, "events": []}
    clock.move(seconds=1)
    assert pending() == waiting


def test_pages_go_on_where_the_last_one_ended(
    waiting: dict[str, Any], clock: FrozenClock, channel: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {"cancel_id": 1, "order_number": "10811190302", "order_item_number": "10811190302_SKU-LAMP-DESK"}
    assert channel.call(order_cancel, {**named, "cancel_quantity": 1, "reason": "out_of_stock"}).status == 200
    clock.move(minutes=1)
    boto3.client("s3").put_object(Bucket=BUCKET, Key="aws/lambda/1", Body=b"12345")
    monkeypatch.setattr("functions.list_pending.app.list_pending.__defaults__", (None, 1))
    first = pending()
    assert first["cancellations"] == waiting["cancellations"]
    (batch,) = first["failedBatches"]
    assert (batch["key"], batch["bytes"]) == ("aws/lambda/1", 5)
    second = pending(first["nextCursor"])
    third = pending(second["nextCursor"])
    assert second["failedBatches"] == third["failedBatches"] == []
    # of the same millisecond, one after the other
    found = [*second["cancellations"], *second["events"], *third["cancellations"], *third["events"]]
    assert {(each["orderNumber"], "sequence" in each) for each in found} == {
        ("10811190302", True),
        ("10811190302", False),
    }
    assert third["nextCursor"] is None
    assert SUPPORT.call(list_pending, query={"cursor": ["none-of-ours"]}).status == 400


def test_what_is_damaged_is_named_by_its_key(waiting: dict[str, Any], clock: FrozenClock, table: Table) -> None:
    key = {"pk": {"S": "PACKAGE#20811#3330811901"}, "sk": {"S": "PACKAGE"}}
    table.client.update_item(
        TableName=table.name,
        Key=key,
        UpdateExpression="SET #f = :f",
        ExpressionAttributeNames={"#f": "format"},
        ExpressionAttributeValues={":f": {"N": "999"}},
    )
    clock.move(minutes=1)
    since = waiting["cancellations"][0]["since"]
    assert pending() == {
        **waiting,
        "cancellations": [],
        "unreadable": [{"item": "PACKAGE#20811#3330811901 PACKAGE", "since": since}],
    }


def test_status_in_the_terminal_is_what_the_api_answers(
    waiting: dict[str, Any], table: Table, clock: FrozenClock, de_seller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"url": "http://127.0.0.1:9/hook", "authenticationType": "API_KEY", "apiKey": "key"}
    made = de_seller.call(create, body, path=SELLER).json["id"]
    since, probe = clock() - timedelta(hours=2), clock() + timedelta(hours=1)
    assert write_circuit(table, "seller:20811", made, Circuit(7, since, probe, 1, 1))
    clock.move(minutes=1)
    queue = boto3.client("sqs").get_queue_url(QueueName="dead")["QueueUrl"]
    stack = {
        "table": table,
        "sqs": boto3.client("sqs"),
        "s3": boto3.client("s3"),
        "outputs": {"FailedRecordsBucket": BUCKET, "DeliveryDeadLettersUrl": queue},
        "thresholds": Thresholds(300, 21600),
    }
    monkeypatch.setattr(operate, "find_stack", lambda *_: type("Stack", (), stack)())
    of_the_caller = ("role", "stack")  # known to the one who asks in a terminal
    answered = {name: said for name, said in OPERATOR.call(get_status).json.items() if name not in of_the_caller}
    assert json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout) == {
        **answered,
        "receivers": OPERATOR.call(list_receivers, query={"failing": ["true"]}).json["receivers"],
        "pending": waiting,
    }
    monkeypatch.setattr("cleave_cli.console.console", Console(width=300, color_system=None))
    shown = CliRunner().invoke(app, ["status"]).stdout
    for word in (made, "seller 20811", "10811190301", "package 3330811901", "test-request", "over 300 s"):
        assert word in shown
    key = {"pk": {"S": "SUBSCRIBER#seller:20811"}, "sk": {"S": f"SUBSCRIPTION#{made}"}}
    table.client.update_item(TableName=table.name, Key=key, UpdateExpression="REMOVE sellers")
    assert f"webhook {made} cannot be read" in CliRunner().invoke(app, ["status", "--json"]).stderr
