"""Owners of webhooks: how many each has, and whether its right to have any has ended."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Owner:
    """``is_ending``: its webhooks are due to be ended. ``opened`` names the last credential that spoke for it, None for
    one of which nothing was noted."""

    is_ending: bool
    opened: object


def read_owner_state(table: Table, owner: str) -> Owner:
    """Strongly consistent."""
    item = table.get(webhook_keys.owner(owner)) or {}
    return Owner(keys.DUE in item, item.get("opened"))


def end_owner(owner: str, at: datetime | None = None, *, known: Owner | None = None) -> Update:
    """The write after which the owner makes no more webhooks, and those that it has are due to be ended.

    It fails if the owner got another credential since it was ``known``.
    """
    key = webhook_keys.owner(owner)
    return Update(
        key=key,
        change="SET ended = :yes, #format = :format, #due = :due, #shard = :shard",
        condition=ALWAYS if known is None else _opened_as(known),
        names={"format": FORMAT, "due": keys.DUE, "shard": keys.SHARD},
        values={
            **({} if known is None else _opened_value(known)),
            "yes": True,
            "format": CURRENT[FORMAT],
            "due": 0 if at is None else to_ms(at),
            "shard": keys.shard(key),
        },
        label=("owner", owner),
    )


def reopen_owner(owner: str, credential: str) -> Update:
    """The write that lets an owner with a new credential make webhooks again.

    It fails while those that it had are yet to be ended: else new ones would be ended with them.
    """
    return Update(
        key=webhook_keys.owner(owner),
        change="SET #format = :format, opened = :credential REMOVE ended",
        condition="attribute_not_exists(#due)",
        names={"format": FORMAT, "due": keys.DUE},
        values={"format": CURRENT[FORMAT], "credential": credential},
        label=("owner", owner),
    )


def clear_owner(table: Table, owner: str, known: Owner) -> None:
    """All its webhooks are ended. Nothing changes if it got another credential since it was ``known``."""
    change = Update(
        key=webhook_keys.owner(owner),
        change="REMOVE #due, #shard",
        condition=f"attribute_exists(#due) AND {_opened_as(known)}",
        names={"due": keys.DUE, "shard": keys.SHARD},
        values=_opened_value(known),
    )
    table.try_update(change)


def _opened_as(known: Owner) -> str:
    """A damaged item may hold a null."""
    return f"(opened = :opened{' OR attribute_not_exists(opened)' if known.opened is None else ''})"


def _opened_value(known: Owner) -> dict[str, object]:
    return {"opened": known.opened}
