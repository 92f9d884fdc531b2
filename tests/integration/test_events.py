"""events/: each is what Cleave would write, and does to its function what its catalogue says."""

import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from cleave.application.tell.fan_out import fan_out
from cleave.domain.change import OrderChange
from cleave.domain.dialect import Dialect
from cleave.domain.events import announce
from cleave.domain.roles import Role
from cleave.domain.subscription import (
    Authentication,
    PayloadFormat,
    SigningKey,
    Subscription,
    SubscriptionStatus,
    seller_owner,
)
from cleave.entry import resources
from cleave.outbound import resources as outbound
from cleave.store.changes import write_change
from cleave.store.credentials import Credential, store_credential
from cleave.store.orders import read_orders
from cleave.store.recipients import read_recipients
from cleave.store.subscriptions import create_subscription
from cleave.table.table import Table
from cleave_cli.events.command import FOLDER, all_events, path_of, render
from cleave_cli.events.endpoints import SELLER_KEY
from cleave_cli.events.lambda_event import LambdaEvent
from cleave_cli.events.others import EXAMPLE_SECRET, EXAMPLE_TRACK, example_event
from cleave_cli.openapi.parameters import EXAMPLE_WEBHOOK

from tests.integration.conftest import FrozenClock
from tests.support.documented import check_documented
from tests.support.gateway import Handler
from tests.support.template import ROOT
from tests.support.template import resources as template_resources

EVENTS = all_events()
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
# What must have come before.
BEFORE = {"get_cancellation/good.json": "cancel_package/good.json"}
CLOSED_PORT = "http://127.0.0.1:9/cleave"


def subscription(owner: str, dialect: Dialect, clock: FrozenClock) -> Subscription:
    box = outbound.secret_box()
    return Subscription(
        subscription_id=EXAMPLE_WEBHOOK,
        owner=owner,
        sellers=frozenset({20811}),
        dialect=dialect,
        payload=PayloadFormat(dialect),
        url=CLOSED_PORT,
        authentication=Authentication.API_KEY,
        username=None,
        sealed_secret=box.seal("key", owner, EXAMPLE_WEBHOOK),
        signing_keys=(SigningKey(box.seal(SECRET, owner, EXAMPLE_WEBHOOK), None),),
        statuses=frozenset(),
        status=SubscriptionStatus.ACTIVE,
        created_at=clock(),
        modified_at=None,
        tracks=EXAMPLE_TRACK + 1,
    )


@pytest.fixture
def world(
    table: Table,
    token_secret: Callable[[str], None],
    load: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
    clock: FrozenClock,
) -> Iterator[Table]:
    """The sample orders, a webhook with one delivery, and the example's credentials."""
    del token_secret
    monkeypatch.setenv("SECRETS_KEY_ID", boto3.client("kms").create_key()["KeyMetadata"]["KeyId"])
    monkeypatch.setenv("EVENT_BUS_ARN", boto3.client("events").create_event_bus(Name="cleave")["EventBusArn"])
    monkeypatch.setenv("DELIVERY_QUEUE_URL", boto3.client("sqs").create_queue(QueueName="deliveries")["QueueUrl"])
    monkeypatch.setenv("ALLOW_LOCAL_WEBHOOKS", "true")
    place: Any = {"LocationConstraint": "eu-central-1"}
    boto3.client("s3").create_bucket(Bucket="failed-records", CreateBucketConfiguration=place)
    monkeypatch.setenv("FAILED_RECORDS_BUCKET", "failed-records")
    caches: list[Any] = [outbound.secret_box, outbound.wake_queue, outbound.webhook_sender]
    for cached in (resources.settings, *caches):
        cached.cache_clear()
    load("sample-orders")
    for key, role, secret in (
        (SELLER_KEY, Role.SELLER, EXAMPLE_SECRET),
        ("your client id", Role.CHANNEL, "your client secret"),
    ):
        store_credential(table, Credential(key, role, frozenset({20811})), secret, clock())
    create_subscription(table, subscription(seller_owner(20811), Dialect.TRENDYOL, clock))
    event = example_event()
    (order,) = read_orders(table, event.order_number)
    said = announce(order, [event.packages], read_recipients(table, event.seller_id), event.at)
    assert said.events == (event,), "the example is what the code makes"
    write_change(table, OrderChange(before=order, after=said.order, at=event.at, events=said.events))
    assert fan_out(table, outbound.wake_queue(), [event], clock()) == 1
    yield table
    for cached in caches:
        cached.cache_clear()


def handler_of(each: LambdaEvent) -> Handler:
    handler: Handler = importlib.import_module(f"functions.{each.function}.app").handler
    return handler


def event_of(each: LambdaEvent) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(path_of(each).read_text(encoding="utf-8"))
    return event


@pytest.mark.parametrize("each", EVENTS, ids=lambda each: each.file)
def test_a_function_does_with_an_event_what_the_catalogue_says(world: Table, each: LambdaEvent) -> None:
    del world
    if each.file in BEFORE:
        before = next(other for other in EVENTS if other.file == BEFORE[each.file])
        assert handler_of(before)(event_of(before), None)["statusCode"] == before.expected
    handler, event = handler_of(each), event_of(each)
    answer = handler(event, None)
    if isinstance(each.expected, int):
        assert answer["statusCode"] == each.expected, answer["body"]
        check_documented(handler, {"pathParameters": {}, **event}, answer)
    elif isinstance(each.expected, dict):
        assert {name: answer[name] for name in each.expected} == each.expected


def test_every_file_is_what_the_program_would_write() -> None:
    stale = [each.file for each in EVENTS if path_of(each).read_text(encoding="utf-8") != render(each)]
    assert not stale, "run: cleave events"
    written = {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*.json")}
    assert {name for name in written if not name.startswith("orders/")} == {each.file for each in EVENTS}


def test_every_function_has_a_good_event_and_every_one_that_reads_its_event_a_bad_one() -> None:
    functions = template_resources("AWS::Serverless::Function").values()
    folders = {each["CodeUri"].removeprefix("functions/") for each in functions}
    assert {each.function for each in EVENTS if each.name == "good"} == folders
    assert {each.function for each in EVENTS if each.name == "bad"} == folders - {"reconcile"}
    assert all((ROOT / "functions" / folder / "app.py").is_file() for folder in folders)
