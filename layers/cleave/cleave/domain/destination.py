"""Destinations of a subscription other than URLs: AWS's buses and queues, by their ARNs."""

import re
from dataclasses import dataclass
from enum import StrEnum

_ARN = re.compile(
    r"arn:aws[a-z-]*:(?:(?P<events>events):(?P<bus_region>[a-z]{2}(?:-[a-z]+)+-\d):(?P<bus_account>\d{12})"
    r":event-bus/(?P<bus>[./\-_A-Za-z0-9]{1,256})"
    r"|sqs:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):(?P<account>\d{12}):(?P<queue>[\-_A-Za-z0-9]{1,80}(?P<fifo>\.fifo)?))"
)


class DestinationKind(StrEnum):
    """The kind of bus or queue. Only FIFO queues keep the order of messages themselves."""

    EVENT_BUS = "event bus"
    QUEUE = "queue"
    FIFO_QUEUE = "FIFO queue"


@dataclass(frozen=True, slots=True)
class Destination:
    """A bus or a queue; ``account`` has 12 digits."""

    kind: DestinationKind
    arn: str
    region: str
    account: str
    name: str


def is_arn(target: str) -> bool:
    """Whether a subscription's target is meant to be a bus or a queue, not a URL."""
    return target.startswith("arn:")


def destination_of(arn: str) -> Destination:
    """The bus or queue with that ARN. Raises ValueError if the ARN names neither."""
    found = _ARN.fullmatch(arn)
    if found is None:
        raise ValueError("is the ARN of neither an event bus nor a queue")
    if found["events"]:
        return Destination(DestinationKind.EVENT_BUS, arn, found["bus_region"], found["bus_account"], found["bus"])
    kind = DestinationKind.FIFO_QUEUE if found["fifo"] else DestinationKind.QUEUE
    return Destination(kind, arn, found["region"], found["account"], found["queue"])
