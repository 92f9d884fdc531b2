"""The log of requests to receivers; its entries expire."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cleave.clock import from_ms, to_ms
from cleave.domain.delivery import Answer
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.table import Replace, Table

KEPT = timedelta(days=30)
_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to a receiver, as it was noted."""

    at: datetime
    status: int | None
    error: str | None
    latency_ms: int
    excerpt: str


def attempt_note(subscription_id: str, place: str, at: datetime, answer: Answer) -> Replace:
    """The entry of one attempt of the delivery whose sort key is ``place``."""
    return Replace(
        {
            **keys.attempt(subscription_id, place, to_ms(at)),
            "at": to_ms(at),
            "status": answer.status,
            "error": answer.error,
            "latency_ms": answer.latency_ms,
            "excerpt": answer.excerpt,
            "expires_at": int((at + KEPT).timestamp()),
        }
    )


def read_attempts(table: Table, subscription_id: str, place: str) -> list[Attempt]:
    """The latest hundred of a delivery, oldest first. DynamoDB deletes them within days after they have expired."""
    partition = keys.attempt_partition(subscription_id)
    items = table.page(partition, _MOST_SHOWN, after=f"{place}#", before=f"{place}#~", newest_first=True)
    return [_to_attempt(item) for item in reversed(items)]


def _to_attempt(item: Item) -> Attempt:
    status = item["status"]
    code = None if status is None else int(status)
    return Attempt(from_ms(int(item["at"])), code, item["error"], int(item["latency_ms"]), item["excerpt"])
