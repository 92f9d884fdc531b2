"""The stage's own bus: every fact of the stream, without a subscription."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from cleave.application.subscribe.webhooks import subscribe
from cleave.domain.destination import destination_of
from cleave.domain.subscription import PassiveReason, SubscriptionStatus, Turn, seller_owner
from cleave.outbound.destinations import DestinationSender
from cleave.outbound.publishing import publish_batch
from cleave.store.subscriptions import change_subscription, read_subscription
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.stream import take_records
from tests.support.telling import SELLER, seal, store_event, webhook, wish

BUS = destination_of("arn:aws:events:eu-central-1:123456789012:event-bus/cleave")


@dataclass
class FakeBus:
    """EventBridge: takes what ``refused`` does not name."""

    refused: set[str] = field(default_factory=set)
    taken: list[str] = field(default_factory=list)

    def __call__(self, service: str, region: str) -> "FakeBus":
        assert (service, region) == ("events", "eu-central-1")
        return self

    def put_events(self, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - botocore's name
        return {"Entries": [self._answer(each["DetailType"]) for each in Entries]}

    def _answer(self, name: str) -> dict[str, str]:
        if name in self.refused:
            return {"ErrorCode": "InternalFailure"}
        self.taken.append(name)
        return {"EventId": "e"}


def failures(bus: FakeBus, records: Sequence[dict[str, Any]]) -> list[str]:
    answer = publish_batch(DestinationSender(bus), BUS, {"Records": list(records)})
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def events_of(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As the event source's filter lets them through."""
    place = [each["dynamodb"]["NewImage"]["sk"]["S"].startswith("EVENT#") for each in records]
    return [each for each, is_event in zip(records, place, strict=True) if is_event and each["eventName"] == "INSERT"]


@pytest.fixture
def records(table: Table, clock: FrozenClock) -> list[dict[str, Any]]:
    """Of two events of an order."""
    take_records(table)
    for _ in range(2):
        store_event(table, "ORDER", clock())
    return events_of(take_records(table))


def test_every_event_of_an_order_goes_to_the_bus(records: list[dict[str, Any]]) -> None:
    bus = FakeBus()
    assert failures(bus, records) == []
    assert bus.taken == ["cleave.package.created.v1"] * 2


def test_what_the_bus_refuses_comes_again_with_its_record(records: list[dict[str, Any]]) -> None:
    bus = FakeBus(refused={"cleave.package.created.v1"})
    assert failures(bus, records) == [each["dynamodb"]["SequenceNumber"] for each in records]


def test_an_item_that_cannot_be_read_holds_back_no_other(records: list[dict[str, Any]]) -> None:
    bus = FakeBus()
    records[0]["dynamodb"]["NewImage"]["document"] = {"S": "damaged"}
    assert failures(bus, records) == [records[0]["dynamodb"]["SequenceNumber"]]
    assert bus.taken == ["cleave.package.created.v1"]


def test_an_item_that_was_deleted_says_nothing(records: list[dict[str, Any]]) -> None:
    """As the filter would let it through if it asked for less."""
    old = records[0]["dynamodb"].pop("NewImage")
    records[0] |= {"eventName": "REMOVE", "dynamodb": {**records[0]["dynamodb"], "OldImage": old}}
    bus = FakeBus()
    assert (failures(bus, records), bus.taken) == ([], ["cleave.package.created.v1"])


@pytest.mark.parametrize("reason", [reason for reason in PassiveReason if reason is not PassiveReason.HELD])
def test_a_subscription_that_is_turned_off_is_said(table: Table, clock: FrozenClock, reason: PassiveReason) -> None:
    hook = webhook(table, clock())
    found = read_subscription(table, seller_owner(SELLER), hook.subscription_id)
    assert found is not None
    turn = Turn(clock() + timedelta(hours=1), SubscriptionStatus.PASSIVE, reason)
    off = replace(found, status=SubscriptionStatus.PASSIVE, passive_reason=reason, turns=(turn,))
    change_subscription(table, off, tell_sellers=False)
    bus = FakeBus()
    assert failures(bus, take_records(table)) == []
    assert bus.taken == ["cleave.subscription.turned_off.v1"]  # and nothing of when it was on


def test_one_that_was_made_held_was_never_on(table: Table, clock: FrozenClock) -> None:
    subscribe(table, seal, wish(clock(), is_held=True))
    bus = FakeBus()
    assert (failures(bus, take_records(table)), bus.taken) == ([], [])
