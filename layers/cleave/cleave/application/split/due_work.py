"""Batches from the stream and the queue, record by record, with failures told apart."""

import json
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from cleave import clock
from cleave.application.drain import Drainer
from cleave.application.look_ahead import Due, LookAhead, due_of, look_ahead
from cleave.application.notify import fan_out
from cleave.application.settle import Settle
from cleave.application.split_package import split_package
from cleave.application.wake import Doorbell
from cleave.logs import Log, note
from cleave.metrics import Metric, count, emit, gathered
from cleave.observability import follow
from cleave.store import keys
from cleave.store.attributes import Item, from_stream_image
from cleave.store.orders import to_event
from cleave.store.packages import waiting_correlation
from cleave.store.table import Table
from cleave.store.tracks import Wake

type BatchResponse = dict[str, Any]


class HeldBack(Exception):  # noqa: N818 - says what happened
    """An earlier record of the same order failed in this batch; this one must not overtake it."""


class OutOfTime(Exception):  # noqa: N818 - says what happened
    """The function's time is nearly up; the record was not begun."""


@dataclass(slots=True)
class StreamConsumer:
    """Consumes one batch of the table's stream.

    A record that fails holds back the later ones of its own order, and nobody else's: those are done, and done again
    without effect when Lambda brings the batch again from the failed record.
    """

    table: Table
    bell: Doorbell
    failed_orders: set[str] = field(default_factory=set)
    settle: Settle = field(default_factory=Settle)
    ahead: LookAhead | None = None
    split: set[Due] = field(default_factory=set)

    def consume(self, event: dict[str, Any]) -> BatchResponse:
        """Lambda's answer for ReportBatchItemFailures."""
        images = [record["dynamodb"].get("NewImage", {}) for record in event["Records"]]
        self.ahead = look_ahead(self.table, self.settle, images)
        processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
        with gathered():
            return dict(process_partial_response(event, self._record, processor, context=None))

    def _record(self, record: DynamoDBRecord) -> None:
        self.work_off(from_stream_image(record["dynamodb"].get("NewImage", {})))

    def work_off(self, item: Item) -> None:
        """Do what an item waits for; again, without effect. Raises whatever kept it from being done."""
        order = str(item.get("order_number"))
        follow(waiting_correlation(item) if "waiting" in item else item.get("correlation_id"))
        if order in self.failed_orders:
            raise HeldBack(order)
        if self.table.is_out_of_time:
            raise OutOfTime
        try:
            self._item(item)
        except Exception:
            note(Log.ITEM_FAILED, order_number=order)
            count(Metric.ITEMS_FAILED)
            self.failed_orders.add(order)
            raise

    def _item(self, item: Item) -> None:
        if keys.PENDING not in item:
            note(Log.ITEM_NOT_PENDING, kind=item.get("kind"))  # the stream's filter keeps these from us
        elif item.get("kind") == keys.EVENT:
            sent = fan_out(self.table, self.bell, to_event(item), clock.now())
            note(Log.EVENT_FANNED_OUT, order_number=item["order_number"], deliveries=sent)
            emit({Metric.EVENTS: [1], Metric.DELIVERIES_QUEUED: [sent]})
        else:
            self._split(item)

    def _split(self, item: Item) -> None:
        due = due_of(item)
        successors = None if due in self.split else self._successors(due)
        note(Log.PACKAGE_SPLIT, package_id=due.package_id, successor_ids=successors, done=successors is not None)

    def _successors(self, due: Due) -> list[int] | None:
        """None where nothing waits any more: a record of the burst that the package's split has ended."""
        found = self.ahead.read(due) if self.ahead else []
        if due.since is not None and not found:
            self.settle(due.since, clock.now())  # nothing can join an explicit split
        split = split_package(self.table, due.seller_id, due.order_number, due.package_id, clock.now(), found)
        if split is None:
            return None
        self.split.add(due)
        return list(split.closed.successor_ids)


def drain_batch(drainer: Drainer, event: dict[str, Any]) -> BatchResponse:
    """Do what the queue's messages ask for; one that fails comes again by itself."""

    def message(record: SQSRecord) -> None:
        wake = Wake(**json.loads(record.body))
        outcome = drainer(wake)
        note(Log.WAKE_DONE, subscription=wake.subscription_id, track=wake.track, outcome=outcome)

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(event, message, processor, context=None))
