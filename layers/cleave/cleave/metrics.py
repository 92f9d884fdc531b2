"""The catalogue of every metric that Cleave emits; docs/metrics.md is generated from it.

Metrics are written into the log in CloudWatch's embedded metric format, which costs no call. Each has the dimension
``service``, the stack's name, besides its own, which take few values: a refusal's code, never a seller or an order.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE = "Cleave"
_SERVICE = "POWERTOOLS_SERVICE_NAME"


class Metric(Enum):
    """A metric's name, unit, own dimensions, and what it says."""

    CANCELLATIONS_ACCEPTED = (
        "CancellationsAccepted",
        MetricUnit.Count,
        ("dialect",),
        "Cancellations that were accepted; repeats are not counted.",
    )
    REQUESTS_REFUSED = (
        "RequestsRefused",
        MetricUnit.Count,
        ("reason",),
        "Requests of any endpoint that were refused, by the key of the first refusal (errors.md).",
    )
    REQUESTS_FAILED = ("RequestsFailed", MetricUnit.Count, (), "Requests that were answered with a 500.")
    CREDENTIALS_REFUSED = ("CredentialsRefused", MetricUnit.Count, (), "Calls whose credentials were missing or wrong.")
    PACKAGES_SPLIT = ("PackagesSplit", MetricUnit.Count, (), "Splits, by cancellations or by sellers themselves.")
    CANCELLATIONS_APPLIED = (
        "CancellationsApplied",
        MetricUnit.Count,
        (),
        "Cancellations that a split applied to a package; one over several packages counts once for each.",
    )
    SPLIT_LATENCY = (
        "SplitLatency",
        MetricUnit.Milliseconds,
        (),
        "Time from the acceptance of a cancellation to its split, one value for each applied cancellation.",
    )
    EVENTS = ("Events", MetricUnit.Count, (), "Events taken from the stream and handed to their subscriptions.")
    DELIVERIES_QUEUED = ("DeliveriesQueued", MetricUnit.Count, (), "Deliveries that those events made.")
    ITEMS_FAILED = (
        "ItemsFailed",
        MetricUnit.Count,
        (),
        "Splits and fan-outs that failed in the stream function or the reconcile, once for each try.",
    )
    DELIVERY_ATTEMPTS = (
        "DeliveryAttempts",
        MetricUnit.Count,
        ("outcome",),
        "Requests to receivers: `delivered`, `failed` (tried again) or `exhausted` (given up).",
    )
    DELIVERY_LATENCY = (
        "DeliveryLatency",
        MetricUnit.Milliseconds,
        (),
        "Time from an event until a receiver took it, one value for each delivery.",
    )
    SUBSCRIPTION_TURNED_PASSIVE = (
        "SubscriptionTurnedPassive",
        MetricUnit.Count,
        ("reason",),
        "Webhooks that Cleave turned off, because the receiver was gone or failed for too long.",
    )
    OLDEST_PENDING_CANCELLATION = (
        "OldestPendingCancellation",
        MetricUnit.Seconds,
        (),
        "Age of the oldest accepted cancellation or planned split that is not applied; 0 if none. Every minute.",
    )
    OLDEST_PENDING_EVENT = (
        "OldestPendingEvent",
        MetricUnit.Seconds,
        (),
        "Age of the oldest event that is not handed to its subscriptions; 0 if none. Every minute.",
    )
    OLDEST_WAITING_DELIVERY = (
        "OldestWaitingDelivery",
        MetricUnit.Seconds,
        (),
        "The longest that a receiver with an open circuit has failed or a track was overdue; 0 if none. Every minute.",
    )
    FAILED_BATCHES = (
        "FailedBatches",
        MetricUnit.Count,
        (),
        "Batches of records that the stream's event source gave up and that are not redriven yet. Every minute.",
    )
    FAILING_RECEIVERS = ("FailingReceivers", MetricUnit.Count, (), "Receivers whose circuit is open. Every minute.")

    def __init__(self, key: str, unit: MetricUnit, dimensions: tuple[str, ...], meaning: str) -> None:
        self.key = key
        self.unit = unit
        self.dimensions = dimensions
        self.meaning = meaning


type _Documents = dict[frozenset[tuple[str, str]], EphemeralMetrics]
_gathered: ContextVar[_Documents | None] = ContextVar("gathered", default=None)


@contextmanager
def gathered() -> Iterator[_Documents]:
    """Write the metrics that the block emits at its end, even if it raises: one document for all that share their
    dimensions.

    For batches: a document for each record takes time, and CloudWatch bills logs by size. Nested in another, it does
    nothing.
    """
    outer = _gathered.get()
    if outer is not None:
        yield outer
        return
    documents: _Documents = {}
    token = _gathered.set(documents)
    try:
        yield documents
    finally:
        _gathered.reset(token)
        for document in documents.values():
            if document.metric_set:  # Powertools writes a document by itself when it holds 100 values of a metric
                document.flush_metrics()


def emit(values: Mapping[Metric, Sequence[float]], **dimensions: str) -> None:
    """Emit metrics that share their dimensions; an empty sequence emits nothing."""
    with gathered() as documents:
        shared = frozenset(dimensions.items())
        if shared not in documents:
            documents[shared] = _document(dimensions)
        for metric, each in values.items():
            for value in each:
                documents[shared].add_metric(metric.key, metric.unit, value)


def _document(dimensions: dict[str, str]) -> EphemeralMetrics:
    service = os.environ.get(_SERVICE, "cleave")
    return EphemeralMetrics(namespace=NAMESPACE, service=service, dimension_set=dimensions)


def count(metric: Metric, **dimensions: str) -> None:
    emit({metric: [1]}, **dimensions)
