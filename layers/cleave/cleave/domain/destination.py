"""Targets of a subscription that are no URL: buses and queues of AWS, by their ARNs."""

import re
from dataclasses import dataclass
from enum import StrEnum

_ARN = re.compile(
    r"arn:aws[a-z-]*:(?:(?P<events>events):(?P<bus_region>[a-z]{2}(?:-[a-z]+)+-\d):(?P<bus_account>\d{12})"
    r":event-bus/(?P<bus>[./\-_A-Za-z0-9]{1,256})"
    r"|sqs:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):(?P<account>\d{12}):(?P<queue>[\-_A-Za-z0-9]{1,80}(?P<fifo>\.fifo)?))"
)


class DestinationKind(StrEnum):
    """How messages get there. Only a queue of the kind FIFO keeps their order by itself."""

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
    """Whether a subscription's target is meant to be a bus or a queue, and no URL."""
    return target.startswith("arn:")


def destination_of(arn: str) -> Destination:
    """The bus or queue of that ARN; ValueError if it names neither."""
    found = _ARN.fullmatch(arn)
    if found is None:
        raise ValueError("is the ARN of neither an event bus nor a queue")
    if found["events"]:
        return Destination(DestinationKind.EVENT_BUS, arn, found["bus_region"], found["bus_account"], found["bus"])
    kind = DestinationKind.FIFO_QUEUE if found["fifo"] else DestinationKind.QUEUE
    return Destination(kind, arn, found["region"], found["account"], found["queue"])
