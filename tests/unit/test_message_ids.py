"""No two messages have the same id, whatever their orders are called: a receiver takes each id once."""

from datetime import UTC, datetime
from itertools import product

from cleave.domain.delivery import Delivery, Lane
from cleave.domain.recipients import Selection

AT = datetime(2026, 10, 18, tzinfo=UTC)
ORDERS = ("1", "1-1", "1-1-1", "1%2D1", "1.1", "1-", "-1")
SELECTIONS = (Selection(packages=(0, 1)), Selection(cancelled_lines=True), Selection(domain_events=True))


def ids(order_number: str, event: int, selection: Selection) -> set[str]:
    lane = Lane("hook", 601, order_number)
    delivery = Delivery(lane, "seller:601", AT, event, selection, count=2, first=1, previous_at=None)
    return {delivery.message_id(place) for place in range(2)}


def test_messages_of_different_orders_or_events_never_share_an_id() -> None:
    facts = [ids(order, event, SELECTIONS[2]) for order, event in product(ORDERS, (1, 3, 5))]
    packages = [ids(order, event, SELECTIONS[0]) for order, event in product(ORDERS, (1, 3, 5))]
    assert len(set.union(*facts, *packages)) == sum(map(len, [*facts, *packages]))


def test_an_id_is_ascii_without_a_full_stop() -> None:
    (name,) = {each for each in ids("Sİ.1/ö-2", 1, SELECTIONS[1]) if each.endswith("-0")}
    assert name == "601-S%C4%B0%2E1%2F%C3%B6%2D2-1-0"
