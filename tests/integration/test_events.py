"""events/: each is what Cleave would write, and does to its function what its catalogue says."""

import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from cleave.entry import resources
from cleave.outbound import resources as outbound
from cleave.table.table import Table
from cleave_cli.events.command import FOLDER, all_events, path_of, render
from cleave_cli.events.endpoints import folder_of
from cleave_cli.events.lambda_event import LambdaEvent
from cleave_cli.events.world import requests, store_examples
from cleave_cli.openapi.routes import routes

from tests.integration.conftest import FrozenClock
from tests.support.documented import check_documented
from tests.support.gateway import Handler
from tests.support.template import ROOT
from tests.support.template import resources as template_resources

EVENTS = all_events()


@pytest.fixture
def world(
    table: Table,
    token_secret: Callable[[str], None],
    load: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
    clock: FrozenClock,
) -> Iterator[Table]:
    """The sample orders, and what the good events are about."""
    del token_secret
    monkeypatch.setenv("SECRETS_KEY_ID", boto3.client("kms").create_key()["KeyMetadata"]["KeyId"])
    monkeypatch.setenv("EVENT_BUS_ARN", boto3.client("events").create_event_bus(Name="cleave")["EventBusArn"])
    monkeypatch.setenv("DELIVERY_QUEUE_URL", boto3.client("sqs").create_queue(QueueName="deliveries")["QueueUrl"])
    monkeypatch.setenv("DEAD_LETTERS_URL", boto3.client("sqs").create_queue(QueueName="dead-letters")["QueueUrl"])
    monkeypatch.setenv("ALLOW_LOCAL_WEBHOOKS", "true")
    place: Any = {"LocationConstraint": "eu-central-1"}
    boto3.client("s3").create_bucket(Bucket="failed-records", CreateBucketConfiguration=place)
    monkeypatch.setenv("FAILED_RECORDS_BUCKET", "failed-records")
    caches: list[Any] = [outbound.secret_box, outbound.wake_queue, outbound.webhook_sender]
    for cached in (resources.settings, *caches):
        cached.cache_clear()
    load("sample-orders")
    for request in requests():
        assert handler_for(request)(request, None)["statusCode"] == 200
    store_examples(table, outbound.secret_box(), clock())
    yield table
    for cached in caches:
        cached.cache_clear()


def handler_for(request: dict[str, Any]) -> Handler:
    (route,) = [each for each in routes() if (each.method, each.path) == (request["httpMethod"], request["resource"])]
    handler: Handler = importlib.import_module(f"functions.{folder_of(route.function)}.app").handler
    return handler


def handler_of(each: LambdaEvent) -> Handler:
    handler: Handler = importlib.import_module(f"functions.{each.function}.app").handler
    return handler


def event_of(each: LambdaEvent) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(path_of(each).read_text(encoding="utf-8"))
    return event


@pytest.mark.parametrize("reverse", [False, True])
def test_a_function_does_with_an_event_what_the_catalogue_says_whatever_came_before(
    world: Table, subtests: pytest.Subtests, *, reverse: bool
) -> None:
    del world
    for each in sorted(EVENTS, key=lambda each: each.file, reverse=reverse):
        with subtests.test(each.file):
            check(each)


def check(each: LambdaEvent) -> None:
    """Whether its function does with it what the catalogue says."""
    assert each.name != "good" or not isinstance(each.expected, int) or each.expected < 300
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
