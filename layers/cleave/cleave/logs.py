"""The catalogue of every line that Cleave logs; docs/logs.md is generated from it.

A line is a code and fields. No field is a body, an address, a name or a secret.
"""

import logging
from enum import Enum

from cleave.observability import logger

_CALLER = 3  # frames up: the line's ``location`` is where ``note`` was called


class Log(Enum):
    """A line's code, level, fields, and what it says."""

    REQUEST_ANSWERED = (
        "request.answered",
        logging.INFO,
        ("route", "status", "credential", "agent"),
        "Every request that reached a function; `agent` is the caller's `User-Agent`, at most 80 characters.",
    )
    REQUEST_REFUSED = (
        "request.refused",
        logging.INFO,
        ("refusals",),
        "A request was refused; the keys of errors.md say why.",
    )
    REQUEST_FAILED = ("request.failed", logging.ERROR, (), "A request was answered with a 500; with the traceback.")
    ITEM_UNREADABLE = (
        "item.unreadable",
        logging.WARNING,
        ("item",),
        "A request or a credential needs a stored item that cannot be read, so it was refused.",
    )
    CREDENTIAL_REFUSED = ("credential.refused", logging.INFO, ("route",), "The credentials were missing or wrong.")
    CANCELLATION_ACCEPTED = (
        "cancellation.accepted",
        logging.INFO,
        ("cancellation_id", "package_ids"),
        "The cancellation is recorded and its units are reserved on these packages.",
    )
    CANCELLATION_REPEATED = (
        "cancellation.repeated",
        logging.INFO,
        ("cancellation_id",),
        "The cancellation was accepted before; nothing was written.",
    )
    PACKAGE_SPLIT = (
        "package.split",
        logging.INFO,
        ("package_id", "successor_ids"),
        "One split applied all waiting cancellations of the package and made these successors.",
    )
    EVENT_FANNED_OUT = (
        "event.fanned_out",
        logging.INFO,
        ("order_number", "deliveries"),
        "Deliveries of the event to this many subscriptions were queued.",
    )
    ITEM_FAILED = (
        "item.failed",
        logging.ERROR,
        ("seller_id", "order_number", "why"),
        "A due split or fan-out failed, with the traceback; it is tried again.",
    )
    RECIPIENTS_DAMAGED = (
        "recipients.damaged",
        logging.WARNING,
        ("item", "subscriptions"),
        "A seller's list of recipients is damaged for these webhooks; it is made again from the webhooks.",
    )
    READ_FAILED = (
        "read.failed",
        logging.ERROR,
        (),
        "The packages of a batch could not be read together, with the traceback; each is read alone.",
    )
    BUS_REFUSED = (
        "bus.refused",
        logging.WARNING,
        ("why", "records"),
        "The stage's bus refused the events of this many records, for this reason; the stream repeats them.",
    )
    RECONCILE_DONE = (
        "reconcile.done",
        logging.INFO,
        ("counts",),
        "Every minute: overdue items that were done or failed, and tracks and probes that were woken.",
    )
    RECONCILE_FAILED = (
        "reconcile.failed",
        logging.WARNING,
        ("kind", "sort_key"),
        "The reconcile failed at an overdue item.",
    )
    WAKE_DONE = (
        "wake.done",
        logging.INFO,
        ("subscription", "track", "result"),
        "A message of the delivery queue was handled.",
    )
    WAKE_FAILED = (
        "wake.failed",
        logging.ERROR,
        ("subscription",),
        "A message of the delivery queue could not be handled, with the traceback; its work stays due.",
    )
    WAKE_NOT_SENT = (
        "wake.not.sent",
        logging.WARNING,
        ("subscription",),
        "The delivery queue did not take a message of a request; the reconcile does the work within a minute.",
    )
    SENDER_FAILED = (
        "sender.failed",
        logging.ERROR,
        ("subscription",),
        "Our own code failed at a request to a receiver, with the traceback; this counts as a failure of the receiver.",
    )
    EVENT_GONE = (
        "event.gone",
        logging.WARNING,
        ("subscription", "order_number"),
        "A delivery waited longer than its event is kept, and was given up.",
    )
    WEBHOOK_ENDED = (
        "webhook.ended",
        logging.WARNING,
        ("subscription", "owner"),
        "The webhook and its secrets were deleted, because the last credential of its owner was revoked.",
    )
    DELIVERY_ATTEMPTED = (
        "delivery.attempted",
        logging.INFO,
        ("correlation_id", "subscription", "webhook_id", "number", "answer"),
        "One request to a receiver: two of its headers, and the answer's status code or the kind of failure.",
    )
    DELIVERY_DAMAGED = (
        "delivery.damaged",
        logging.WARNING,
        ("subscription", "order_number", "item"),
        "A delivery or its event cannot be read; the order's later deliveries wait until it is repaired.",
    )
    TRACK_DAMAGED = (
        "track.damaged",
        logging.WARNING,
        ("item",),
        "A stored track was damaged; it was made again, and nothing is lost.",
    )
    NUMBERS_DAMAGED = (
        "numbers.damaged",
        logging.WARNING,
        ("item",),
        "The counter of tracking numbers was damaged; it was made again, behind all numbers that were given.",
    )
    RECEIVER_FAILING = (
        "receiver.failing",
        logging.WARNING,
        ("owner", "host", "subscription", "failures"),
        "The circuit is open: only single probes are sent.",
    )
    RECEIVER_RECOVERED = (
        "receiver.recovered",
        logging.INFO,
        ("owner", "host", "subscription"),
        "The circuit is closed; the waiting messages are sent.",
    )
    SUBSCRIPTION_PASSIVE = (
        "subscription.passive",
        logging.WARNING,
        ("owner", "host", "subscription", "reason"),
        "Cleave turned a webhook off; its messages wait until its owner turns it on.",
    )

    def __init__(self, code: str, level: int, fields: tuple[str, ...], meaning: str) -> None:
        self.code = code
        self.level = level
        self.fields = fields
        self.meaning = meaning


def note(line: Log, **fields: object) -> None:
    """Log a line; one of level ERROR, inside an ``except``, takes the traceback along."""
    match line.level:
        case logging.ERROR:
            logger.error(line.code, exc_info=True, stacklevel=_CALLER, extra=fields)
        case logging.WARNING:
            logger.warning(line.code, stacklevel=_CALLER, extra=fields)
        case _:
            logger.info(line.code, stacklevel=_CALLER, extra=fields)
