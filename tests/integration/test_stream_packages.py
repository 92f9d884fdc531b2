"""GET orders/stream: a walk from cursor to cursor, while packages stand still and while they change."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from cleave.domain.package import Package
from cleave.domain.status import Status
from cleave.entry import resources
from cleave.table.attributes import Attributes
from cleave.table.requests import IndexQuery
from cleave.table.table import Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.get_shipment_packages_stream.app import handler
from tests.integration.conftest import FrozenClock
from tests.support.calls import calls_of
from tests.support.gateway import Answer, Caller
from tests.support.listing import SELLER, on_the_wire, package, put

type Query = dict[str, list[str]]

NOW = 1792314000000  # the frozen clock's
DAY = 86_400_000

pytestmark = pytest.mark.usefixtures("token_secret")


def steps(caller: Caller, query: Query | None = None) -> Iterator[Answer]:
    """The answers of a walk to its end; the filters are sent again with each cursor."""
    cursor: Query = {}
    seller = caller.sellers[0]
    while True:
        answer = caller.call(handler, path={"sellerId": seller}, query={**(query or {}), **cursor})
        assert answer.status == 200, answer
        yield answer
        if not answer.json["hasMore"]:
            return
        cursor = {"nextCursor": [answer.json["nextCursor"]]}


def ids(answers: Iterator[Answer]) -> list[int]:
    return [each["shipmentPackageId"] for answer in answers for each in answer.json["content"]]


def refused(message: str) -> tuple[int, dict[str, Any]]:
    body = {
        "timestamp": NOW,
        "exception": "ClientApiBusinessException",
        "errors": [{"key": "bad.request", "message": message, "errorCode": ""}],
    }
    return 400, body


FOREIGN = refused("nextCursor: is not a cursor of this seller's, or was given out for other filters")


@pytest.fixture
def packages(table: Table, clock: FrozenClock) -> list[Package]:
    """Last modified first, an hour apart but for 3 and 2."""
    hours = {5: 1, 4: 2, 3: 3, 2: 3, 1: 13 * 24}
    statuses = {4: Status.PICKING, 1: Status.CANCELLED}
    stored = [
        package(each, clock.now - timedelta(hours=ago), status=statuses.get(each, Status.CREATED))
        for each, ago in hours.items()
    ]
    others = [
        package(6, clock.now, storefront="RO"),
        package(7, clock.now, seller_id=20812),
        package(8, clock.now - timedelta(days=15)),
    ]
    put(table, [*stored, *others])
    return stored


def test_a_short_walk_is_one_answer_last_modified_first(packages: list[Package], de_seller: Caller) -> None:
    (answer,) = steps(de_seller)
    assert answer.json == {"hasMore": False, "nextCursor": None, "size": 50, "content": on_the_wire(packages)}


def test_a_longer_walk_goes_on_from_its_cursor(packages: list[Package], de_seller: Caller) -> None:
    answers = list(steps(de_seller, {"size": ["2"]}))
    contents = [on_the_wire(packages[:2]), on_the_wire(packages[2:4]), on_the_wire(packages[4:])]
    assert [answer.json for answer in answers] == [
        {"hasMore": more, "nextCursor": answer.json["nextCursor"], "size": 2, "content": content}
        for answer, content, more in zip(answers, contents, (True, True, False), strict=True)
    ]
    assert [answer.json["nextCursor"] is None for answer in answers] == [False, False, True]


def test_the_size_may_change_on_the_way(packages: list[Package], de_seller: Caller) -> None:
    del packages
    first = next(steps(de_seller, {"size": ["2"]}))
    query = {"nextCursor": [first.json["nextCursor"]], "size": ["50"]}
    answer = de_seller.call(handler, path={"sellerId": SELLER}, query=query)
    assert (ids(iter([answer])), answer.json["hasMore"], answer.json["size"]) == ([3, 2, 1], False, 50)


FILTERS = {
    "statuses": ({"packageItemStatuses": ["Picking,Cancelled"]}, [4, 1]),
    "a start": ({"lastModifiedStartDate": [str(NOW - 2 * 3_600_000)]}, [5, 4]),
    "an end": ({"lastModifiedEndDate": [str(NOW - 3 * 3_600_000)]}, [3, 2, 1]),
    "both ends, included": (
        {"lastModifiedStartDate": [str(NOW - 3 * 3_600_000)], "lastModifiedEndDate": [str(NOW - 2 * 3_600_000)]},
        [4, 3, 2],
    ),
    "a status and a start": (
        {"packageItemStatuses": ["Created"], "lastModifiedStartDate": [str(NOW - DAY)]},
        [5, 3, 2],
    ),
}


@pytest.mark.parametrize("size", ["1", "2", "200"])
@pytest.mark.parametrize(("query", "expected"), FILTERS.values(), ids=FILTERS)
def test_filters_hold_for_the_whole_walk(
    packages: list[Package], de_seller: Caller, query: Query, expected: list[int], size: str
) -> None:
    del packages
    assert ids(steps(de_seller, {**query, "size": [size]})) == expected


REFUSED = {
    "size zero": ({"size": ["0"]}, "size: must be from 1 to 200"),
    "size above": ({"size": ["201"]}, "size: must be from 1 to 200"),
    "status": (
        {"packageItemStatuses": ["-"]},
        "packageItemStatuses: must be at most 50 words of letters, digits and underscores",
    ),
    "a time as text": ({"lastModifiedStartDate": ["now"]}, "lastModifiedStartDate: must be a whole number"),
    "more than two weeks": (
        {"lastModifiedStartDate": ["1"], "lastModifiedEndDate": [str(14 * DAY + 2)]},
        "lastModifiedStartDate: must be at most 14 days before lastModifiedEndDate, which is now if it is absent",
    ),
    "more than two weeks ago": (
        {"lastModifiedStartDate": [str(NOW - 15 * DAY)]},
        "lastModifiedStartDate: must be at most 14 days before lastModifiedEndDate, which is now if it is absent",
    ),
    "no cursor": ({"nextCursor": ["AAAA"]}, FOREIGN[1]["errors"][0]["message"]),
    "no base64": ({"nextCursor": ["§§"]}, FOREIGN[1]["errors"][0]["message"]),
}


@pytest.mark.parametrize(("query", "message"), REFUSED.values(), ids=REFUSED)
def test_a_parameter_that_does_not_fit_is_named(de_seller: Caller, query: Query, message: str) -> None:
    answer = de_seller.call(handler, path={"sellerId": SELLER}, query=query)
    assert (answer.status, answer.json) == refused(message)


@pytest.fixture
def cursor(packages: list[Package], de_seller: Caller) -> str:
    """Of the DE seller's walk over Created packages; one of three has been seen."""
    del packages
    answer = next(steps(de_seller, {"size": ["1"], "packageItemStatuses": ["Created"]}))
    text: str = answer.json["nextCursor"]
    return text


OTHER_FILTERS: dict[str, Query] = {
    "no status": {},
    "another status": {"packageItemStatuses": ["Picking"]},
    "one status more": {"packageItemStatuses": ["Created,Picking"]},
    "a start": {"packageItemStatuses": ["Created"], "lastModifiedStartDate": [str(NOW - 14 * DAY)]},
    "an end": {"packageItemStatuses": ["Created"], "lastModifiedEndDate": [str(NOW)]},
}


@pytest.mark.parametrize("filters", OTHER_FILTERS.values(), ids=OTHER_FILTERS)
def test_a_cursor_is_worth_nothing_with_other_filters(cursor: str, de_seller: Caller, filters: Query) -> None:
    answer = de_seller.call(handler, path={"sellerId": SELLER}, query={**filters, "nextCursor": [cursor]})
    assert (answer.status, answer.json) == FOREIGN


@pytest.mark.parametrize(("seller", "headers"), [(20812, {"storeFrontCode": "DE"}), (SELLER, {"storeFrontCode": "RO"})])
def test_a_cursor_is_worth_nothing_for_another_seller_or_storefront(
    cursor: str, seller: int, headers: dict[str, str]
) -> None:
    query = {"packageItemStatuses": ["Created"], "nextCursor": [cursor]}
    answer = Caller("seller", (seller,), headers).call(handler, path={"sellerId": seller}, query=query)
    assert (answer.status, answer.json) == FOREIGN


def test_every_altered_cursor_is_refused(cursor: str, de_seller: Caller) -> None:
    """Each character another one, also those whose last bits base64 ignores; shorter, longer, padded."""
    flipped = [f"{cursor[:n]}{'A' if each != 'A' else 'B'}{cursor[n + 1 :]}" for n, each in enumerate(cursor)]
    respelled = [cursor[:-1] + each for each in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    for altered in {*flipped, *respelled, cursor[:-1], cursor + "A", cursor + "=", "!" + cursor} - {cursor}:
        query = {"packageItemStatuses": ["Created"], "nextCursor": [altered]}
        answer = de_seller.call(handler, path={"sellerId": SELLER}, query=query)
        assert (answer.status, answer.json) == FOREIGN, altered


def test_a_new_secret_ends_the_cursors_that_are_out(
    cursor: str, de_seller: Caller, token_secret: Callable[[str], None]
) -> None:
    token_secret("second")
    query = {"packageItemStatuses": ["Created"], "nextCursor": [cursor]}
    answer = de_seller.call(handler, path={"sellerId": SELLER}, query=query)
    assert (answer.status, answer.json) == FOREIGN


def test_a_cursor_outlives_the_two_weeks_that_its_walk_began_with(
    packages: list[Package], de_seller: Caller, clock: FrozenClock
) -> None:
    del packages
    query = {"size": ["4"], "lastModifiedStartDate": [str(NOW - 14 * DAY)]}
    walk = steps(de_seller, query)
    first = next(walk)
    clock.move(days=1)
    assert ids(itertools.chain([first], walk)) == [5, 4, 3, 2, 1]


def test_a_package_that_moves_to_the_top_before_it_was_seen_comes_at_the_end(
    packages: list[Package], table: Table, de_seller: Caller, clock: FrozenClock
) -> None:
    walk = steps(de_seller, {"size": ["2"]})
    seen = [next(walk)]
    clock.move(seconds=5)
    put(table, [package(1, clock.now, status=Status.INVOICED)])
    seen += walk
    assert ids(iter(seen)) == [5, 4, 3, 2, 1]
    assert seen[-1].json["content"][0]["status"] == "Invoiced"
    del packages


def test_a_package_split_during_the_walk_comes_with_its_successor(
    packages: list[Package], table: Table, de_seller: Caller, clock: FrozenClock
) -> None:
    del packages
    walk = steps(de_seller, {"size": ["2"]})
    seen = [next(walk)]
    clock.move(seconds=5)
    put(table, [package(1, clock.now, status=Status.CANCELLED), package(1001, clock.now)])
    assert ids(itertools.chain(seen, walk)) == [5, 4, 3, 2, 1, 1001]


def test_a_change_stamped_before_the_walk_and_written_during_it_is_not_missed(
    packages: list[Package], table: Table, de_seller: Caller, clock: FrozenClock
) -> None:
    """Its place at the top is above all that the walk goes down, and below the walk's start."""
    del packages
    walk = steps(de_seller, {"size": ["2"]})
    seen = [next(walk)]
    put(table, [package(1, clock.now - timedelta(seconds=30))])
    assert ids(itertools.chain(seen, walk)) == [5, 4, 3, 2, 1]


def test_a_change_between_the_first_two_reads_is_not_missed(
    packages: list[Package], table: Table, de_seller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    del packages
    queries = itertools.count(1)
    query_index = Table.query_index

    def changed_before_the_second(self: Table, query: IndexQuery) -> Iterator[Attributes]:
        if next(queries) == 2:
            put(table, [package(1, clock.now)])
        return query_index(self, query)

    monkeypatch.setattr(Table, "query_index", changed_before_the_second)
    assert ids(steps(de_seller, {"size": ["2"]})) == [1, 5, 4, 3, 2, 1]


def test_catching_up_may_take_several_answers(
    packages: list[Package], table: Table, de_seller: Caller, clock: FrozenClock
) -> None:
    walk = steps(de_seller, {"size": ["2"]})
    seen = [next(walk)]
    for each in packages[::-1]:
        clock.move(seconds=1)
        put(table, [package(each.package_id, clock.now)])
    assert ids(itertools.chain(seen, walk)) == [5, 4, 1, 2, 3, 4, 5]


def test_an_answer_holds_a_package_once_though_it_was_come_by_twice(
    packages: list[Package], table: Table, de_seller: Caller, clock: FrozenClock
) -> None:
    del packages
    put(table, [package(10, clock.now), package(11, clock.now)])
    walk = steps(de_seller, {"size": ["1"]})
    seen = [next(walk)]
    put(table, [package(10, clock.now)])
    clock.move(seconds=1)
    put(table, [package(12, clock.now)])
    rest = {"size": ["200"], "nextCursor": [seen[0].json["nextCursor"]]}
    answer = de_seller.call(handler, path={"sellerId": SELLER}, query=rest)
    assert ids(iter([answer])) == [10, 5, 4, 3, 2, 1, 11, 12]


def test_an_answer_of_a_walk_reads_no_more_than_it_shows(packages: list[Package], de_seller: Caller) -> None:
    del packages
    walk = steps(de_seller, {"size": ["2"]})
    with calls_of(resources.table().client) as calls:
        next(walk)
        assert calls == ["Query", "Query", "BatchGetItem"], "the top, then the packages"
        calls.clear()
        next(walk)
        assert calls == ["Query", "BatchGetItem"], "the packages alone"
        calls.clear()
        next(walk)
        assert calls == ["Query", "Query", "BatchGetItem"], "the packages, then the top again"


SELLERS = itertools.count(1_000_000)
CHANGES = st.sampled_from(["change", "late change", "split", "new", "wait"])


@dataclass
class Packages:
    """What a seller has, changed as the service changes it: stamps of one package never go back."""

    table: Table
    clock: FrozenClock
    seller_id: int
    stored: dict[int, Package] = field(default_factory=dict)

    def put(self, package_id: int, modified_at: datetime, status: Status = Status.CREATED) -> None:
        before = self.stored.get(package_id)
        at = modified_at if before is None else max(before.modified_at, modified_at)
        self.stored[package_id] = package(package_id, at, status=status, seller_id=self.seller_id)
        put(self.table, [self.stored[package_id]])

    def apply(self, change: str, place: int) -> None:
        """A late change is stamped, and written up to 50 seconds after."""
        package_id = sorted(self.stored)[place % len(self.stored)]
        match change:
            case "change":
                self.put(package_id, self.clock.now)
            case "late change":
                self.put(package_id, self.clock.now - timedelta(seconds=place % 51))
            case "split":
                self.put(package_id, self.clock.now, Status.CANCELLED)
                self.put(1000 + len(self.stored), self.clock.now)
            case "new":
                self.put(1000 + len(self.stored), self.clock.now - timedelta(seconds=place))
            case "wait":
                self.clock.move(milliseconds=place * 300)


AGES = st.lists(st.sampled_from([0, 1, 30, 59, 61, 3600, 86_400]), min_size=1, max_size=9)
ROUNDS = st.lists(st.lists(st.tuples(CHANGES, st.integers(0, 99)), max_size=4), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ages=AGES, rounds=ROUNDS, size=st.integers(1, 4))
def test_no_package_that_was_there_escapes_a_walk_by_changing(
    table: Table, clock: FrozenClock, ages: list[int], rounds: list[list[tuple[str, int]]], size: int
) -> None:
    """And while nothing changes, each comes exactly once, last modified first."""
    packages = Packages(table, clock, next(SELLERS))
    for package_id, age in enumerate(ages, start=1):
        packages.put(package_id, clock.now - timedelta(seconds=age))
    at_start = dict(packages.stored)
    caller = Caller("seller", (packages.seller_id,), {"storeFrontCode": "DE"})
    seen: list[int] = []
    changes = iter(rounds)
    for answer in itertools.islice(steps(caller, {"size": [str(size)]}), 100):
        seen += ids(iter([answer]))
        for change in next(changes, []):
            packages.apply(*change)
    assert not answer.json["hasMore"]
    assert set(at_start) <= set(seen)
    if not any(rounds):
        assert seen == sorted(at_start, key=lambda each: (at_start[each].modified_at, each), reverse=True)


@pytest.mark.parametrize("count", [300, pytest.param(50_000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_all_packages_of_a_large_seller_come_exactly_once(
    table: Table, clock: FrozenClock, de_seller: Caller, count: int
) -> None:
    """Many share a millisecond, as an import leaves them, and one in three was changed in the walk's last minute."""
    made = range(1, count + 1)
    put(table, (package(each, clock.now - timedelta(seconds=each % 180)) for each in made))
    seen = ids(steps(de_seller, {"size": ["200" if count > 1000 else "50"]}))
    assert seen == sorted(made, key=lambda each: (-(each % 180), each), reverse=True)
