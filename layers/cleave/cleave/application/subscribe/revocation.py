"""A credential ends, and with it the webhooks of an owner that has no other credential."""

from collections.abc import Sequence
from functools import partial

from cleave.domain.roles import Role
from cleave.domain.subscription import Subscription, channel_owner, seller_owner
from cleave.logs import Log, note
from cleave.store.credentials import (
    Credential,
    NoCredential,
    list_credentials,
    read_credential,
    require_credential,
    revoke_credential,
)
from cleave.store.owners import clear_owner, end_owner
from cleave.store.subscriptions import NoSubscription, delete_subscription, read_owned, read_subscription
from cleave.table.failures import ConditionsFailed, OutOfDate
from cleave.table.retry import until_current
from cleave.table.table import Table


def revoke(table: Table, key: str) -> list[Subscription]:
    """End a credential with its secrets and tokens, and the webhooks that nobody could change any more.

    The credential and the owner's right to make webhooks end in one transaction, which lists the rest as due: should
    this die, the scheduled function goes on. Answers the webhooks that ended. Raises NoCredential.
    """
    owners = until_current(lambda: _revoke(table, key))
    return [ended for owner in owners for ended in end_webhooks(table, owner)]


def _revoke(table: Table, key: str) -> list[str]:
    """The owners that end with it. Raises NoCredential; OutOfDate where another that speaks for one ended meanwhile."""
    credential = read_credential(table, key)
    if credential is None:
        raise NoCredential(key)
    speakers = _speakers(table, credential)
    ending = [owner for owner, others in speakers.items() if not others]
    staying = [require_credential(others[0]) for others in speakers.values() if others]
    try:
        revoke_credential(table, key, [*map(end_owner, ending), *staying])
    except ConditionsFailed as failed:
        raise OutOfDate(key) from failed
    return ending


def end_webhooks(table: Table, owner: str) -> Sequence[Subscription]:
    """Delete all webhooks of an owner that has ended; again, without effect.

    Raises Unreadable where one of them is damaged, once the others are gone; the owner stays due until it is mended.
    """
    found = read_owned(table, owner)
    for subscription in found.subscriptions:
        until_current(partial(_delete, table, subscription))
        note(Log.WEBHOOK_ENDED, subscription=subscription.subscription_id, owner=owner)
    if found.damaged:
        raise found.damaged[0]
    clear_owner(table, owner)
    return found.subscriptions


def _delete(table: Table, subscription: Subscription) -> None:
    """As it is now: its receiver may fail, or succeed, at this moment. Raises OutOfDate."""
    now = read_subscription(table, subscription.owner, subscription.subscription_id)
    if now is None:
        return
    try:
        delete_subscription(table, now)
    except NoSubscription:
        return


def _speakers(table: Table, credential: Credential) -> dict[str, list[str]]:
    """The owners for whom a credential speaks, each with the keys of those that do so too. An operator owns nothing.

    A credential that is limited to some storefronts speaks for no owner: it cannot change a webhook. One that is
    damaged may speak for any: webhooks that ended would not come back when it is mended.
    """
    if credential.role is Role.CHANNEL:
        return {channel_owner(credential.key): []}
    if credential.role is not Role.SELLER:
        return {}
    listed, damaged = list_credentials(table)
    others = [each.credential for each in listed if each.credential.key != credential.key]
    speaking = [each for each in others if each.role is Role.SELLER and not each.storefronts]
    return {
        seller_owner(seller): [*(each.key for each in speaking if seller in each.sellers), *damaged]
        for seller in sorted(credential.sellers)
    }
