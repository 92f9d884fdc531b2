"""What was written in a format is readable for as long as it may be stored, and what nobody knows is said to be so."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cleave.domain.delivery import DeliveryState
from cleave.domain.roles import Role
from cleave.store import keys, webhook_keys
from cleave.store.attempts import read_attempts, to_attempt
from cleave.store.cancellations import read_cancellation
from cleave.store.circuits import read_circuit, to_circuit
from cleave.store.created_orders import CreatedBefore, Creation, create
from cleave.store.credentials import list_credentials, verify_credential
from cleave.store.deliveries import read_settled, read_waiting
from cleave.store.delivery_items import to_delivery
from cleave.store.due import due_entries
from cleave.store.events import EventSummary, read_events, read_summaries
from cleave.store.formats import CURRENT, FORMAT, Unreadable
from cleave.store.orders import order_package_ids, read_order
from cleave.store.owners import count_one_more
from cleave.store.packages import read_state
from cleave.store.recipients import read_recipients
from cleave.store.subscriptions import read_subscription
from cleave.store.track_leases import take
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.store.tracks import read_owner
from cleave.table.attributes import Item
from cleave.table.failures import ConditionsFailed
from cleave.table.requests import Update
from cleave.table.table import Table

from tests.support.stored import AT, BORN, CLOSED, HOOK, OPEN, ORDER, PLANNED, SELLER, dump, one_of_each, path_of
from tests.support.telling import readable

FORMATS = range(1, CURRENT[FORMAT] + 1)


def frozen(number: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(path_of(number).read_text())
    return items


@pytest.fixture(params=FORMATS)
def old(request: pytest.FixtureRequest, table: Table) -> Table:
    """A table with what a format's code has written."""
    for item in frozen(request.param):
        table.client.put_item(TableName=table.name, Item={name: _with_bytes(typed) for name, typed in item.items()})
    return table


def _with_bytes(typed: dict[str, Any]) -> Any:  # noqa: ANN401 - as boto3 wants it
    ((kind, value),) = typed.items()
    match kind:
        case "B":
            return {"B": base64.b64decode(value)}
        case "M":
            return {"M": {name: _with_bytes(each) for name, each in value.items()}}
        case "L":
            return {"L": [_with_bytes(each) for each in value]}
        case _:
            return typed


def package(table: Table, package_id: int) -> object:
    state = read_state(table, SELLER, package_id)
    assert state is not None
    plan, available, of = state.planned, state.availability, state.package
    return {
        "status": of.status,
        "lines": [(line.line_id, line.quantity, line.status) for line in of.lines],
        "left": available.left,
        "waiting": [(each.cancellation_id, dict(each.units), each.correlation_id) for each in state.reservations],
        "planned": plan and (plan.groups, plan.package_ids, plan.asked, plan.keep_status),
        "chain": (available.chain_id, available.successor_ids, available.followed, state.end_events),
        "is_due": state.is_due,
        "version": state.version,
    }


def test_a_package_on_which_a_cancellation_waits_is_readable(old: Table) -> None:
    assert package(old, OPEN) == {
        "status": "Created",
        "lines": [(1001, 3, "Created"), (1002, 2, "Created")],
        "left": {1001: 1, 1002: 2},
        "waiting": [("trendyol#20811#key#waits", {1001: 2}, "request")],
        "planned": None,
        "chain": (OPEN, (), False, None),
        "is_due": True,
        "version": 2,
    }


def test_a_package_that_is_to_be_split_is_readable(old: Table) -> None:
    assert package(old, PLANNED) == {
        "status": "Created",
        "lines": [(1011, 3, "Created"), (1012, 2, "Created")],
        "left": {1011: 3, 1012: 2},
        "waiting": [],
        "planned": (({1011: 1}, {1011: 2, 1012: 2}), (201, 202), 1, True),
        "chain": (PLANNED, (), False, None),
        "is_due": True,
        "version": 2,
    }


def test_a_package_that_was_replaced_is_readable(old: Table) -> None:
    assert package(old, CLOSED) == {
        "status": "Cancelled",
        "lines": [(1021, 1, "UnSupplied"), (1021, 2, "UnPacked"), (1022, 2, "UnPacked")],
        "left": {1021: 0, 1022: 0},
        "waiting": [],
        "planned": None,
        "chain": (CLOSED, (BORN,), True, (1, 1)),
        "is_due": True,
        "version": 3,
    }


def test_an_order_and_its_pointers_are_readable(old: Table) -> None:
    order = read_order(old, SELLER, ORDER)
    assert [(live.package_id, live.chain_id, len(live.lines)) for live in order.live] == [
        (OPEN, OPEN, 2),
        (PLANNED, PLANNED, 2),
        (BORN + 1, CLOSED, 2),
    ]
    assert (order.sequence, order.version, dict(order.promised)) == (4, 6, {PLANNED: 70})
    assert {name: end.number for name, end in order.told.items()} == {"hook-of-channel": 2, HOOK: 4}
    assert order_package_ids(old, SELLER, ORDER) == [OPEN, PLANNED, CLOSED, BORN, BORN + 1]


def test_an_event_is_readable_whole_and_in_short(old: Table) -> None:
    (event,) = read_events(old, SELLER, ORDER, 3, 3)
    assert event is not None
    assert [(each.package_id, each.status) for each in event.packages] == [(BORN, "Cancelled"), (BORN + 1, "Created")]
    told = event.told[HOOK]
    assert (told.owner, told.count, told.first, told.selection.packages) == ("seller:20811", 2, 3, (0, 1))
    summaries = [each for each in read_summaries(old, SELLER, ORDER) if isinstance(each, EventSummary)]
    assert [note.package_id for each in summaries for note in each.notes] == [CLOSED, BORN, BORN, BORN + 1]
    assert summaries[-1].told == event.told


def test_a_cancellation_is_readable(old: Table) -> None:
    found = read_cancellation(old, "trendyol#20811#key#waits")
    assert found is not None
    assert (found.seller_id, found.reason, found.keep_status, found.accepted_at) == (
        SELLER,
        "damaged_product",
        True,
        AT,
    )
    assert (found.units, found.correlation_id) == ({OPEN: {1001: 2}}, "request")


def test_who_is_told_and_where_is_readable(old: Table) -> None:
    known = {each.subscription_id: each for each in read_recipients(old, SELLER)}
    assert {name: (each.owner, each.is_wanted, each.tracks) for name, each in known.items()} == {
        "hook-of-channel": ("channel:hg", True, 2),
        HOOK: ("seller:20811", True, 2),
    }
    found = read_subscription(old, "seller:20811", HOOK)
    assert found is not None
    assert (found.url, found.sealed_secret, found.status) == ("https://example.com/hook", b"sealed", "PASSIVE")
    assert [(key.sealed, key.expires_at is None) for key in found.signing_keys] == [(b"new", True), (b"old", False)]
    assert [(turn.status, turn.reason) for turn in found.turns] == [("PASSIVE", "failing")]


def test_an_owner_who_has_ended_makes_no_webhooks(old: Table) -> None:
    with pytest.raises(ConditionsFailed):
        old.update(count_one_more("channel:ended"))
    assert old.update(count_one_more("seller:20811"))["count"] == 2


def test_deliveries_and_attempts_are_readable(old: Table) -> None:
    (waiting,) = readable(each for track in range(2) for each in read_waiting(old, HOOK, track, "", 9))
    assert (waiting.asked, waiting.again, waiting.owed, waiting.progress) == ("wish", frozenset({0}), [0], 2)
    (settled,) = readable(read_settled(old, HOOK, "", "~", 9))
    assert [settled.state(place) for place in range(2)] == [DeliveryState.DELIVERED] * 2
    assert (settled.event, settled.first, settled.previous_at) == (1, 1, None)
    place = webhook_keys.event_place(int(settled.event_at.timestamp() * 1000), SELLER, ORDER)
    (attempt,) = read_attempts(old, HOOK, place, 0)
    assert (attempt.status, attempt.excerpt, attempt.latency_ms) == (503, "no", 12)


def test_a_circuit_and_a_track_are_readable(old: Table) -> None:
    circuit = read_circuit(old, HOOK)
    assert circuit is not None
    assert (circuit.failures, circuit.is_open, circuit.asked, circuit.version) == (
        5,
        True,
        "0/01793523600000#20811#ORDER",
        1,
    )
    held = take(old, HOOK, 1, "holder", AT)
    assert held is not None
    assert (int(held.rings), held.due) == (1, AT)
    assert read_owner(old, HOOK) == "seller:20811"
    assert take(old, HOOK, 1, "another", AT) is None


def test_a_credential_still_lets_its_owner_in(old: Table) -> None:
    known = verify_credential(old, "the-key", "secret", AT)
    assert known is not None
    assert (known.role, known.sellers, known.storefronts) == (Role.SELLER, frozenset({SELLER}), frozenset({"DE"}))
    assert [each.credential.key for each in list_credentials(old)[0]] == ["the-key"]


def test_an_order_that_a_channel_created_is_known(old: Table) -> None:
    with pytest.raises(CreatedBefore) as found:
        create(old, Creation("hg", "CREATED", "other", AT), [])
    assert (found.value.fingerprint, found.value.attempt) == ("print", 1)


def test_numbers_that_were_leased_are_not_leased_again(old: Table) -> None:
    assert TrackingNumbers(cell=3).take(old, 1) == [8_030_000_000_001_000]


def test_what_is_due_is_listed(old: Table) -> None:
    found = [entry for shard in range(keys.DUE_SHARDS) for entry in due_entries(old, shard, AT.replace(year=2027))]
    kinds = sorted(str(entry.kind) for entry in found)
    assert kinds == ["circuit", "event", "owner", *["package"] * 4, "track", "track"]


def kind(item: dict[str, Any]) -> tuple[str, str]:
    """Letters and nothing else of an item's key."""
    partition, sort = item["pk"]["S"].partition("#")[0], item["sk"]["S"].partition("#")[0]
    return partition, "" if sort.isdigit() else sort


def shape(item: dict[str, Any]) -> dict[str, str]:
    return {name: kind for name, typed in item.items() for kind in typed}


def test_an_item_has_the_attributes_of_its_format(table: Table) -> None:
    """Others need the next number, readers of both, and ``python -m tests.support.stored`` for a new file."""
    one_of_each(table)
    now = {(item["pk"]["S"], item["sk"]["S"]): shape(item) for item in dump(table)}
    assert now == {(item["pk"]["S"], item["sk"]["S"]): shape(item) for item in frozen(CURRENT[FORMAT])}


def test_every_kind_of_item_is_frozen() -> None:
    assert {kind(item) for item in frozen(1)} == {
        ("ATTEMPT", ""), ("CANCELLATION", "CANCELLATION"), ("CIRCUIT", "CIRCUIT"), ("CREDENTIAL", "CREDENTIAL"),
        ("CREDENTIALS", "CREDENTIAL"), ("DELIVERY", ""), ("ORDER", "CREATED"), ("ORDER", "EVENT"), ("ORDER", "PACKAGE"),
        ("ORDER", "SELLER"), ("PACKAGE", "PACKAGE"), ("RANGE", "RANGE"), ("SELLER", "RECIPIENTS"),
        ("SUBSCRIBER", "OWNER"), ("SUBSCRIBER", "SUBSCRIPTION"), ("TRACK", ""), ("WAITING", ""),
    }  # fmt: skip


def waiting_on(table: Table, track: int) -> list[Item]:
    return table.page(webhook_keys.waiting_partition(HOOK, track), 9)


READERS: dict[str, Callable[[Table], object]] = {
    "PACKAGE#20811#100": lambda table: read_state(table, SELLER, OPEN),
    "ORDER#ORDER/SELLER#20811": lambda table: read_order(table, SELLER, ORDER),
    "ORDER#ORDER/EVENT#20811#00000001": lambda table: read_events(table, SELLER, ORDER, 1, 1),
    "CANCELLATION#trendyol#20811#key#waits": lambda table: read_cancellation(table, "trendyol#20811#key#waits"),
    "SELLER#20811": lambda table: read_recipients(table, SELLER),
    "SUBSCRIBER#seller:20811/SUBSCRIPTION": lambda table: read_subscription(table, "seller:20811", HOOK),
    "WAITING#": lambda table: [
        to_delivery(item) for track in range(2) for item in table.page(webhook_keys.waiting_partition(HOOK, track), 9)
    ],
    "DELIVERY#": lambda table: [to_delivery(item) for item in table.page(webhook_keys.settled_partition(HOOK), 9)],
    "ATTEMPT#": lambda table: [to_attempt(item) for item in table.page(webhook_keys.attempt_partition(HOOK), 9)],
    "CIRCUIT#": lambda table: to_circuit(table.page(webhook_keys.circuit(HOOK)["pk"], 1)[0]),
}


@pytest.mark.parametrize("later", [CURRENT[FORMAT] + 1, 0])
@pytest.mark.parametrize("place", READERS)
def test_an_item_of_a_format_that_nobody_knows_is_unreadable(table: Table, place: str, later: int) -> None:
    one_of_each(table)
    READERS[place](table)
    for item in dump(table):
        if f"{item['pk']['S']}/{item['sk']['S']}".startswith(place):
            key = {"pk": item["pk"]["S"], "sk": item["sk"]["S"]}
            names, values = {"format": FORMAT}, {"later": later}
            table.update(Update(key, "SET #format = :later", "attribute_exists(pk)", values, names))
    with pytest.raises(Unreadable):
        READERS[place](table)
