"""The log of requests to receivers; its entries expire.

A message that was taken at its first attempt has no entry: its delivery has the result.
"""

from datetime import datetime, timedelta

from cleave.clock import from_ms, to_ms
from cleave.domain.delivery import Answer, Attempt
from cleave.store import keys, webhook_keys
from cleave.store.formats import CURRENT, Unreadable, optional_text, read_with, text
from cleave.table.attributes import Item
from cleave.table.requests import Put
from cleave.table.table import Table

KEPT = timedelta(days=30)
_MOST_SHOWN = 100


def attempt_note(subscription_id: str, place: str, message: int, at: datetime, answer: Answer) -> Put:
    """The entry of one attempt to send a message of the delivery whose sort key is ``place``."""
    return Put(
        {
            **webhook_keys.attempt(subscription_id, place, message, to_ms(at)),
            **CURRENT,
            "at": to_ms(at),
            "status": answer.status,
            "error": answer.error,
            "latency_ms": answer.latency_ms,
            "excerpt": answer.excerpt,
            keys.EXPIRES: int((at + KEPT).timestamp()),
        }
    )


def read_attempts(table: Table, subscription_id: str, place: str, message: int) -> list[Attempt]:
    """A message's latest hundred attempts, oldest first. DynamoDB deletes them within days after they have expired."""
    prefix = webhook_keys.attempt_prefix(place, message)
    partition = webhook_keys.attempt_partition(subscription_id)
    items = table.page(partition, _MOST_SHOWN, after=prefix, before=f"{prefix}~", newest_first=True)
    return [_listed(item) for item in reversed(items)]


def _listed(item: Item) -> Attempt:
    """The attempt; if it cannot be read, its key still has the time."""
    try:
        return to_attempt(item)
    except Unreadable:
        return Attempt(from_ms(webhook_keys.attempted_ms(item[keys.SORT])), None, "unreadable", 0, "")


def to_attempt(item: Item) -> Attempt:
    """An attempt from its item. Raises Unreadable."""
    return read_with(_to_attempt, item)


def _to_attempt(item: Item) -> Attempt:
    status, excerpt = item["status"], text(item["excerpt"])
    code = None if status is None else int(status)
    return Attempt(from_ms(int(item["at"])), code, optional_text(item["error"]), int(item["latency_ms"]), excerpt)
