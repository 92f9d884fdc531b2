"""Every order of a few actors' calls, up to two preemptions: none is left out, and none breaks a promise."""

from collections.abc import Iterator

import pytest

from tests.simulation.cases import CASES
from tests.simulation.interleaving import schedules
from tests.simulation.put_back import a_ring_between_look_and_release_is_lost

# So many orders had each case when its calls were last counted. With more calls there are more.
ORDERS = {
    "cancel and cancel of the last units": 6,
    "cancel and cancel in the other dialect": 9,
    "cancel and a seller's split": 12,
    "cancel and the stream's split": 24,
    "cancel and status": 12,
    "cancel, status and the stream's split": 450,
    "two splits by a seller": 26,
    "two splits by the stream": 102,
    "fan-out and fan-out": 38,
    "drain and drain": 24,
    "drain and fan-out": 87,
    "drain and deactivate": 24,
    "drain and activate": 42,
    "drain and another URL": 42,
    "drain and resend": 114,
    "drain and delete": 24,
    "drain, drain and resend": 1290,
    "probe and probe": 76,
    "probe and activate": 64,
    "probe and resend": 213,
    "split and deactivate": 39,
    "reconcile and the stream's split": 173,
    "reconcile and fan-out": 85,
}


def _every_order(name: str) -> Iterator[tuple[tuple[int, ...], list[str]]]:
    """Each order of a case's calls, with what it broke."""
    broken: list[list[str]] = []
    for chosen in schedules(lambda choice: broken.append(CASES[name](choice))):
        yield chosen, broken[-1]


@pytest.mark.parametrize("name", CASES)
def test_no_order_of_a_cases_calls_breaks_a_promise(name: str) -> None:
    orders = list(_every_order(name))
    assert [each for each in orders if each[1]] == []
    assert len({chosen for chosen, _ in orders}) == len(orders) >= ORDERS[name]


def test_an_order_sees_a_ring_that_is_lost_between_a_look_and_a_release() -> None:
    with a_ring_between_look_and_release_is_lost():
        found = [broken for _, broken in _every_order("drain and fan-out") if broken]
    assert found
