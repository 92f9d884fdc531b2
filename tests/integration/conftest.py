"""Fixtures for handlers and store against moto, in one process and one thread: moto is not atomic between threads.

``table`` is a fresh table made from the template, ``clock`` the frozen time, ``de_seller``, ``tr_seller`` and
``channel`` callers of handlers, ``load`` imports a sample file, ``receiver`` listens on this machine, ``let_happen``
lets stream and queue do their work. ``day`` runs the service, ``whole_day`` has run it.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import cleave.clock
import pytest
from botocore.config import Config
from cleave.entry import resources
from cleave.entry.aws_session import session
from cleave.table.table import Table
from cleave_cli.receiver import Answer as Answered
from cleave_cli.receiver import Receiver, running_receiver
from moto import mock_aws

from functions.import_orders.app import handler as import_orders
from tests.integration.operating import day, deployed, whole_day
from tests.support.aws import create_table
from tests.support.environment import new_environment, new_settings
from tests.support.expressions import check_event
from tests.support.gateway import Answer, Caller
from tests.support.samples import sample
from tests.support.stream import take_records
from tests.support.whole import Flow

__all__ = ["day", "deployed", "whole_day"]

TABLE_NAME = "cleave-test"


class FrozenClock:
    """The time of ``cleave.clock.now``; it moves only when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 10, 18, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **delta: float) -> None:
        """By a timedelta's arguments."""
        self.now += timedelta(**delta)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    frozen = FrozenClock()
    monkeypatch.setattr(cleave.clock, "now", frozen)
    return frozen


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, clock: FrozenClock) -> Iterator[Table]:
    del clock
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("TABLE_NAME", TABLE_NAME)
    monkeypatch.setattr(resources, "_CONFIG", resources._CONFIG.merge(Config(parameter_validation=True)))
    with mock_aws():
        new_environment()
        session().register("before-parameter-build.dynamodb", check_event)
        client = boto3.client("dynamodb")
        create_table(client, TABLE_NAME)
        yield Table(resources.client("dynamodb"), TABLE_NAME)
    new_environment()


@pytest.fixture
def token_secret(table: Table, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A signing secret for functions that sign; called, it is replaced by another."""
    del table
    secrets = boto3.client("secretsmanager")
    created = secrets.create_secret(Name="token-secret", SecretString="first")
    monkeypatch.setenv("TOKEN_SECRET_ID", created["ARN"])
    new_settings()

    def replace(value: str) -> None:
        secrets.put_secret_value(SecretId=created["ARN"], SecretString=value)
        new_settings()

    return replace


@pytest.fixture
def de_seller() -> Caller:
    return Caller("seller", (20811,), {"storeFrontCode": "DE"})


@pytest.fixture
def tr_seller() -> Caller:
    return Caller("seller", (20812,), {})


@pytest.fixture
def channel() -> Caller:
    return Caller("channel", (20811, 20812), {})


@pytest.fixture
def load(table: Table, de_seller: Caller, tr_seller: Caller) -> Callable[[str], list[dict[str, Any]]]:
    del table

    def load(name: str) -> list[dict[str, Any]]:
        caller = tr_seller if name.endswith("-tr") else de_seller
        document = sample(name)
        answer = caller.call(import_orders, document, path={"sellerId": caller.sellers[0]})
        assert answer == Answer(200, {"imported": _ids(document), "unchanged": []}, answer.headers)
        packages: list[dict[str, Any]] = document["content"]
        return packages

    return load


def _ids(document: dict[str, Any]) -> list[int]:
    return [package["shipmentPackageId"] for package in document["content"]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        running.respond = lambda _: Answered(200, body=b"thanks")
        yield running


@pytest.fixture
def let_happen(
    table: Table, token_secret: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """The service with its key and queue, in the stage that lets webhooks be local; called, it does what is to be
    done."""
    del token_secret
    url: str = boto3.client("sqs").create_queue(QueueName="deliveries")["QueueUrl"]
    monkeypatch.setenv("SECRETS_KEY_ID", boto3.client("kms").create_key()["KeyMetadata"]["KeyId"])
    monkeypatch.setenv("DELIVERY_QUEUE_URL", url)
    monkeypatch.setenv("ALLOW_LOCAL_WEBHOOKS", "true")
    new_settings()
    return Flow(lambda: take_records(table), url)
