"""How long deliveries have been waiting for receivers that fail."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from cleave.clock import from_ms
from cleave.domain.delivery import TRACKS
from cleave.metrics import Metric, emit
from cleave.store import keys
from cleave.store.deliveries import waiting_page
from cleave.store.table import Table
from cleave.store.tracks import Listed, listed

# Eight small queries each; those that have failed longest come first.
_LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class DeliveriesGauge:
    """``oldest`` is the age in seconds of the oldest delivery that waits, 0 if none does; ``failing`` counts receivers
    whose circuit is open."""

    oldest: float
    failing: int


def gauge_deliveries(table: Table, at: datetime) -> None:
    """Emit it."""
    read = read_deliveries_gauge(table, at)
    emit({Metric.OLDEST_WAITING_DELIVERY: [read.oldest], Metric.FAILING_RECEIVERS: [read.failing]})


def read_deliveries_gauge(table: Table, at: datetime) -> DeliveriesGauge:
    """A delivery can wait long only for a receiver that fails, or on a track that is parked until its next try: both
    are on the sweep's list. What waits for a webhook that is off waits for nobody, and is not on it.
    """
    found = [each for shard in range(keys.DUE_SHARDS) for each in listed(table, shard)]
    oldest_first = sorted(found, key=lambda each: each.failing_since or at)
    subscriptions = dict.fromkeys(each.subscription_id for each in oldest_first)
    since = [_oldest(table, each) for each in islice(subscriptions, _LOOKED_AT)]
    age = max(((at - each).total_seconds() for each in since if each is not None), default=0.0)
    return DeliveriesGauge(max(age, 0.0), _open(found))


def _open(found: list[Listed]) -> int:
    return sum(each.failing_since is not None and each.due_ms is not None for each in found)


def _oldest(table: Table, subscription_id: str) -> datetime | None:
    heads = [waiting for track in range(TRACKS) for waiting in waiting_page(table, subscription_id, track, "", 1)]
    return min((from_ms(waiting.slot.queued_ms) for waiting in heads), default=None)
