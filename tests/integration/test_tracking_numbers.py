"""Carriers' numbers: none is ever given twice, by any environment, after any crash, in any table of a marketplace."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from cleave.domain.ids import TRACKING_NUMBERS
from cleave.store import order_keys
from cleave.store.tracking_numbers import _BLOCK, TrackingNumbers
from cleave.table.failures import ConditionsFailed
from cleave.table.requests import Put
from cleave.table.table import Table

from tests.support.breaker import BreakableClient, Breaker
from tests.support.calls import calls_of

OF_CELL = len(TRACKING_NUMBERS) // 100


def test_an_environment_gives_each_number_once_and_leases_a_block_at_a_time(table: Table) -> None:
    numbers = TrackingNumbers()
    with calls_of(table.client) as calls:
        given = [number for _ in range(_BLOCK // 4) for number in numbers.take(table, 4)]
    assert calls == ["UpdateItem"]
    assert given == list(TRACKING_NUMBERS[:_BLOCK])
    assert numbers.take(table, 1) == [TRACKING_NUMBERS[_BLOCK]]


def test_environments_do_not_give_what_another_has_leased(table: Table) -> None:
    environments = [TrackingNumbers() for _ in range(3)]
    given = [number for _ in range(40) for each in environments for number in each.take(table, 26)]
    assert len(set(given)) == len(given) == 3 * 40 * 26


def test_a_request_may_take_the_rest_of_a_block_and_the_start_of_the_next(table: Table) -> None:
    numbers = TrackingNumbers()
    given = numbers.take(table, _BLOCK - 1)
    TrackingNumbers().take(table, 1)  # another environment's block lies between
    given += numbers.take(table, 3)
    assert len(set(given)) == _BLOCK + 2
    assert given[-3:] == [TRACKING_NUMBERS[_BLOCK - 1], TRACKING_NUMBERS[2 * _BLOCK], TRACKING_NUMBERS[2 * _BLOCK + 1]]


def test_cells_have_numbers_of_their_own(table: Table) -> None:
    for cell in (0, 1, 99):
        table.put(Put({**order_keys.number_blocks(), "format": 1, "leased": 0}))  # each cell is a table of its own
        first = TRACKING_NUMBERS[0] + cell * OF_CELL
        assert TrackingNumbers(cell).take(table, 2) == [first, first + 1]
        table.put(Put({**order_keys.number_blocks(), "format": 1, "leased": OF_CELL - 2 * _BLOCK}))
        last = TrackingNumbers(cell).take(table, _BLOCK)[-1]
        assert first < last < first + OF_CELL
        assert last in TRACKING_NUMBERS


def test_a_cell_that_is_used_up_gives_no_number_of_the_next(table: Table) -> None:
    table.put(Put({**order_keys.number_blocks(), "format": 1, "leased": OF_CELL - _BLOCK}))
    with pytest.raises(ConditionsFailed):
        TrackingNumbers().take(table, 1)


class EachTwice(Breaker):
    """A network that loses the first answer to every call, which the SDK repeats."""

    def pass_on(self, operation: Callable[..., Any], request: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's
        operation(**request)
        return operation(**request)


def test_a_lease_whose_answer_was_lost_is_lost_and_not_given_twice(table: Table) -> None:
    shaky = replace(table, client=BreakableClient(table.client, EachTwice()))  # type: ignore[arg-type]
    given = [TrackingNumbers().take(each, 1)[0] for each in (table, shaky, table)]
    assert given == [TRACKING_NUMBERS[0], TRACKING_NUMBERS[2 * _BLOCK], TRACKING_NUMBERS[3 * _BLOCK]]


def test_threads_of_one_environment_share_its_numbers(table: Table) -> None:
    """Moto is not atomic between threads, and is asked by one at a time here: the environment's lock sees to it."""
    numbers = TrackingNumbers()
    begin = threading.Barrier(8)

    def take(_: int) -> list[int]:
        begin.wait()
        return [number for _ in range(50) for number in numbers.take(table, 3)]

    with ThreadPoolExecutor(8) as pool:
        given = [number for taken in pool.map(take, range(8)) for number in taken]
    assert len(set(given)) == len(given) == 8 * 50 * 3


def test_every_number_is_exact_as_a_json_number() -> None:
    assert 0 < TRACKING_NUMBERS[0] < TRACKING_NUMBERS[-1] < 2**53
    assert len(TRACKING_NUMBERS) == OF_CELL * 100
