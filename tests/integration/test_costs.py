"""What each operation sends to the database, and what DynamoDB charges for it. The figures may fall, never rise."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cleave_cli.engine import running_engine
from cleave_cli.paths import StateDir

from benchmarks.history import tell_after
from benchmarks.journey import travel
from benchmarks.meter import Bill
from benchmarks.operations import OPERATIONS
from benchmarks.world import world


@dataclass(frozen=True, slots=True)
class Price:
    """The requests in their order, and the most capacity units and messages that may be charged."""

    calls: list[str]
    reads: float
    writes: float
    messages: int = 0

    def check(self, bill: Bill) -> None:
        """Other requests, or more of anything, fail."""
        assert [call.name for call in bill.calls] == self.calls
        assert bill.reads <= self.reads
        assert bill.writes <= self.writes
        assert bill.messages <= self.messages


ACCEPT = ["TransactWriteItems"]
ALLOCATE = ["Query", "TransactWriteItems"]
LOOK = ["Query", "BatchGetItem"]
READ, SPLIT, UNMARK = "BatchGetItem", "TransactWriteItems", "UpdateItem"
PUT, RING = "PutItem", "UpdateItem"
ALONE = [READ, SPLIT, UNMARK]  # nobody is to be told

PRICES = {
    "accept, Trendyol": Price(ACCEPT, 0, 5),
    "accept, Trendyol, 50 lines": Price(ACCEPT, 0, 11),
    "accept, Trendyol, repeated": Price(ACCEPT, 0, 4),
    "refuse, Trendyol: too many units": Price(ACCEPT, 0, 4),
    "refuse, Trendyol: no such package": Price(ACCEPT, 0, 4),
    "refuse, Trendyol: malformed": Price([], 0, 0),
    "refuse, Trendyol: package replaced": Price(ACCEPT, 0, 4),
    "refuse, Trendyol: replaced, and its successor too": Price([*ACCEPT, "GetItem"], 1, 4),
    "accept, HepsiGlobal": Price(ALLOCATE, 1, 5),
    "accept, HepsiGlobal, repeated": Price(ALLOCATE, 1, 4),
    "refuse, HepsiGlobal: too many units": Price(LOOK, 2, 0),
    "split, 1 line, 1 cancellation": Price(ALONE, 3, 17),
    "split, 5 lines, 1 cancellation": Price(ALONE, 3, 17),
    "split, 50 lines, 1 cancellation": Price(ALONE, 3, 26),
    "split, 1 line, 20 cancellations": Price(ALONE, 3, 26),
    "split, 5 lines, 20 cancellations": Price(ALONE, 3, 28),
    "split, 50 lines, 20 cancellations": Price(ALONE, 4, 35),
    "split, 5 lines, the 2nd of a chain": Price(ALONE, 3, 19),
    "split, 5 lines, the 8th of a chain": Price(ALONE, 3, 19),
    "split, redelivered record": Price([READ], 3, 0),
    "list, a page of 200 of 1,000": Price([*LOOK, "BatchGetItem"], 211.5, 0),
    "list, one order": Price(LOOK, 2, 0),
}

# A cancellation of the five-line package, from its request to its receivers. Taking a track, looking at what waits on
# it, reading what decides, two requests to the receiver, settling, deleting, letting the track go:
DELIVERY = Price(["UpdateItem", "Query", "BatchGetItem", "PutItem", "DeleteItem", "UpdateItem"], 5, 5)
SPLITS = {
    0: Price(ALONE, 3, 17),
    1: Price([READ, SPLIT, PUT, RING, UNMARK], 3, 20, messages=1),
    2: Price([READ, SPLIT, PUT, PUT, RING, RING, UNMARK], 3, 23, messages=2),
}
SUMS = {0: (22, 3, 0), 1: (30, 8, 1), 2: (38, 13, 2)}  # writes, reads, messages


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
    with world(endpoint) as it:
        bill = OPERATIONS[name](it)
    PRICES[name].check(bill)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("webhooks", SPLITS)
def test_a_cancellation_from_its_request_to_its_receivers_costs_what_is_promised(endpoint: str, webhooks: int) -> None:
    with world(endpoint, webhooks) as it:
        journey = travel(it)
    (accept,), (split,) = journey.accept, journey.split
    PRICES["accept, Trendyol"].check(accept)
    SPLITS[webhooks].check(split)
    assert len(journey.deliver) == webhooks
    for bill in journey.deliver:
        DELIVERY.check(bill)
    writes, reads, messages = SUMS[webhooks]
    assert (journey.writes <= writes, journey.reads <= reads, journey.messages <= messages) == (True, True, True)


@pytest.mark.usefixtures("clock")
def test_the_message_to_the_first_webhook_is_sent_after_four_round_trips(endpoint: str) -> None:
    with world(endpoint, webhooks=1) as it:
        assert travel(it).trips_to_the_message == 4


def test_a_new_webhook_is_told_of_the_next_event_as_cheaply_after_a_long_history() -> None:
    """Of which nothing is read; what is held at once is the two messages."""
    short, long = tell_after(1), tell_after(500)
    assert (long.reads, long.writes, long.calls) == (short.reads, short.writes, short.calls)
    assert long.allocated <= 1.1 * short.allocated
