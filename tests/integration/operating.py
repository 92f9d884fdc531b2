"""A day in the life of the service, with everything in it that has a metric, run by the functions' own handlers."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from cleave.application.subscribe.activation import turn_off
from cleave.application.tell.attempt import Attempts, outgoing_of
from cleave.domain.subscription import PassiveReason
from cleave.entry import resources
from cleave.store.deliveries import deliveries_of
from cleave.store.subscriptions import read_subscription
from cleave.table.table import Table
from cleave_cli.receiver import Answer as Answered
from cleave_cli.receiver import Receiver, running_receiver

from functions.authorizer.app import handler as authorizer
from functions.cancel_package.app import handler as cancel_package
from functions.create_webhook.app import handler as create_webhook
from functions.deliver_webhook.app import handler as deliver_webhook
from functions.order_cancel.app import handler as order_cancel
from functions.package_stream.app import handler as package_stream
from functions.reconcile.app import handler as reconcile
from functions.update_package.app import handler as update_package
from tests.support.environment import new_settings
from tests.support.gateway import Answer, Caller
from tests.support.operators import Seen
from tests.support.stream import stream_records
from tests.support.stream_source import SourceConfig
from tests.support.telling import POLICY, TRACKS, Clock, DelayQueue, Script, status, store_event, webhook

SELLER = {"sellerId": 20811}
TRAYS = 4765081101
FILTER = SourceConfig.from_template().lets_through


@pytest.fixture
def deployed(table: Table, monkeypatch: pytest.MonkeyPatch) -> Table:
    """The functions' environment as the template makes it, of a stack named ``stack``."""
    queue = boto3.client("sqs").create_queue(QueueName="deliveries")["QueueUrl"]
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "stack")
    monkeypatch.setenv("DELIVERY_QUEUE_URL", queue)
    monkeypatch.setenv("SECRETS_KEY_ID", boto3.client("kms").create_key()["KeyMetadata"]["KeyId"])
    monkeypatch.setenv("ALLOW_LOCAL_WEBHOOKS", "true")
    boto3.client("s3").create_bucket(Bucket="failed", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    monkeypatch.setenv("FAILED_RECORDS_BUCKET", "failed")
    new_settings()
    return table


@dataclass
class Day:
    """What can happen, by the handlers that do it; ``seen`` is what it looked like."""

    table: Table
    clock: Clock
    seller: Caller
    channel: Caller
    receiver: Receiver
    seen: Seen
    streamed: int = 0

    def cancel(self, quantity: int, package_id: int = 3330811901) -> Answer:
        body = {"lines": [{"lineId": TRAYS, "quantity": quantity}], "reasonId": 500}
        return self.seller.call(cancel_package, body, path={**SELLER, "packageId": package_id})

    def report(self, cancel_id: int) -> Answer:
        """The same by a channel."""
        item = {"order_number": "10811190302", "order_item_number": "10811190302_SKU-LAMP-DESK"}
        body = {"cancel_id": cancel_id, **item, "cancel_quantity": 1, "reason": "out_of_stock"}
        return self.channel.call(order_cancel, body)

    def pick(self, package_id: int = 3330811902) -> None:
        """A seller's word on a package."""
        path = {**SELLER, "packageId": package_id}
        assert self.seller.call(update_package, {"status": "Picking"}, path=path).status == 200

    def subscribe(self) -> str:
        """The webhook's id."""
        body = {"url": self.receiver.url, "authenticationType": "API_KEY", "apiKey": "key"}
        answer = self.seller.call(create_webhook, body, path=SELLER)
        assert answer.status == 200
        return str(answer.json["id"])

    def stream(self) -> None:
        """Until the function's own writes bring nothing new."""
        while self.stream_once():
            pass

    def stream_once(self) -> bool:
        """What has come since; False if nothing has."""
        records = stream_records(self.table)
        new = [each for each in records[self.streamed :] if FILTER(each)]
        self.streamed = len(records)
        if new:
            assert package_stream({"Records": new}, None) == {"batchItemFailures": []}
        return bool(new)

    def deliver(self) -> None:
        """All that is on the queue."""
        sqs, url = boto3.client("sqs"), resources.settings().delivery_queue_url
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                self._told(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def deliver_again(self, webhook_id: str) -> None:
        """As if the messages for later had come."""
        for track in range(TRACKS):
            self._told(json.dumps({"subscription_id": webhook_id, "track": track}))

    def _told(self, message: str) -> None:
        record = {"messageId": "1", "body": message, "eventSource": "aws:sqs"}
        assert deliver_webhook({"Records": [record]}, None) == {"batchItemFailures": []}

    def poison(self) -> None:
        """An event that is due and cannot be read."""
        (record, *_) = [each for each in stream_records(self.table) if _is_of_event(each)]
        broken = json.loads(json.dumps(record))
        broken["dynamodb"]["NewImage"] |= {"document": {"B": "AAAA"}, "due": {"N": "0"}}
        number = broken["dynamodb"]["SequenceNumber"]
        assert package_stream({"Records": [broken]}, None) == {"batchItemFailures": [{"itemIdentifier": number}]}

    def reconcile(self) -> None:
        reconcile({}, None)

    def knock(self) -> None:
        """Somebody without credentials."""
        authorizer({"headers": {}, "methodArn": "arn:aws:execute-api:eu-central-1:1:api/dev/GET/x"}, None)

    def break_down(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A request while the table is not there."""
        with monkeypatch.context() as patched:
            patched.setattr("functions.cancel_package.app.table", lambda: replace(self.table, name="gone"))
            assert self.cancel(1).status == 500

    def give_up(self) -> None:
        """A delivery that has had every step of the schedule fails again."""
        at = self.clock()
        made = webhook(self.table, at, url="https://example.org")
        subscription = read_subscription(self.table, "seller:20811", made.subscription_id)
        assert subscription is not None
        event = store_event(self.table, "GIVENUP", at)
        told = {delivery.lane.subscription_id: delivery for _, delivery in deliveries_of(event)}
        tried = replace(told[made.subscription_id], attempts=len(POLICY.steps), first_attempt_at=at - timedelta(days=4))
        attempts = Attempts(self.table, Script(status(500)), DelayQueue(self.clock), POLICY, lambda: 0.5)
        attempts(subscription, outgoing_of(event, tried, 0))
        turn_off(self.table, subscription, PassiveReason.FAILING, at)


def _is_of_event(record: dict[str, Any]) -> bool:
    is_event: bool = record["dynamodb"]["Keys"]["sk"]["S"].startswith("EVENT#")
    return is_event


@pytest.fixture
def day(
    deployed: Table, clock: Clock, de_seller: Caller, channel: Caller, load: Callable[[str], list[dict[str, Any]]]
) -> Iterator[Day]:
    """Before anything happened: two orders are imported."""
    load("sample-orders")
    with running_receiver() as receiver:
        yield Day(deployed, clock, de_seller, channel, receiver, Seen())


_lived: list[Seen] = []


@pytest.fixture
def whole_day(request: pytest.FixtureRequest) -> Seen:
    """What it looked like after all of it; lived once for all tests."""
    if not _lived:
        day: Day = request.getfixturevalue("day")
        with day.seen.watching():
            _live(day, request.getfixturevalue("monkeypatch"))
        _lived.append(day.seen)
    return _lived[0]


def _live(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    day.subscribe()
    assert [day.cancel(1).status, day.cancel(1).status, day.cancel(99).status] == [200, 200, 409]
    assert day.report(4711).status == 200
    day.break_down(monkeypatch)
    day.knock()
    day.clock.now += timedelta(seconds=2)
    day.stream()
    day.poison()
    day.deliver()
    day.receiver.respond = lambda _: Answered(410)
    assert day.report(4712).status == 200
    day.stream()
    day.deliver()
    day.give_up()
    day.reconcile()
