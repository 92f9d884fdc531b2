"""A credential ends: so do the webhooks that nobody could change any more, and nothing more is sent to them."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

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
from cleave.store.subscriptions import FoundSubscriptions, read_owned
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


@pytest.fixture
def ending(table: Table, clock: FrozenClock, credentials: Credentials, monkeypatch: pytest.MonkeyPatch) -> str:
    """A webhook of a seller whose last credential was revoked by somebody who died before it was deleted."""
    credentials.store("first")
    made = webhook(table, clock())

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(revocation, "end_webhooks", dies)
        with pytest.raises(KeyboardInterrupt):
            revocation.revoke(table, "first")
    return made.subscription_id


def second(credentials: Credentials) -> None:
    credential = Credential("second", Role.SELLER, frozenset({SELLER}))
    revocation.admit(credentials.table, credential, "secret", credentials.clock())


def webhooks_of(table: Table) -> list[str]:
    return [each.subscription_id for each in read_owned(table, OWNER).subscriptions]


def test_what_is_made_with_a_new_credential_does_not_end_with_the_one_before(
    table: Table, clock: FrozenClock, credentials: Credentials, ending: str
) -> None:
    assert webhooks_of(table) == [ending]
    second(credentials)
    assert webhooks_of(table) == []
    made = webhook(table, clock())
    assert revocation.end_webhooks(table, OWNER) == []  # as the index of due work listed it a moment ago
    reconcile(table, Worker(table, DelayQueue(clock), TrackingNumbers()), clock())
    assert webhooks_of(table) == [made.subscription_id]


def test_a_credential_that_is_new_while_webhooks_are_listed_to_be_ended_keeps_its_own(
    table: Table, clock: FrozenClock, credentials: Credentials, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def listed(of: Table, owner: str) -> FoundSubscriptions:
        monkeypatch.undo()
        second(credentials)
        made.append(webhook(of, clock()).subscription_id)
        return read_owned(of, owner)

    monkeypatch.setattr(revocation, "read_owned", listed)
    assert revocation.end_webhooks(table, OWNER) == []
    assert webhooks_of(table) == made != [ending]


def test_a_credential_that_is_new_while_the_last_one_is_revoked_keeps_its_webhooks(
    table: Table, clock: FrozenClock, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials.store("first")
    made = webhook(table, clock())

    def and_then_there_is_another(of: Table) -> object:
        found = list_credentials(of)
        if len(found[0]) == 1:
            second(credentials)
        return found

    monkeypatch.setattr(revocation, "list_credentials", and_then_there_is_another)
    assert revocation.revoke(table, "first") == []
    assert webhooks_of(table) == [made.subscription_id]
    webhook(table, clock())


def test_who_dies_while_a_credential_is_made_leaves_none_without_its_webhooks(
    table: Table, clock: FrozenClock, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials.store("first")
    revocation.revoke(table, "first")
    writes = 0

    def dies_after_one(of: Table, *said: Any) -> object:  # noqa: ANN401 - of any write
        nonlocal writes
        writes += 1
        if writes > 1:
            raise KeyboardInterrupt
        return real(of, *said)

    real = Table._persist
    with monkeypatch.context() as broken:
        broken.setattr(Table, "_persist", dies_after_one)
        with suppress(KeyboardInterrupt):
            credentials.store("second")
    webhook(table, clock())


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
