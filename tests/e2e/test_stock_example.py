"""The example consumer: after many cancels, told twice and out of order, its stock is what was cancelled."""

import importlib.util
import json
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import boto3
import pytest
from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.paths import ROOT
from cleave_cli.stack import LocalStack

from tests.support.samples import fresh_cancel_id
from tests.support.subscribing import load

ORDERS, CANCELS = 5, 4


@pytest.fixture
def example(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Its function, with a table of its own on the engine."""
    session, endpoint = stack.deployment.session, stack.deployment.endpoint
    session.client("dynamodb", endpoint_url=endpoint).create_table(
        TableName="stock",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    monkeypatch.setenv("TABLE_NAME", "stock")
    monkeypatch.setattr(boto3, "client", lambda name: session.client(name, endpoint_url=endpoint))
    spec = importlib.util.spec_from_file_location("stock_example", ROOT / "docs/examples/stock/app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def queue(stack: LocalStack) -> str:
    """A queue that a rule of the stage's bus fills, as in the example's template."""
    session, endpoint = stack.deployment.session, stack.deployment.endpoint
    sqs, events = session.client("sqs", endpoint_url=endpoint), session.client("events", endpoint_url=endpoint)
    url = sqs.create_queue(QueueName="stock-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus = stack.deployment.outputs["EventBusArn"].rpartition("/")[2]
    pattern = json.dumps({"source": ["cleave"], "detail-type": ["cleave.cancellation.applied.v1"]})
    events.put_rule(Name="stock", EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule="stock", EventBusName=bus, Targets=[{"Id": "stock", "Arn": arn}])
    return str(url)


def received(stack: LocalStack, url: str, wanted: int) -> list[dict[str, Any]]:
    """So many messages at least, or all that came in a minute and a half."""
    sqs = stack.deployment.session.client("sqs", endpoint_url=stack.deployment.endpoint)
    found: list[dict[str, Any]] = []
    for _ in range(30):
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=3)
        for each in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
            found.append({"messageId": each["MessageId"], "body": each["Body"]})
        if len(found) >= wanted:
            break
    return found


def test_the_stock_is_what_was_cancelled_and_can_be_sold_again(
    stack: LocalStack, self_paying: SellerClient, channel: ChannelClient, example: ModuleType, queue: str
) -> None:
    expected: Counter[str] = Counter()
    cancels = []
    for number in range(ORDERS):
        package = load(self_paying, {"LAMP": CANCELS, "TRAY": CANCELS})
        for each in range(CANCELS):
            line = package["lines"][each % 2]
            reason = "out_of_stock" if (number + each) % 3 == 0 else "wrong_price"
            expected[line["stockCode"]] += reason == "wrong_price"
            item = f"{package['orderNumber']}_{line['stockCode']}"
            cancels.append((fresh_cancel_id(), package["orderNumber"], item, 1, reason))
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda each: channel.cancel(*each), cancels))
    assert [each.status_code for each in answers] == [200] * len(cancels)
    messages = received(stack, queue, len(cancels))
    assert len({json.loads(each["body"])["detail"]["id"] for each in messages}) == len(cancels)
    twice = [*messages, *messages]
    random.Random(7).shuffle(twice)  # noqa: S311 - no secret
    for start in range(0, len(twice), 10):
        assert example.handler({"Records": twice[start : start + 10]}, None) == {"batchItemFailures": []}
    assert _stock(stack) == +expected


def _stock(stack: LocalStack) -> Counter[str]:
    client = stack.deployment.session.client("dynamodb", endpoint_url=stack.deployment.endpoint)
    items = client.scan(TableName="stock")["Items"]
    return Counter({each["pk"]["S"][4:]: int(each["units"]["N"]) for each in items if "units" in each})
