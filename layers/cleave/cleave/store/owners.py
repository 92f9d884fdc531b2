"""Owners of webhooks: how many each has, and whether its right to have any has ended."""

from datetime import datetime

from cleave.clock import to_ms
from cleave.domain.subscription import MAX_SUBSCRIPTIONS
from cleave.store import keys, webhook_keys
from cleave.store.formats import CURRENT, FORMAT
from cleave.table.requests import ALWAYS, Update
from cleave.table.table import Table

COUNT = "count"
_NAMES = {"count": COUNT, "format": FORMAT}


def count_one_more(owner: str) -> Update:
    """The write that counts a new webhook; it fails for an owner that has as many as it may, or has ended."""
    return Update(
        key=webhook_keys.owner(owner),
        change="SET #count = if_not_exists(#count, :zero) + :one, #format = :format",
        condition="(attribute_not_exists(#count) OR #count < :most) AND attribute_not_exists(ended)",
        names=_NAMES,
        values={"zero": 0, "one": 1, "most": MAX_SUBSCRIPTIONS, "format": CURRENT[FORMAT]},
        label=COUNT,
    )


def count_one_less(owner: str) -> Update:
    """The write that counts a webhook that is gone."""
    return Update(
        key=webhook_keys.owner(owner),
        change="SET #count = #count - :one",
        condition="#count > :zero",
        names={"count": COUNT},
        values={"zero": 0, "one": 1},
        label=COUNT,
    )


def forget_count(owner: str) -> Update:
    """The write that resets a damaged count."""
    return Update(
        key=webhook_keys.owner(owner),
        change="SET #format = :format REMOVE #count",
        condition=ALWAYS,
        names=_NAMES,
        values={"format": CURRENT[FORMAT]},
    )


def end_owner(owner: str, at: datetime | None = None) -> Update:
    """The write after which the owner makes no more webhooks, and those that it has are due to be ended."""
    key = webhook_keys.owner(owner)
    return Update(
        key=key,
        change="SET ended = :yes, #format = :format, #due = :due, #shard = :shard",
        condition=ALWAYS,
        names={"format": FORMAT, "due": keys.DUE, "shard": keys.SHARD},
        values={
            "yes": True,
            "format": CURRENT[FORMAT],
            "due": 0 if at is None else to_ms(at),
            "shard": keys.shard(key),
        },
        label=("owner", owner),
    )


def reopen_owner(owner: str) -> Update:
    """The write that lets an owner with a new credential make webhooks again."""
    return Update(
        key=webhook_keys.owner(owner),
        change="SET #format = :format REMOVE ended",
        condition=ALWAYS,
        names={"format": FORMAT},
        values={"format": CURRENT[FORMAT]},
        label=("owner", owner),
    )


def clear_owner(table: Table, owner: str) -> None:
    """All its webhooks are ended."""
    change = Update(
        key=webhook_keys.owner(owner),
        change="REMOVE #due, #shard",
        condition="attribute_exists(#due)",
        names={"due": keys.DUE, "shard": keys.SHARD},
    )
    table.try_update(change)
