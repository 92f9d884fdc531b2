"""One item of each kind that the table holds, made by the code of now, to be kept for the code of later.

``python -m tests.support.stored`` freezes them as ``tests/integration/stored/format-N.json``, once for each format.
What is frozen is never made anew after its format was released.
"""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from cleave.domain.cancellation import Cancellation, CancellationKey, Claim, Scope
from cleave.domain.change import Audience, creating, importing, planning, splitting
from cleave.domain.circuit import Circuit
from cleave.domain.delivery import Answer, Delivery, DeliveryState, Outcome
from cleave.domain.dialect import Dialect
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.package_state import Export
from cleave.domain.planned_split import PlannedSplit
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.roles import Role
from cleave.domain.split import Name, cancel_units
from cleave.domain.subscription import (
    Authentication,
    PassiveReason,
    PayloadFormat,
    SigningKey,
    Subscription,
    SubscriptionStatus,
    Turn,
)
from cleave.store.attempts import attempt_note
from cleave.store.cancellations import record
from cleave.store.changes import write_change
from cleave.store.circuits import write_circuit
from cleave.store.created_orders import Creation, create
from cleave.store.credentials import Credential, store_credential
from cleave.store.deliveries import ask_again, deliveries_of, place_of, queue_delivery, settle_delivery
from cleave.store.events import group_by_size, read_events
from cleave.store.formats import CURRENT, FORMAT
from cleave.store.orders import read_order
from cleave.store.owners import end_owner
from cleave.store.packages import read_state
from cleave.store.recipients import read_recipients
from cleave.store.subscriptions import create_subscription
from cleave.store.track_leases import take
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.store.tracks import TrackRef, ring
from cleave.table.table import Table
from moto import mock_aws

from tests.support.aws import create_table
from tests.support.template import ROOT
from tests.unit.builders import line, package

FOLDER = ROOT / "tests/integration/stored"
AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
SELLER, ORDER, HOOK = 20811, "ORDER", "hook-of-seller"
OPEN, PLANNED, CLOSED, BORN = 100, 101, 102, 103
TRACKS = 2


def one_of_each(table: Table) -> None:
    """All kinds, each in the state in which it has the most attributes."""
    store_credential(table, Credential("the-key", Role.SELLER, frozenset({SELLER}), frozenset({"DE"})), "secret", AT)
    table.update(end_owner("channel:ended", AT))
    _subscribe(table)
    for package_id in (OPEN, PLANNED, CLOSED):
        order = read_order(table, SELLER, ORDER)
        write_change(table, importing(_package(package_id), Export("print", None), order, AT))
    _split(table)
    _reserve(table)
    _plan(table)
    _create(table)
    _deliver(table)
    TrackingNumbers(cell=3).take(table, 1)


def _package(package_id: int) -> Package:
    return package(line(package_id * 10 + 1, 3), line(package_id * 10 + 2, 2), package_id=package_id)


def subscription() -> Subscription:
    """A seller's, which failed for too long."""
    return Subscription(
        subscription_id=HOOK,
        owner=f"seller:{SELLER}",
        sellers=frozenset({SELLER}),
        dialect=Dialect.TRENDYOL,
        url="https://example.com/hook",
        authentication=Authentication.BASIC,
        username="me",
        sealed_secret=b"sealed",
        signing_keys=(SigningKey(b"new", None), SigningKey(b"old", AT + timedelta(days=1))),
        statuses=frozenset({"Cancelled", "Created"}),
        status=SubscriptionStatus.PASSIVE,
        created_at=AT,
        modified_at=AT + timedelta(hours=1),
        tracks=TRACKS,
        payload=PayloadFormat.TRENDYOL,
        passive_reason=PassiveReason.FAILING,
        turns=(Turn(AT + timedelta(hours=1), SubscriptionStatus.PASSIVE, PassiveReason.FAILING),),
    )


def _subscribe(table: Table) -> None:
    common = subscription()
    create_subscription(table, common)
    channel = replace(common, subscription_id="hook-of-channel", owner="channel:hg", dialect=Dialect.HEPSIGLOBAL)
    channel = replace(channel, payload=PayloadFormat.HEPSIGLOBAL)
    create_subscription(table, channel)


def _split(table: Table) -> None:
    """Twice, so that the first one's successor was replaced too."""
    for package_id, new_id, hours in ((CLOSED, BORN, 1), (BORN, BORN + 1, 2)):
        state = read_state(table, SELLER, package_id)
        assert state is not None
        cancellation = cancellation_of(f"split-{package_id}", package_id, {CLOSED * 10 + 1: 1})
        record(table, [cancellation])
        state = read_state(table, SELLER, package_id)
        assert state is not None
        at = AT + timedelta(hours=hours)
        split = cancel_units(state.package, state.reservations, at=at, name=Name(new_id, 8_000_000_000_000_000))
        audience = Audience(read_recipients(table, SELLER), at, group_by_size, state.correlation_id)
        write_change(table, splitting(state, split, read_order(table, SELLER, ORDER), audience))


def cancellation_of(key: str, package_id: int, units: dict[int, int]) -> Cancellation:
    """One of SELLER's in the German storefront."""
    return Cancellation(
        key=CancellationKey(Scope(Dialect.TRENDYOL, str(SELLER)), f"key#{key}"),
        fingerprint="print",
        seller_id=SELLER,
        storefront="DE",
        order_number=ORDER,
        claims=(Claim(package_id, units, {}),),
        reason=Reason.DAMAGED_PRODUCT,
        cancelled_by=CancelledBy.SELLER,
        keep_status=True,
        at=AT,
        correlation_id="request",
    )


def _reserve(table: Table) -> None:
    record(table, [cancellation_of("waits", OPEN, {OPEN * 10 + 1: 2})])


def _plan(table: Table) -> None:
    state = read_state(table, SELLER, PLANNED)
    assert state is not None
    groups = ({PLANNED * 10 + 1: 1}, {PLANNED * 10 + 1: 2, PLANNED * 10 + 2: 2})
    plan = PlannedSplit("print", groups, (201, 202), 1, keep_status=True, correlation_id="request")
    write_change(table, planning(state, plan, read_order(table, SELLER, ORDER), 70, AT))


def _create(table: Table) -> None:
    made = replace(_package(300), order_number="CREATED")
    change = creating(
        made, Order("CREATED", SELLER), Audience(read_recipients(table, SELLER), AT, group_by_size, "request")
    )
    create(table, Creation("hg", "CREATED", "print", AT, 1), [change])


def _deliver(table: Table) -> None:
    """The channel's waits; the seller's was taken, after a failure, and one message of it is wanted again."""
    (event,) = read_events(table, SELLER, ORDER, 1, 1)
    found = {delivery.lane.subscription_id: (track, delivery) for track, delivery in deliveries_of(event)}
    queue_delivery(table, *found["hook-of-channel"])
    track, waiting = found[HOOK]
    settled = _settled(waiting)
    table.put(settle_delivery(settled))
    table.write([ask_again(track, None, settled, [0], "wish")])
    table.put(attempt_note(HOOK, place_of(waiting), 0, AT, Answer(503, None, 5, 12, "no")))
    write_circuit(
        table,
        f"seller:{SELLER}",
        HOOK,
        Circuit(5, AT, AT + timedelta(minutes=1), 1, 1, asked="0/01793523600000#20811#ORDER"),
    )
    for number in range(TRACKS):
        ring(table, TrackRef(HOOK, number), AT)
        take(table, HOOK, number, "holder", AT)


def _settled(waiting: Delivery) -> Delivery:
    settled = waiting
    for place in range(waiting.count):
        settled = settled.after(place, Outcome(DeliveryState.DELIVERED, 1, AT, "200", 7))
    return settled


def dump(table: Table) -> list[dict[str, Any]]:
    """All items in DynamoDB's typed form, as JSON, by their keys."""
    items = table.client.scan(TableName=table.name)["Items"]
    plain: list[dict[str, Any]] = json.loads(json.dumps(items, default=_text))
    return sorted(plain, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value).__name__)


def path_of(number: int) -> Path:
    """The file of a format."""
    return FOLDER / f"format-{number}.json"


@mock_aws
def freeze() -> None:
    """Write the file of the format of now."""
    client = boto3.client("dynamodb", "eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    create_table(client, "stored")
    table = Table(client, "stored")
    one_of_each(table)
    FOLDER.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(item, sort_keys=True) for item in dump(table))
    path_of(CURRENT[FORMAT]).write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    freeze()
