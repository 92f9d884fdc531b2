"""Buses and queues as destinations of subscriptions, on the deployed template."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from cleave_cli.api import SellerClient
from cleave_cli.stack import LocalStack

from tests.support.subscribing import Document, cancel, deliveries, eventually, load, webhooks_path

FACTS = ["cancellation.accepted", "package.split", "cancellation.applied", "package.created"]


@pytest.fixture
def fifo(stack: LocalStack) -> Iterator[tuple[str, str]]:
    """URL and ARN of a FIFO queue."""
    sqs = sqs_of(stack)
    url = sqs.create_queue(QueueName="facts.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    yield url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.delete_queue(QueueUrl=url)


def sqs_of(stack: LocalStack) -> Any:  # noqa: ANN401 - a client
    return stack.deployment.session.client("sqs", endpoint_url=stack.deployment.endpoint)


def subscribed(seller: SellerClient, arn: str) -> str:
    answer = seller.http.post(webhooks_path(seller), json={"url": arn})
    assert answer.status_code == 200, answer.text
    made: str = answer.json()["id"]
    return made


def facts(stack: LocalStack, url: str, order_number: str, wanted: int) -> list[Document]:
    """Those of an order, in the order in which they come."""
    sqs, found = sqs_of(stack), []
    for _ in range(20):
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
        for each in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
            fact = json.loads(each["Body"])
            if fact["data"].get("order", {}).get("orderNumber") == order_number:
                found.append(fact)
        if len(found) >= wanted:
            break
    return found


def test_a_fifo_queue_gets_the_facts_of_an_order_in_order(
    stack: LocalStack, self_paying: SellerClient, fifo: tuple[str, str]
) -> None:
    url, arn = fifo
    hook = subscribed(self_paying, arn)
    package = load(self_paying, {"LAMP": 3})
    cancel(self_paying, package)
    told = facts(stack, url, package["orderNumber"], len(FACTS))
    assert [each["type"] for each in told] == [f"cleave.{name}.v1" for name in FACTS]
    assert [each["id"].rpartition("-")[2] for each in told] == ["0", "1", "2", "3"]
    listed = eventually(lambda: deliveries(self_paying, hook), lambda found: len(found) == len(FACTS))
    assert {each["state"] for each in listed} == {"delivered"}
    self_paying.http.delete(f"{webhooks_path(self_paying)}/{hook}").raise_for_status()


def test_a_queue_that_is_gone_fails_and_gets_everything_once_it_is_back(
    stack: LocalStack, self_paying: SellerClient, fifo: tuple[str, str]
) -> None:
    url, arn = fifo
    hook = subscribed(self_paying, arn)
    sqs_of(stack).delete_queue(QueueUrl=url)
    package = load(self_paying, {"LAMP": 3})
    cancel(self_paying, package)
    waiting = eventually(lambda: deliveries(self_paying, hook), lambda found: any(each["attempts"] for each in found))
    assert {each["state"] for each in waiting} == {"waiting"}
    sqs_of(stack).create_queue(QueueName="facts.fifo", Attributes={"FifoQueue": "true"})
    told = facts(stack, url, package["orderNumber"], len(FACTS))
    assert [each["type"] for each in told] == [f"cleave.{name}.v1" for name in FACTS]
    self_paying.http.delete(f"{webhooks_path(self_paying)}/{hook}").raise_for_status()


@pytest.mark.parametrize(
    ("arn", "why"),
    [
        (
            "arn:aws:sqs:eu-central-1:000000000000:there-is-none",
            "takes no messages of this stage (",
        ),
        ("arn:aws:sns:eu-central-1:000000000000:topic", "is the ARN of neither an event bus nor a queue"),
        ("arn:aws:sqs:eu-central-1:999999999999:foreign", "takes no messages of this stage ("),
    ],
)
def test_a_destination_that_takes_nothing_is_refused_with_the_reason(
    self_paying: SellerClient, arn: str, why: str
) -> None:
    answer = self_paying.http.post(webhooks_path(self_paying), json={"url": arn})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["message"].startswith(f"url: {why}") or why in error["message"], error
