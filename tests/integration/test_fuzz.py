"""Anything at any place of what strangers send: requests, credentials, records, messages, answers, files.

The same examples in each run; `make soak` tries others, and many more.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from cleave.clock import to_ms
from cleave.entry.aws_session import session
from cleave.observability import logger
from cleave.table.table import Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.cancel_package.app import handler as cancel_package
from functions.create_channel_webhook.app import handler as create_for_channel
from functions.create_webhook.app import handler as create_webhook
from functions.deliver_webhook.app import handler as deliver
from functions.import_orders.app import handler as import_orders
from functions.list_deliveries.app import handler as list_deliveries
from tests.integration.conftest import FrozenClock
from tests.support import fuzzed
from tests.support.endpoints import Target
from tests.support.environment import new_settings
from tests.support.fuzzed import Service
from tests.support.gateway import Caller
from tests.support.orders import wire_package

SELLER, ORDER = 20811, "FUZZED"
PATH: dict[str, object] = {"sellerId": SELLER}
SEVERAL = settings(
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture
def service(
    table: Table,
    token_secret: Callable[[str], None],
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
    de_seller: Caller,
    channel: Caller,
) -> Service:
    """An order with a package that a cancel waits on, and a webhook of each kind."""
    del token_secret, clock
    fuzzed.no_network(monkeypatch)
    monkeypatch.setenv("SECRETS_KEY_ID", boto3.client("kms").create_key()["KeyMetadata"]["KeyId"])
    monkeypatch.setenv("DELIVERY_QUEUE_URL", fuzzed.queue_url())
    monkeypatch.setenv("DEAD_LETTERS_URL", fuzzed.queue_url())
    boto3.client("s3").create_bucket(Bucket="failed", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    monkeypatch.setenv("FAILED_RECORDS_BUCKET", "failed")
    new_settings()
    session().register("before-parameter-build.dynamodb", fuzzed.check_values)
    monkeypatch.setattr(logger, "disabled", True)
    url = "https://receiver.example/hook"
    made = de_seller.call(create_webhook, {"url": url, "authenticationType": "API_KEY", "apiKey": "k" * 9}, path=PATH)
    channel.call(create_for_channel, {"base_url": url})
    assert de_seller.call(import_orders, [wire_package(7, ORDER, {1: 900, 2: 900})], path=PATH).status == 200
    target = Target(SELLER, 7, 1, ORDER, "1", made.json["id"], "MC8wMTc5MjMxNDAwMDAwMCMyMDgxMSNGVVpaRUQ", url=url)
    body = {"lines": [{"lineId": 1, "quantity": 1}], "reasonId": 500}
    assert de_seller.call(cancel_package, body, path={**PATH, "packageId": 7}).status == 200
    return Service(table, target, de_seller, channel)


@settings(SEVERAL, max_examples=350)
@given(data=st.data())
def test_no_request_is_answered_with_a_failure_of_ours(service: Service, data: st.DataObject) -> None:
    service.check_request(data)


@settings(SEVERAL, max_examples=80)
@given(data=st.data())
def test_no_header_lets_anybody_in(service: Service, data: st.DataObject) -> None:
    service.check_credentials(data)


@settings(SEVERAL, max_examples=80)
@given(data=st.data())
def test_no_body_gets_a_token(service: Service, data: st.DataObject) -> None:
    service.check_token(data)


@settings(SEVERAL, max_examples=50)
@given(data=st.data())
def test_no_message_ends_the_function_of_the_queue(service: Service, data: st.DataObject) -> None:
    service.check_queue(data)


@settings(SEVERAL, max_examples=60)
@given(data=st.data())
def test_no_image_of_a_record_holds_back_another(service: Service, data: st.DataObject) -> None:
    service.check_image(data)


@settings(SEVERAL, max_examples=500)
@given(data=st.data())
def test_any_pause_that_a_receiver_asks_for_is_seconds_or_nothing(data: st.DataObject) -> None:
    fuzzed.check_pause(data)


@settings(SEVERAL, max_examples=60)
@given(data=st.data())
def test_any_answer_of_a_receiver_is_an_answer(data: st.DataObject) -> None:
    fuzzed.check_answers(data)


@settings(SEVERAL, max_examples=150)
@given(data=st.data())
def test_any_file_of_exported_orders_has_rows(tmp_path: Path, data: st.DataObject) -> None:
    fuzzed.check_rows(data, tmp_path)


@settings(SEVERAL, max_examples=60)
@given(cut=st.integers(0, 200), more=st.text(max_size=4))
def test_a_cursor_that_was_changed_is_none(service: Service, cut: int, more: str) -> None:
    path = {**PATH, "webhookId": service.target.webhook}
    for query in ({"cursor": [more]}, {"cursor": [f"{'A' * cut}{more}"]}):
        answer = service.seller.call(list_deliveries, path=path, query=query)
        assert answer.status in ({200, 400} if not more.strip() else {400}), answer


def test_the_service_that_is_fuzzed_serves(service: Service, clock: FrozenClock) -> None:
    """What is sent comes far: the target is there."""
    answer: Any = service.seller.call(list_deliveries, path={**PATH, "webhookId": service.target.webhook})
    assert (answer.status, to_ms(clock()) > 0) == (200, True)


def test_what_is_logged_of_half_a_character_ends_no_run_of_tests(service: Service) -> None:
    """The examples are the same only where the same modules are loaded, so one of them may or may not have such a
    character: a report that holds one cannot go from one process to another (``tests/conftest.py``)."""
    del service
    answer = deliver({"Records": [{"messageId": "m", "body": '{"\\ud800": 1}'}]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m"}]}
