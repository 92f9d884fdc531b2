"""Which buses and queues a subscription may name."""

from dataclasses import replace

import pytest
from cleave.domain.delivery import Answer
from cleave.domain.destination import Destination, DestinationKind, destination_of
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.outbound.urls import TargetRules

from tests.support.stored import subscription

TAKEN = Answer(200, None, None, 1, "")
BUS = "arn:aws:events:eu-central-1:123456789012:event-bus/orders"
QUEUE = "arn:aws:sqs:eu-west-1:210987654321:stock"
FIFO = "arn:aws:sqs:eu-west-1:210987654321:stock.fifo"


def test_an_arn_says_what_it_names() -> None:
    assert destination_of(BUS) == Destination(DestinationKind.EVENT_BUS, BUS, "eu-central-1", "123456789012", "orders")
    assert destination_of(QUEUE) == Destination(DestinationKind.QUEUE, QUEUE, "eu-west-1", "210987654321", "stock")
    assert destination_of(FIFO) == Destination(
        DestinationKind.FIFO_QUEUE, FIFO, "eu-west-1", "210987654321", "stock.fifo"
    )


@pytest.mark.parametrize(
    "arn",
    [
        BUS.replace("aws", "aws-cn").replace("eu-central-1", "cn-north-1"),
        QUEUE.replace("aws", "aws-us-gov").replace("eu-west-1", "us-gov-west-1"),
    ],
)
def test_other_partitions_have_them_too(arn: str) -> None:
    assert destination_of(arn).arn == arn


@pytest.mark.parametrize(
    "arn",
    [
        "arn:",
        "arn:aws:sns:eu-west-1:210987654321:topic",
        "arn:aws:events:eu-west-1:210987654321:rule/orders",
        "arn:aws:sqs:eu-west-1:21098765432:stock",
        "arn:aws:sqs:eu-west-1:210987654321:stock.fifo.fifo",
        "arn:aws:sqs:eu-west-1:210987654321:st/ock",
        "arn:aws:sqs:eu-west-1:210987654321:stock\n",
        "arn:aws:sqs::210987654321:stock",
    ],
)
def test_anything_else_is_refused(arn: str) -> None:
    with pytest.raises(ValueError, match="is the ARN of neither an event bus nor a queue"):
        destination_of(arn)
    with pytest.raises(Refusal) as refused:
        TargetRules(allow_local=True, reach=lambda _: TAKEN).check(arn)
    assert (refused.value.code, refused.value.field) == (RefusalCode.WEBHOOK_URL_INVALID, "url")


def test_a_destination_that_takes_no_messages_is_refused_with_its_reason() -> None:
    TargetRules(allow_local=False, reach=lambda _: TAKEN).check(BUS)
    denied = Answer(None, "access_denied", None, 1, "")
    with pytest.raises(Refusal) as refused:
        TargetRules(allow_local=False, reach=lambda _: denied).check(QUEUE, field="base_url")
    assert (refused.value.code, refused.value.field) == (RefusalCode.WEBHOOK_URL_INVALID, "base_url")
    assert refused.value.message == "takes no messages of this stage (access_denied); its operator lists what does"


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("https://user:secret@Hooks.example.org:8443/path/secret?key=secret#secret", "hooks.example.org"),
        ("https://[2001:db8::1]/hook", "2001:db8::1"),
        (QUEUE, QUEUE),
        ("no address", ""),
    ],
)
def test_operators_are_told_the_host_and_nothing_else_of_a_url(target: str, host: str) -> None:
    assert replace(subscription(), url=target).host == host
