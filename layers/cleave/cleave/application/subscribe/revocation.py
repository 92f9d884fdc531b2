"""Credentials begin and end, and with the last one of an owner its webhooks."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from cleave.domain.roles import Role
from cleave.domain.subscription import channel_owner, seller_owner
from cleave.logs import Log, note
from cleave.store.credentials import (
    Credential,
    NoCredential,
    OwnerEnding,
    Power,
    list_credentials,
    read_power,
    require_credential,
    revoke_credential,
    store_credential,
)
from cleave.store.owners import clear_owner, end_owner, read_owner_state
from cleave.store.removing import delete_subscription
from cleave.store.subscriptions import NoSubscription, read_owned
from cleave.table.failures import ConditionsFailed, OutOfDate
from cleave.table.retry import until_current
from cleave.table.table import Table


@dataclass(frozen=True, slots=True)
class EndedWebhook:
    """A webhook that nobody could change any more, so it was deleted."""

    owner: str
    subscription_id: str


def admit(table: Table, credential: Credential, secret: str, at: datetime) -> None:
    """Store a new credential, once the webhooks are ended that an earlier one of its seller left.

    Raises as ``store_credential`` does, or Contended.
    """

    def attempt() -> None:
        try:
            store_credential(table, credential, secret, at)
        except OwnerEnding as ending:
            for seller in credential.sellers:
                end_webhooks(table, seller_owner(seller), credential.sellers)
            raise OutOfDate(credential.key) from ending

    until_current(attempt)


def revoke(table: Table, key: str) -> list[EndedWebhook]:
    """End a credential with its secrets and tokens, and the webhooks that nobody could change any more.

    One transaction ends the credential and its owner's right to make webhooks, and lists the rest as due. If the
    process dies, the scheduled function does the rest. A credential that cannot be read ends too; a seller's webhooks
    stay if it does not name their seller. Returns the webhooks that ended. Raises NoCredential.
    """
    power = read_power(table, key)
    owners = until_current(lambda: _revoke(table, key))
    sellers = power.sellers if power else frozenset[int]()
    return [ended for owner in owners for ended in end_webhooks(table, owner, sellers)]


def _revoke(table: Table, key: str) -> list[str]:
    """The owners that end with the credential. Raises NoCredential, or OutOfDate if another credential of such an owner
    ended meanwhile."""
    power = read_power(table, key)
    if power is None:
        raise NoCredential(key)
    known = {owner: read_owner_state(table, owner) for owner in _owners(key, power)}  # before the others are listed
    speakers = _speakers(table, key, power)
    ending = [end_owner(owner, known=known[owner]) for owner, others in speakers.items() if not others]
    staying = [require_credential(others[0]) for others in speakers.values() if others]
    try:
        revoke_credential(table, key, [*ending, *staying])
    except ConditionsFailed as failed:
        raise OutOfDate(key) from failed
    return [owner for owner, others in speakers.items() if not others]


def end_webhooks(table: Table, owner: str, sellers: frozenset[int] = frozenset()) -> list[EndedWebhook]:
    """Delete all webhooks of an owner that has ended, also those that cannot be read. A repeat has no effect, and
    webhooks that a new credential has made since stay.

    ``sellers`` are those of a channel's webhooks that cannot be read.
    """
    known = read_owner_state(table, owner)
    found = read_owned(table, owner)
    if not known.is_ending or read_owner_state(table, owner) != known:
        return []
    names = [*(each.subscription_id for each in found.subscriptions), *found.damaged_ids]
    for name in names:
        with suppress(NoSubscription):
            until_current(partial(delete_subscription, table, owner, name, sellers))
        note(Log.WEBHOOK_ENDED, subscription=name, owner=owner)
    clear_owner(table, owner, known)
    return [EndedWebhook(owner, name) for name in names]


def _owners(key: str, power: Power) -> list[str]:
    """For whom a credential may speak. An operator owns nothing."""
    if power.role in {Role.CHANNEL, None}:
        return [channel_owner(key)]
    return [seller_owner(seller) for seller in sorted(power.sellers)] if power.role is Role.SELLER else []


def _speakers(table: Table, key: str, power: Power) -> dict[str, list[str]]:
    """The owners for whom a credential speaks, each with the keys of those that do so too.

    A credential that is limited to some storefronts speaks for no owner: it cannot change a webhook. One that is
    damaged may speak for any: webhooks that ended would not come back when it is mended.
    """
    owners = _owners(key, power)
    if power.role is not Role.SELLER:
        return {owner: [] for owner in owners}  # a channel, which only one of this key can be
    listed, damaged = list_credentials(table)
    others = [each.credential for each in listed if each.credential.key != key]
    speaking = [each for each in others if each.role is Role.SELLER and not each.storefronts]
    unsure = [each for each in damaged if each != key]
    return {
        seller_owner(seller): [*(each.key for each in speaking if seller in each.sellers), *unsure]
        for seller in sorted(power.sellers)
    }
