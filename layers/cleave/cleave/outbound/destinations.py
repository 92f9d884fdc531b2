"""Messages to EventBridge buses and SQS queues."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from cleave import clock
from cleave.application.tell.attempt import Outgoing
from cleave.dialects.cloudevents.render import render_test
from cleave.dialects.cloudevents.shapes import CloudEvent
from cleave.domain.delivery import Answer, Lane
from cleave.domain.destination import Destination, DestinationKind, destination_of
from cleave.domain.subscription import Subscription
from cleave.entry.wire import to_json
from cleave.outbound.messages import CLOUDEVENT, Body, body_of, empty_body

# The most bytes and messages of one request.
_MOST_BYTES = 256 * 1024
_MOST = 10
# A bus counts a message's source, type and time, too.
_BYTES_AROUND = 128
_MOST_ID_CHARACTERS = 128
_SOURCE = "cleave"
_TAKEN = 200

type Errors = Mapping[int, str]
"""Places in a request of the messages that were not taken, each with the kind of failure in a word."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message. A FIFO queue keeps the order of a ``group``, and drops a second message with the same
    ``message_id``."""

    message_id: str
    group: str
    body: Body
    at: datetime


@dataclass(frozen=True, slots=True)
class DestinationSender:
    """Implements ``cleave.application.tell.attempt.BatchSender``; ``client`` makes a client of a service in a region.

    ``urls`` maps queues' ARNs to their URLs, which are looked up once: they stay the same as long as the names.
    """

    client: Callable[[str, str], Any]
    old_names: bool = True
    urls: dict[str, str] = field(default_factory=dict)

    def __call__(self, subscription: Subscription, outgoing: Sequence[Outgoing], at: datetime) -> list[Answer]:
        """Uses as few requests as AWS's limits allow."""
        del at
        parcels = [self._parcel(subscription, each) for each in outgoing]
        return self._send(destination_of(subscription.url), parcels)

    def ping(self, subscription: Subscription, message_id: str, at: datetime) -> Answer:
        """Send an empty message, to see whether the destination takes it."""
        parcel = Parcel(message_id, message_id, empty_body(subscription, message_id, at), at)
        return self._send(destination_of(subscription.url), [parcel])[0]

    def reach(self, destination: Destination) -> Answer:
        """Send an empty message to a destination without a subscription yet, to see whether it takes our messages."""
        return self.publish(destination, [render_test(None, f"test-{uuid4()}", clock.now())])[0]

    def publish(self, destination: Destination, facts: Sequence[CloudEvent]) -> list[Answer]:
        """An answer for each message, in their order."""
        return self._send(destination, [_fact(each) for each in facts])

    def _parcel(self, subscription: Subscription, outgoing: Outgoing) -> Parcel:
        message_id = outgoing.delivery.message_id(outgoing.place)
        said = body_of(subscription, outgoing, old_names=self.old_names)
        return Parcel(message_id, _group(outgoing.delivery.lane), said, outgoing.event.at)

    def _send(self, destination: Destination, parcels: Sequence[Parcel]) -> list[Answer]:
        return [answer for portion in portions(parcels) for answer in self._request(destination, portion)]

    def _request(self, destination: Destination, portion: Sequence[Parcel]) -> list[Answer]:
        is_bus = destination.kind is DestinationKind.EVENT_BUS
        started = time.perf_counter()
        try:
            client = self.client("events" if is_bus else "sqs", destination.region)
            errors = (_put_events if is_bus else self._send_messages)(client, destination, portion)
        except ClientError as error:
            errors = dict.fromkeys(range(len(portion)), _word(error.response["Error"]["Code"]))
        except BotoCoreError as error:
            errors = dict.fromkeys(range(len(portion)), _word(type(error).__name__.removesuffix("Error")))
        latency = round((time.perf_counter() - started) * 1000)
        return [_answer(errors.get(place), latency) for place in range(len(portion))]

    def _send_messages(self, client: Any, destination: Destination, portion: Sequence[Parcel]) -> Errors:  # noqa: ANN401 - as below
        is_fifo = destination.kind is DestinationKind.FIFO_QUEUE
        entries = [
            {"Id": str(place), "MessageBody": each.body.text, **(_fifo(each) if is_fifo else {})}
            for place, each in enumerate(portion)
        ]
        answer = client.send_message_batch(QueueUrl=self._url_of(client, destination), Entries=entries)
        return {int(each["Id"]): _word(each["Code"]) for each in answer.get("Failed", [])}

    def _url_of(self, client: Any, queue: Destination) -> str:  # noqa: ANN401 - as below
        if queue.arn not in self.urls:
            found = client.get_queue_url(QueueName=queue.name, QueueOwnerAWSAccountId=queue.account)
            self.urls[queue.arn] = found["QueueUrl"]
        return self.urls[queue.arn]


def _fact(document: CloudEvent) -> Parcel:
    body = Body(document["type"], CLOUDEVENT, to_json(document))
    return Parcel(document["id"], document["source"], body, datetime.fromisoformat(document["time"]))


def portions(parcels: Sequence[Parcel]) -> Iterator[Sequence[Parcel]]:
    """The messages in order, divided into requests within AWS's limits."""
    portion: list[Parcel] = []
    size = 0
    for parcel in parcels:
        more = len(parcel.body.text.encode()) + _BYTES_AROUND
        if portion and (len(portion) == _MOST or size + more > _MOST_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(parcel)
        size += more
    if portion:
        yield portion


def _group(lane: Lane) -> str:
    return f"{lane.seller_id}-{quote(lane.order_number, safe='')}"


def _put_events(client: Any, destination: Destination, portion: Sequence[Parcel]) -> Errors:  # noqa: ANN401 - botocore's clients have no common type
    entries = [
        {
            "Source": _SOURCE,
            "DetailType": each.body.name,
            "Detail": each.body.text,
            "Time": each.at,
            "EventBusName": destination.arn,
        }
        for each in portion
    ]
    answer = client.put_events(Entries=entries)
    return {place: _word(each["ErrorCode"]) for place, each in enumerate(answer["Entries"]) if "ErrorCode" in each}


def _fifo(parcel: Parcel) -> dict[str, str]:
    return {"MessageGroupId": _fitting(parcel.group), "MessageDeduplicationId": _fitting(parcel.message_id)}


def _fitting(name: str) -> str:
    """The name, or a digest of it if it is too long for SQS."""
    return name if len(name) <= _MOST_ID_CHARACTERS else sha256(name.encode()).hexdigest()


def _answer(error: str | None, latency_ms: int) -> Answer:
    return Answer(_TAKEN if error is None else None, error, None, latency_ms, "")


def _word(code: str) -> str:
    """``AWS.SimpleQueueService.NonExistentQueue`` is ``non_existent_queue``."""
    name = code.rpartition(".")[2]
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
