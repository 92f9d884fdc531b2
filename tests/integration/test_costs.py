"""What each operation sends to the database, and what DynamoDB charges for it. The figures may fall, never rise."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cleave_cli.engine import running_engine
from cleave_cli.paths import StateDir

from benchmarks.operations import OPERATIONS
from benchmarks.world import world


@dataclass(frozen=True, slots=True)
class Price:
    """The requests in their order, and the most capacity units and messages that may be charged."""

    calls: list[str]
    reads: float
    writes: float
    messages: int = 0


ACCEPT = ["TransactWriteItems"]
ALLOCATE = ["Query", "TransactWriteItems"]
SPLIT = ["BatchGetItem", "TransactWriteItems"]
LIST = ["Query", "BatchGetItem"]
TOLD = ["TransactWriteItems", "UpdateItem"]

PRICES = {
    "accept, Trendyol": Price(ACCEPT, 0, 7),
    "accept, Trendyol, 50 lines": Price(ACCEPT, 0, 15),
    "accept, Trendyol, repeated": Price(ACCEPT, 0, 6),
    "refuse, Trendyol: too many units": Price(ACCEPT, 0, 6),
    "refuse, Trendyol: no such package": Price(ACCEPT, 0, 4),
    "refuse, Trendyol: malformed": Price([], 0, 0),
    "refuse, Trendyol: package replaced": Price(ACCEPT, 0, 6),
    "refuse, Trendyol: replaced, and its successor too": Price([*ACCEPT, "BatchGetItem"], 1, 6),
    "accept, HepsiGlobal": Price(ALLOCATE, 1, 7),
    "accept, HepsiGlobal, repeated": Price(ALLOCATE, 1, 6),
    "refuse, HepsiGlobal: too many units": Price(LIST, 2, 0),
    "split, 1 line, 1 cancellation": Price(SPLIT, 2, 30),
    "split, 5 lines, 1 cancellation": Price(SPLIT, 2, 30),
    "split, 50 lines, 1 cancellation": Price(SPLIT, 2, 48),
    "split, 1 line, 20 cancellations": Price(SPLIT, 3, 76),
    "split, 5 lines, 20 cancellations": Price(SPLIT, 3, 78),
    "split, 50 lines, 20 cancellations": Price(SPLIT, 3, 94),
    "split, 5 lines, the 2nd of a chain": Price(SPLIT, 2, 34),
    "split, 5 lines, the 8th of a chain": Price(SPLIT, 2, 34),
    "split, redelivered record": Price(["BatchGetItem"], 2, 0),
    "list, a page of 200 of 1,000": Price([*LIST, "BatchGetItem"], 211.5, 0),
    "list, one order": Price(LIST, 2, 0),
    "fan out, one event, one webhook": Price([*LIST, *TOLD, "UpdateItem"], 2, 10, messages=1),
    "deliver, one event": Price(["UpdateItem", "BatchGetItem", *LIST, *TOLD], 7, 8),
}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The local engine: moto says nothing of what a transaction costs."""
    with running_engine(StateDir(tmp_path_factory.mktemp("engine"))) as engine:
        yield engine.endpoint


def test_every_operation_has_a_price() -> None:
    assert PRICES.keys() == OPERATIONS.keys()


@pytest.mark.usefixtures("clock")  # the digits of times weigh too
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_costs_no_more_than_its_price(endpoint: str, name: str) -> None:
    price = PRICES[name]
    with world(endpoint) as it:
        bill = OPERATIONS[name](it)
    assert bill.calls == price.calls
    assert bill.reads <= price.reads
    assert bill.writes <= price.writes
    assert bill.messages <= price.messages
