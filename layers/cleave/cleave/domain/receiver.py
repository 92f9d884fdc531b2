"""The receiver of a subscription, as operators see it."""

from enum import StrEnum

from cleave.domain.destination import DestinationKind, destination_of, is_arn


class ReceiverKind(StrEnum):
    """A URL, or something of AWS."""

    WEBHOOK = "webhook"
    QUEUE = "queue"
    BUS = "bus"


def receiver_kind(target: str) -> ReceiverKind:
    """The kind of receiver that a subscription names."""
    if not is_arn(target):
        return ReceiverKind.WEBHOOK
    is_bus = destination_of(target).kind is DestinationKind.EVENT_BUS
    return ReceiverKind.BUS if is_bus else ReceiverKind.QUEUE
