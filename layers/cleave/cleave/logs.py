"""Every line that Cleave logs, in one catalogue; docs/logs.md is made of it.

A line is a code and fields. No body, address, name or secret is a field of any.
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
        ("route", "status", "credential"),
        "Every request that reached a function.",
    )
    REQUEST_REFUSED = ("request.refused", logging.INFO, ("refusals",), "Why it was refused: the keys of errors.md.")
    REQUEST_FAILED = ("request.failed", logging.ERROR, (), "It was answered with a 500; with the traceback.")
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
        "It was accepted before; nothing was written.",
    )
    PACKAGE_SPLIT = (
        "package.split",
        logging.INFO,
        ("package_id", "successor_ids", "done"),
        "The stream brought a package that something waits on. Not `done`: it had been split before.",
    )
    EVENT_FANNED_OUT = (
        "event.fanned_out",
        logging.INFO,
        ("order_number", "deliveries"),
        "The stream brought an event; so many deliveries are new.",
    )
    ITEM_FAILED = (
        "item.failed",
        logging.ERROR,
        ("order_number",),
        "What the stream or the reconcile brought could not be worked off, with the traceback; it comes again.",
    )
    ITEM_NOT_PENDING = ("item.not_pending", logging.WARNING, ("kind",), "The stream brought what nothing waits on.")
    RECONCILE_DONE = (
        "reconcile.done",
        logging.INFO,
        ("counts",),
        "Every minute: how many items that the stream had left behind were done, and how many failed.",
    )
    RECONCILE_FAILED = ("reconcile.failed", logging.WARNING, ("sort_key",), "One of those that failed.")
    WAKE_DONE = (
        "wake.done",
        logging.INFO,
        ("subscription", "track", "outcome"),
        "A message of the delivery queue was handled.",
    )
    DELIVERY_ATTEMPTED = (
        "delivery.attempted",
        logging.INFO,
        ("correlation_id", "subscription", "webhook_id", "number", "answer"),
        "One request to a receiver: the headers that it saw, and its status code or how it failed.",
    )
    RECEIVER_FAILING = (
        "receiver.failing",
        logging.WARNING,
        ("subscription", "failures"),
        "The circuit is open: only single probes are sent.",
    )
    RECEIVER_RECOVERED = ("receiver.recovered", logging.INFO, ("subscription",), "What waited is sent now.")
    SUBSCRIPTION_PASSIVE = (
        "subscription.passive",
        logging.WARNING,
        ("subscription", "reason"),
        "We turned a webhook off; its events wait until its owner turns it on.",
    )
    DELIVERIES_SWEPT = (
        "deliveries.swept",
        logging.INFO,
        ("woken",),
        "Every five minutes: how many probes and parked tracks were due.",
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
