"""What commands say that change something: a document for programs and words for people, of the same results."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import NoCredentialsError
from cleave.application.operate.erase_order import Erased
from cleave.application.operate.mend_order import Mended
from cleave.application.subscribe import revocation
from cleave.domain.delivery import Lane
from cleave_cli import credentials_command, deliveries, erase, limits, mend, operate, reconcile, redrive, webhooks
from cleave_cli.main import app
from typer.testing import CliRunner

from tests.support.failed_records import Bucket

type Stack = Callable[..., None]


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == status, done.output
    return done.stdout


def shown(*arguments: str, status: int = 0) -> Any:  # noqa: ANN401 - any document
    return json.loads(run(*arguments, "--json", status=status))


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Stack:
    """Makes a command find a stack of these parts."""

    def found(command: object, **parts: object) -> None:
        monkeypatch.setattr(command, "find_stack", lambda *_: SimpleNamespace(endpoint=None, **parts))

    return found


def batch(function: str) -> bytes:
    """Two records that a function failed at."""
    payload = json.dumps({"Records": [{"eventID": "1"}, {"eventID": "2"}]})
    return json.dumps({"requestContext": {"functionArn": function}, "payload": payload}).encode()


@pytest.fixture
def failing(stack: Stack) -> Bucket:
    """Batches of a function that does them, and of one that fails at a record, and at all of them."""

    def invoke(**request: Any) -> dict[str, Any]:  # noqa: ANN401 - as in boto3
        if request["FunctionName"] == "gone":
            return {"FunctionError": "Unhandled"}
        failures = [{"itemIdentifier": "2"}] if request["FunctionName"] == "fails" else []
        return {"Payload": io.BytesIO(json.dumps({"batchItemFailures": failures}).encode())}

    bucket = Bucket({"a/1": batch("works"), "a/2": batch("fails"), "a/3": batch("gone")})
    session = SimpleNamespace(client=lambda *_, **__: SimpleNamespace(invoke=invoke))
    outputs = {"FailedRecordsBucket": "failed", "PackageStreamFunctionName": "works"}
    stack(redrive, s3=bucket, session=session, outputs=outputs)
    return bucket


def test_redrive_lists_its_batches_also_where_some_failed(failing: Bucket) -> None:
    left = [{"key": "a/2", "records": 2, "failed": 1}, {"key": "a/3", "records": 2, "failed": 2}]
    assert shown("redrive", status=1) == [{"key": "a/1", "records": 2, "failed": 0}, *left]
    assert shown("redrive", status=1) == left
    assert run("redrive", status=1) == "a/2: 1 of 2 records done\na/3: 0 of 2 records done\n"
    failing.objects.clear()
    assert shown("redrive") == []
    assert run("redrive") == "No batch is left in the bucket.\n"


def test_what_redrive_did_before_aws_failed_is_shown(failing: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    read = failing.get_object

    def get_object(**request: str) -> dict[str, Any]:
        if request["Key"] == "a/2":
            raise NoCredentialsError
        return read(**request)

    monkeypatch.setattr(failing, "get_object", get_object)
    assert shown("redrive", status=1) == [{"key": "a/1", "records": 2, "failed": 0}]


@pytest.mark.usefixtures("table")
def test_requeue_says_how_many(stack: Stack) -> None:
    sqs = boto3.client("sqs")
    dead, alive = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("dead", "alive"))
    for number in range(12):
        sqs.send_message(QueueUrl=dead, MessageBody=str(number))
    stack(operate, sqs=sqs, outputs={"DeliveryDeadLettersUrl": dead, "DeliveryQueueUrl": alive})
    assert shown("requeue") == {"moved": 12}
    assert run("requeue") == "0 messages are back on the queue.\n"


def test_mend_names_what_is_damaged_and_what_was_put_back(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack(mend, table=SimpleNamespace(client=None))
    monkeypatch.setattr(mend, "find_damage", lambda *_: [Mended("ORDER#1 [x]", ())])
    monkeypatch.setattr(mend, "mend_order", lambda *_: [Mended("ORDER#1 [x]", ["document"])])
    assert shown("mend", "1") == [{"item": "ORDER#1 [x]", "attributes": []}]
    assert shown("mend", "1", "--from", "copy") == [{"item": "ORDER#1 [x]", "attributes": ["document"]}]
    assert run("mend", "1") == "ORDER#1 [x]: cannot be read\n"
    monkeypatch.setattr(mend, "mend_order", lambda *_: [Mended("ORDER#1 [x]", ())])
    assert shown("mend", "1", "--from", "copy", status=1) == [{"item": "ORDER#1 [x]", "attributes": []}]
    monkeypatch.setattr(mend, "find_damage", lambda *_: [])
    assert shown("mend", "1") == []
    assert run("mend", "1") == "Everything of order 1 can be read.\n"


@pytest.mark.parametrize(("unreadable", "status"), [(set(), 0), ({"ORDER#1 EVENT"}, 1)], ids=["all", "not all"])
def test_erase_counts(stack: Stack, monkeypatch: pytest.MonkeyPatch, unreadable: set[str], status: int) -> None:
    stack(erase, table=None, s3=Bucket(), outputs={"FailedRecordsBucket": "failed"})
    monkeypatch.setattr(erase, "erase_order", lambda *_: Erased(6, 3, 2, 1, unreadable))
    counted = {"found": 6, "packages": 3, "events": 2, "answers": 1, "records": 0, "unreadable": sorted(unreadable)}
    assert shown("erase", "1", status=status) == counted


@pytest.mark.parametrize(("failed", "status"), [(0, 0), (1, 1)])
def test_reconcile_counts(stack: Stack, failed: int, status: int) -> None:
    counts = {"done": 2, "failed": failed, "woken": 1}
    answer = SimpleNamespace(invoke=lambda **_: {"Payload": io.BytesIO(json.dumps(counts).encode())})
    session = SimpleNamespace(client=lambda *_, **__: answer)
    stack(reconcile, session=session, outputs={"ReconcileFunctionName": "function:live"})
    assert shown("reconcile", status=status) == counts


def test_a_probe_names_what_is_sent_as_the_api_does(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack(webhooks, table=None, wake_queue=None)
    monkeypatch.setattr(webhooks, "probe_now", lambda *_: Lane("w1", 20811, "O[1]"))
    assert shown("webhooks", "probe", "w1") == {"subscriptionId": "w1", "sellerId": 20811, "orderNumber": "O[1]"}
    assert run("webhooks", "probe", "w1") == "It is sent a message of order O[1] of seller 20811.\n"


def test_what_is_sent_again_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/resend"):
            return httpx.Response(202, json={})
        is_second = b"cursor" in request.content
        return httpx.Response(200, json={"resent": 2, "hasMore": not is_second, "nextCursor": "next"})

    @contextmanager
    def webhook(*_: object) -> Iterator[tuple[httpx.Client, str]]:
        yield httpx.Client(transport=httpx.MockTransport(answer), base_url="https://api.example"), "/webhooks/w1"

    monkeypatch.setattr(deliveries, "_webhook", webhook)
    assert shown("deliveries", "resend", "w1", "d1") == {"resent": 1}
    assert shown("deliveries", "replay", "w1", "--since", "1") == {"resent": 4}
    assert run("deliveries", "replay", "w1", "--since", "1") == "4 sent again; waiting messages are tried now.\n"


def test_credentials_say_what_was_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    service = SimpleNamespace(table=None, gateway=None, outputs={})
    monkeypatch.setattr(credentials_command, "_service", lambda *_: service)
    monkeypatch.setattr(credentials_command, "read_power", lambda *_: None)
    monkeypatch.setattr(limits, "unregister", lambda *_: None)
    monkeypatch.setattr(limits, "forget_answers", lambda *_: "It takes effect at once.")
    ended = SimpleNamespace(subscription_id="w1", owner="seller:20811")
    monkeypatch.setattr(revocation, "revoke", lambda *_: [ended])
    assert shown("credentials", "revoke", "key") == {"revoked": "key", "endedWebhooks": ["w1"]}
    said = "webhook w1 of seller:20811 is ended.\nkey is revoked. It takes effect at once.\n"
    assert run("credentials", "revoke", "key") == said
    monkeypatch.setattr(credentials_command, "list_credentials", lambda *_: ([], ["bad"]))
    monkeypatch.setattr(credentials_command, "Registrar", lambda *_: lambda _: ["key is counted as 50k"])
    changed = {"credentials": 0, "changes": ["key is counted as 50k"], "unreadable": ["bad"]}
    assert shown("credentials", "sync", status=1) == changed
