"""Updates outside of transactions, done twice because the SDK lost the first answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cleave.application.tell.fan_out import fan_out
from cleave.domain.events import PackageEvent
from cleave.store import keys
from cleave.store.orders import put_event
from cleave.store.tracks import Wake, release, ring, take
from cleave.table.table import Table

from tests.integration.conftest import FrozenClock
from tests.support.breaker import BreakableClient, Breaker
from tests.support.telling import DelayQueue, event, webhook

WAKE = Wake("seller#1", "subscription", 3)


@pytest.fixture
def shaky(table: Table) -> Table:
    """Every call is repeated."""
    return replace(table, client=BreakableClient(table.client, EachTwice()))  # type: ignore[arg-type]


class EachTwice(Breaker):
    """A network that loses the first answer to every call."""

    def pass_on(self, operation: Callable[..., Any], request: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's
        operation(**request)
        return operation(**request)


def test_a_ring_whose_answer_was_lost_is_still_ones_own(shaky: Table, clock: FrozenClock) -> None:
    assert ring(shaky, WAKE, clock())
    assert not ring(shaky, WAKE, clock())


def test_a_hold_whose_answer_was_lost_is_still_ones_own_until_it_is_let_go(shaky: Table, clock: FrozenClock) -> None:
    assert take(shaky, WAKE, "one", clock()).taken
    assert not take(shaky, WAKE, "another", clock()).taken
    assert release(shaky, WAKE, "one")
    assert take(shaky, WAKE, "another", clock()).taken


def test_an_event_is_pending_until_its_deliveries_are_queued(table: Table, clock: FrozenClock) -> None:
    webhook(table, clock())
    happened = event("O", 1, clock())
    table.write([put_event(happened)])

    def dead(wake: Wake, delay: timedelta) -> None:
        del wake, delay
        raise ConnectionError

    with pytest.raises(ConnectionError):
        fan_out(table, dead, happened, clock())
    assert is_pending(table, happened)
    fan_out(table, DelayQueue(clock), happened, clock())
    assert not is_pending(table, happened)


def is_pending(table: Table, happened: PackageEvent) -> bool:
    stored = table.get(keys.event(happened.seller_id, happened.order_number, happened.sequence))
    assert stored is not None
    return keys.PENDING in stored
