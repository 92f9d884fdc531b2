"""What functions may do is what they do: their policies in the template against the calls that they make.

On the engine's own DynamoDB, SQS, KMS, S3 and Secrets Manager: moto copies the whole table for every transaction.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import uuid4

import boto3
import cleave.clock
import pytest
from cleave.domain.destination import destination_of
from cleave.domain.roles import Role
from cleave.entry import aws_session, resources
from cleave.observability import logger
from cleave.outbound import resources as outbound
from cleave.store.credentials import Credential, store_credential
from cleave.table.table import Table
from cleave_cli.deploy import engine_session
from cleave_cli.environment import REGION, ROOT_CREDENTIALS
from cleave_cli.receiver import Answer, running_receiver

from tests.support.aws import create_table
from tests.support.gateway import Caller
from tests.support.privileges import DEAD, Grant, Used, granted, granted_prefixes, used_by
from tests.support.stream_source import EngineStream
from tests.support.tour import Tour, run
from tests.support.whole import Flow
from tests.support.world import Clock

MARK = "Zq7Zq7"
NAME = f"privileges-{uuid4().hex[:12]}"
SERVICES = ("dynamodb", "sqs", "kms", "secretsmanager", "s3")
# What Lambda does in a function's name, when it writes down records that the function gave up.
GIVEN_UP: set[Grant] = {("s3:ListBucket", "FailedRecords"), ("s3:PutObject", "FailedRecords/*")}
# Of buses and queues of subscribers, of which the tour has none; the second test uses it.
OF_DESTINATIONS: set[Grant] = {
    (action, "EventDestinations") for action in ("events:PutEvents", "sqs:GetQueueUrl", "sqs:SendMessage")
}
TELLING = ("create_webhook", "create_channel_webhook", "update_webhook", "ping_webhook", "deliver_webhook")
BESIDE_THE_TOUR: dict[str, set[Grant]] = {
    "package_stream": GIVEN_UP,
    "publish_events": GIVEN_UP | {("events:PutEvents", "Bus")},
    **dict.fromkeys(TELLING, OF_DESTINATIONS),
}


@pytest.fixture
def on_the_engine(engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The engine's address, which functions call."""
    for name, value in {**ROOT_CREDENTIALS, "AWS_ENDPOINT_URL": engine, "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TABLE_NAME", NAME)
    _forget()
    yield engine
    _forget()


@pytest.fixture
def table(on_the_engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    """The functions' own, with everything else that they call on the engine."""
    engine = on_the_engine
    for name, value in made(engine_session(), engine).items():
        monkeypatch.setenv(name, value)
    _forget()
    yield resources.table()
    _forget()


def made(session: boto3.Session, endpoint: str) -> dict[str, str]:
    """What functions work with, and the variables that tell them."""
    dynamodb, sqs, kms, secrets, s3 = (session.client(each, endpoint_url=endpoint) for each in SERVICES)  # type: ignore[call-overload]
    create_table(dynamodb, NAME)
    s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": REGION})
    return {
        "TABLE_NAME": NAME,
        "DELIVERY_QUEUE_URL": sqs.create_queue(QueueName=NAME)["QueueUrl"],
        "DEAD_LETTERS_URL": sqs.create_queue(QueueName=f"{NAME}{DEAD}")["QueueUrl"],
        "SECRETS_KEY_ID": kms.create_key()["KeyMetadata"]["KeyId"],
        "TOKEN_SECRET_ID": secrets.create_secret(Name=NAME, SecretString="s" * 64)["ARN"],
        "FAILED_RECORDS_BUCKET": NAME,
        "ALLOW_LOCAL_WEBHOOKS": "true",
    }


def _forget() -> None:
    caches: list[Any] = [outbound.secret_box, outbound.wake_queue, outbound.webhook_sender, outbound.destination_sender]
    caches += [outbound.requests, aws_session.session, aws_session.session_for]
    for cached in (resources.settings, resources.client, resources.signing_secret, *caches):
        cached.cache_clear()


@pytest.fixture
def let_happen(table: Table, engine: str) -> Callable[[], None]:
    """Brings what is new to the stream and the queue to their functions."""
    session = engine_session()
    streams = session.client("dynamodbstreams", endpoint_url=engine)
    stream = EngineStream(session.client("dynamodb", endpoint_url=engine), streams, table.name)
    return Flow(lambda: list(stream.new_records()), resources.settings().delivery_queue_url, tries=2)


@pytest.fixture
def told(table: Table, let_happen: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Used, str]]:
    """What the functions called on a tour of the whole service, and what they logged."""
    clock = Clock(datetime.now(UTC).replace(microsecond=0))  # as PyJWT has its own
    monkeypatch.setattr(cleave.clock, "now", clock)
    seller, channel = Caller("seller", (20811,), {"storeFrontCode": "DE"}), Caller("channel", (20811,), {}, "tour")
    store_credential(table, Credential("tour", Role.CHANNEL, frozenset({20811})), f"{MARK}-secret", clock())
    log = logging.StreamHandler(StringIO())
    log.setFormatter(logger.registered_formatter)
    logging.getLogger(logger.name).addHandler(log)
    with used_by(*map(resources.client, SERVICES)) as used, running_receiver() as receiver:
        receiver.respond = lambda _: Answer(200, body=b"thanks")
        operator = Caller("operator", (), {})
        run(Tour(table, seller, channel, operator, receiver, let_happen, clock.step, MARK))
        yield used, log.stream.getvalue()
    logging.getLogger(logger.name).removeHandler(log)


def _unlike(used: Used, function: str) -> tuple[set[Grant], set[str]]:
    """What is granted and not used, or used and not granted; and the same of the prefixes of keys."""
    grants = used.grants[function] | BESIDE_THE_TOUR.get(function, set())
    done, allowed = used.prefixes[function], granted_prefixes()[function]
    prefixes = {prefix for _, prefix in done} ^ {prefix for _, prefix in allowed}
    return grants ^ granted()[function], prefixes | {prefix for _, prefix in done - allowed}


def test_a_tour_of_the_service_uses_what_is_granted_and_tells_nobody_what_it_was_told(
    told: tuple[Used, str], capsys: pytest.CaptureFixture[str]
) -> None:
    used, log = told
    unlike = {name: found for name in granted() if any(found := _unlike(used, name))}
    assert not unlike, unlike
    assert log.count("request.answered") > 100
    for place in (log, "".join(used.messages), *capsys.readouterr()):
        assert MARK not in place


def test_what_is_granted_of_destinations_is_what_telling_them_calls(on_the_engine: str) -> None:
    session, engine = engine_session(), on_the_engine
    url = session.client("sqs", endpoint_url=engine).create_queue(QueueName=f"{NAME}-told")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{url.split('/')[-2]}:{NAME}-told"
    bus = session.client("events", endpoint_url=engine).create_event_bus(Name=NAME)["EventBusArn"]
    called: list[str] = []
    for service in ("sqs", "events"):
        events = resources.client(service, REGION).meta.events
        events.register("before-parameter-build", lambda model, **_: called.append(model.name))
    sender = outbound.destination_sender()
    assert [sender.reach(destination_of(each)).ok for each in (arn, bus)] == [True, True]
    assert called == ["GetQueueUrl", "SendMessageBatch", "PutEvents"]  # IAM knows no batch beside SendMessage
