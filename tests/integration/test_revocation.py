"""A credential ends: so do the webhooks that nobody could change any more, and nothing more is sent to them."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from cleave.application.operate.reconcile import reconcile
from cleave.application.split.due_work import Worker
from cleave.application.subscribe import revocation
from cleave.application.subscribe.webhooks import subscribe
from cleave.domain.refusals import Refusal
from cleave.domain.roles import Role
from cleave.domain.subscription import channel_owner, seller_owner
from cleave.store import credential_keys
from cleave.store.credentials import (
    Credential,
    NoCredential,
    list_credentials,
    listed_credential_keys,
    revoke_credential,
    store_credential,
)
from cleave.store.recipients import read_recipients
from cleave.store.subscriptions import read_owned
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.requests import Update
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.telling import (
    SELLER,
    DelayQueue,
    Script,
    channels_wish,
    drainer,
    happen,
    seal,
    webhook,
)

OWNER, CHANNEL = seller_owner(SELLER), "market"


@dataclass(frozen=True)
class Credentials:
    """Stored, of SELLER's."""

    table: Table
    clock: FrozenClock

    def store(self, key: str, role: Role = Role.SELLER, *storefronts: str) -> None:
        credential = Credential(key, role, frozenset({SELLER}), frozenset(storefronts))
        store_credential(self.table, credential, f"secret of {key}", self.clock())


@pytest.fixture
def credentials(table: Table, clock: FrozenClock) -> Credentials:
    return Credentials(table, clock)


def test_a_channel_that_is_revoked_is_told_nothing_more(
    table: Table, clock: FrozenClock, credentials: Credentials
) -> None:
    queue, script = DelayQueue(clock), Script()
    credentials.store(CHANNEL, Role.CHANNEL)
    made = subscribe(table, seal, channels_wish(clock(), CHANNEL))
    happen(table, queue, "A", range(1, 2))
    ended = revocation.revoke(table, CHANNEL)
    assert [each.subscription_id for each in ended] == [made.subscription_id]
    clock.move(seconds=320)
    happen(table, queue, "A", range(2, 3))
    queue.run_until(drainer(table, script, queue), clock() + timedelta(days=1))
    reconcile(table, Worker(table, queue, TrackingNumbers()), clock())
    assert (script.tried, read_owned(table, channel_owner(CHANNEL)).subscriptions, read_recipients(table, SELLER)) == (
        [],
        [],
        [],
    )
    with pytest.raises(Refusal):
        subscribe(table, seal, channels_wish(clock(), CHANNEL))


def test_a_sellers_webhooks_stay_while_another_credential_can_change_them(
    table: Table, clock: FrozenClock, credentials: Credentials
) -> None:
    for key in ("first", "second"):
        credentials.store(key)
    credentials.store("german", Role.SELLER, "DE")
    made = webhook(table, clock())
    assert revocation.revoke(table, "first") == []
    assert [each.subscription_id for each in revocation.revoke(table, "second")] == [made.subscription_id]
    assert revocation.revoke(table, "german") == []
    credentials.store("again")
    webhook(table, clock())
    with pytest.raises(NoCredential):
        revocation.revoke(table, "first")


def test_of_two_last_credentials_that_are_revoked_at_once_the_second_ends_the_webhooks(
    table: Table, clock: FrozenClock, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("first", "second"):
        credentials.store(key)
    made = webhook(table, clock())

    def and_then_the_other_ends(of: Table) -> object:
        found = list_credentials(of)
        if len(found[0]) > 1:
            revoke_credential(of, "second")
        return found

    monkeypatch.setattr(revocation, "list_credentials", and_then_the_other_ends)
    assert [each.subscription_id for each in revocation.revoke(table, "first")] == [made.subscription_id]


def test_what_a_revocation_that_died_left_undone_the_scheduled_function_does(
    table: Table, clock: FrozenClock, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials.store(CHANNEL, Role.CHANNEL)
    subscribe(table, seal, channels_wish(clock(), CHANNEL))

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(revocation, "end_webhooks", dies)
        with pytest.raises(KeyboardInterrupt):
            revocation.revoke(table, CHANNEL)
    assert len(read_owned(table, channel_owner(CHANNEL)).subscriptions) == 1
    counts = reconcile(table, Worker(table, DelayQueue(clock), TrackingNumbers()), clock())
    assert (counts.done, read_owned(table, channel_owner(CHANNEL)).subscriptions) == (1, [])


@pytest.mark.parametrize("name", ["role", "sellers", "secrets", "format", "credential_key", "created_at"])
@pytest.mark.parametrize("role", [Role.CHANNEL, Role.SELLER])
def test_a_damaged_credential_is_revoked_by_its_key(
    table: Table, clock: FrozenClock, credentials: Credentials, role: Role, name: str
) -> None:
    """A seller's webhooks end with it where it says whose it was."""
    credentials.store(CHANNEL, role)
    owner = channel_owner(CHANNEL) if role is Role.CHANNEL else OWNER
    subscribe(table, seal, channels_wish(clock(), CHANNEL)) if role is Role.CHANNEL else webhook(table, clock())
    known, change = credential_keys.credential(CHANNEL), "SET #name = :no"
    table.update(Update(known, change, "attribute_exists(pk)", {"no": {}}, {"name": name}))
    revocation.revoke(table, CHANNEL)
    is_vague = role is Role.SELLER and name in {"role", "sellers"}
    assert (listed_credential_keys(table), table.get(credential_keys.credential(CHANNEL))) == ([], None)
    assert len(read_owned(table, owner).subscriptions) == is_vague
    with pytest.raises(NoCredential):
        revocation.revoke(table, CHANNEL)


def test_a_good_credential_is_revoked_beside_a_damaged_one(table: Table, credentials: Credentials) -> None:
    for key in ("first", "second"):
        credentials.store(key)
    lost = Update(credential_keys.credential("second"), "REMOVE credential_key", "attribute_exists(pk)")
    table.update(lost)
    assert revocation.revoke(table, "first") == []
    assert listed_credential_keys(table) == ["second"]
