"""What is too large for one answer of Lambda's can be read all the same: as much as fits, and where it was cut."""

import json
import random
from dataclasses import replace
from typing import Any

import pytest
from cleave.dialects.trendyol import fitting
from cleave.dialects.trendyol.packages import render_package
from cleave.dialects.trendyol.shortened import LEAST_BYTES, without_lines
from cleave.entry import resources
from cleave.entry.values import MAX_ID
from cleave.entry.wire import to_json
from cleave.store.orders import put_pointer
from cleave.store.packages import read_some_states, read_state
from cleave.table.limits import ANSWER_BYTES
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.get_shipment_packages_stream.app import handler as stream
from functions.import_orders.app import handler as import_orders
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Answer, Caller
from tests.support.listing import package as stored_package
from tests.support.listing import put
from tests.support.samples import Package, fresh_package
from tests.support.splits import apply_waiting

type Document = dict[str, Any]

SELLER = {"sellerId": 20811}
# Characters that compress to little, and take four bytes in a JSON text within a JSON text.
BULK = '"'
# It takes seven.
WIDEST = "\x01"


def load(seller: Caller, *packages: Package) -> list[int]:
    assert seller.call(import_orders, list(packages), path=SELLER).status == 200
    return [each["shipmentPackageId"] for each in packages]


def bulky(count: int) -> list[Package]:
    return [fresh_package(20811, "DE", {"A": 1}, seller_pays=True) | {"note": BULK * 120_000} for _ in range(count)]


def ask(seller: Caller, **query: object) -> Answer:
    answer = seller.call(get_shipment_packages, path=SELLER, query={name: [str(v)] for name, v in query.items()})
    assert answer.status == 200
    return answer


def walk(seller: Caller, **query: str) -> list[Document]:
    steps: list[Document] = []
    cursor: str | None = ""
    while cursor is not None:
        more = {"nextCursor": [cursor]} if cursor else {}
        answer = seller.call(stream, path=SELLER, query={**{name: [v] for name, v in query.items()}, **more})
        assert answer.status == 200
        steps.append(answer.json)
        cursor = answer.json["nextCursor"]
    return steps


def whole_and_cut(packages: list[Document]) -> tuple[int, int]:
    return sum("truncated" not in each for each in packages), sum("truncated" in each for each in packages)


def test_a_page_that_is_too_large_names_all_its_packages_and_says_which_are_cut(
    table: Table, de_seller: Caller
) -> None:
    del table
    ids = [*load(de_seller, *bulky(14)), *load(de_seller, *bulky(13))]
    listed = ask(de_seller, size=200).json["content"]
    assert sorted(each["shipmentPackageId"] for each in listed) == sorted(ids)
    whole, cut = whole_and_cut(listed)
    assert (whole > 8, cut > 0) == (True, True)
    named = next(each["shipmentPackageId"] for each in listed if "truncated" in each)
    (one,) = ask(de_seller, shipmentPackageIds=named).json["content"]
    assert one["note"] == BULK * 120_000


@pytest.mark.usefixtures("token_secret")
def test_a_step_of_a_walk_that_is_too_large_is_smaller_and_the_walk_goes_on(table: Table, de_seller: Caller) -> None:
    del table
    ids = [*load(de_seller, *bulky(14)), *load(de_seller, *bulky(13))]
    steps = walk(de_seller, size="200")
    found = [each for step in steps for each in step["content"]]
    assert sorted(each["shipmentPackageId"] for each in found) == sorted(ids)
    assert (len(steps) > 1, whole_and_cut(found)) == (True, (27, 0))


@pytest.fixture
def enormous(table: Table, de_seller: Caller) -> int:
    """15 lines of 50 units with 10 KB of notes each, cancelled by 50 requests that name all of them."""
    notes = random.Random(8)  # noqa: S311 - the same text in each run
    package = fresh_package(20811, "DE", {f"S{n}": 50 for n in range(15)}, seller_pays=True)
    for line in package["lines"]:
        line["note"] = f"{notes.getrandbits(64):x}" + "n" * 10_000
    (package_id,) = load(de_seller, package)
    lines = [{"lineId": line["lineId"], "quantity": 1} for line in package["lines"]]
    for number in range(50):
        headers = {"Idempotency-Key": f"k{number}"}
        path = {**SELLER, "packageId": package_id}
        body = {"lines": lines, "reasonId": 500}
        assert de_seller.call(cancel_package, body, path=path, headers=headers).status == 200
    assert apply_waiting(table) == {package_id: ()}
    return package_id


@pytest.mark.usefixtures("token_secret")
def test_a_package_that_is_larger_than_any_answer_can_be_read_in_every_way(de_seller: Caller, enormous: int) -> None:
    load(de_seller, fresh_package(20811, "DE", {"A": 1}, seller_pays=True))
    by_id = ask(de_seller, shipmentPackageIds=enormous).json["content"]
    listed = ask(de_seller).json["content"]
    walked = [each for step in walk(de_seller) for each in step["content"]]
    for found, count in ((by_id, 1), (listed, 2), (walked, 2)):
        assert len(found) == count
        (shown,) = [each for each in found if each["shipmentPackageId"] == enormous]
        assert (shown["truncated"], shown["status"], len(shown["lines"])) == (True, "Cancelled", 15 * 50)
        assert {line["quantity"] for line in shown["lines"]} == {1}
        assert whole_and_cut(found) == (count - 1, 1)


def large() -> Package:
    """With as many units as one may have: it takes a megabyte of an answer."""
    package = fresh_package(20811, "DE", {f"S{n}": 250 for n in range(20)}, seller_pays=True)
    for line in package["lines"]:
        line.pop("discountDetails", None)
    return package


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The characters of each package that is written out, whether it is shown or not."""
    lengths: list[int] = []

    def noted(document: object) -> str:
        lengths.append(len(text := to_json(document)))
        return text

    monkeypatch.setattr(fitting, "to_json", noted)
    return lengths


@pytest.mark.usefixtures("token_secret")
def test_packages_for_which_an_answer_has_no_room_are_not_written(
    table: Table, de_seller: Caller, written: list[int]
) -> None:
    """To write 200 packages of 5,000 units, most of them in vain, would take a function half a minute."""
    (package_id,) = load(de_seller, large())
    state = read_state(table, 20811, package_id)
    assert state is not None
    put(table, [replace(state.package, package_id=number) for number in range(1, 40)])
    assert whole_and_cut(ask(de_seller, size=200).json["content"])[0] >= 5
    assert sum(written) < 3 * ANSWER_BYTES
    written.clear()
    answer = de_seller.call(stream, path=SELLER, query={"size": ["200"]})
    assert (answer.status, whole_and_cut(answer.json["content"])) == (200, (len(answer.json["content"]), 0))
    assert sum(written) < 3 * ANSWER_BYTES


@pytest.fixture
def read(table: Table) -> list[dict[str, Any]]:
    """The items of packages that were read, as the database sent them."""
    items: list[dict[str, Any]] = []

    def note(parsed: Any, **_: object) -> None:  # noqa: ANN401 - botocore's own
        items.extend(each for each in parsed["Responses"][table.name] if each["sk"]["S"] == "PACKAGE")

    resources.client("dynamodb").meta.events.register("after-call.dynamodb.BatchGetItem", note)
    return items


@pytest.mark.usefixtures("token_secret")
def test_a_list_reads_no_counts_which_may_fill_the_memory(de_seller: Caller, read: list[dict[str, Any]]) -> None:
    """50 cancellations of 100 lines wait in 100 KB of an item, as a megabyte of Python's objects."""
    (package_id,) = load(de_seller, large())
    read.clear()
    assert len(ask(de_seller).json["content"]) == 1
    assert len(ask(de_seller, shipmentPackageIds=package_id).json["content"]) == 1
    assert len(walk(de_seller)) == 1
    assert len(read) == 3
    assert [each.keys() & {"left", "waiting"} for each in read] == [set(), set(), set()]


def test_of_an_order_of_very_many_packages_only_the_pages_own_are_read_whole(
    table: Table, de_seller: Caller, read: list[dict[str, Any]], clock: FrozenClock
) -> None:
    """One of 5,000 units, cancelled one by one, leaves 5,000 packages."""
    packages = [replace(stored_package(number, clock()), order_number="MANY") for number in range(1, 131)]
    put(table, packages)
    for each in packages:
        table.write([put_pointer(each, 2**31)])
    answer = ask(de_seller, orderNumber="MANY", size=20, page=2, orderByDirection="ASC").json
    assert [each["shipmentPackageId"] for each in answer["content"]] == [*range(41, 61)]
    assert (answer["totalElements"], answer["totalPages"]) == (130, 7)
    assert sum("document" in each for each in read) == 20


def test_few_of_an_orders_largest_packages_are_read_and_opened_at_once(
    table: Table, read: list[dict[str, Any]], clock: FrozenClock
) -> None:
    """120 packages with 50 cancellations of 100 lines filled a timeline's memory, though documents are small."""
    lines = stored_package(1, clock()).lines * 200
    put(table, [replace(stored_package(number, clock()), lines=lines) for number in range(1, 26)])
    states, unreadable, last = read_some_states(table, 20811, range(1, 26), 20_000)
    assert ([each.package.package_id for each in states], unreadable, last) == ([1, 2, 3], [], 3)
    assert len(read) == 10


def test_on_a_page_without_room_each_package_has_what_is_least(
    table: Table, de_seller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    del table
    ids = load(de_seller, *[fresh_package(20811, "DE", {"A": 1}, seller_pays=True) for _ in range(6)], *bulky(1))
    monkeypatch.setattr(fitting, "MOST_ANSWER_BYTES", 7 * LEAST_BYTES)
    answer = ask(de_seller)
    assert {each["shipmentPackageId"] for each in answer.json["content"]} == set(ids)
    assert whole_and_cut(answer.json["content"])[1] >= 3
    assert len(json.dumps(json.dumps(answer.json))) < 7 * LEAST_BYTES + 200


def test_what_is_least_of_a_package_has_no_more_bytes_than_are_reserved_for_it(table: Table, de_seller: Caller) -> None:
    found = fresh_package(20811, "DE", {"A": 1}, seller_pays=True)
    found |= {"orderNumber": WIDEST * 100, "createdBy": WIDEST * 100, "status": "S" * 40}
    found |= {"shipmentPackageId": MAX_ID, "cargoTrackingNumber": 2**63 - 1, "originPackageIds": [MAX_ID] * 50}
    for name, value in {"createdBy": WIDEST * 101, "originPackageIds": [MAX_ID] * 51}.items():
        assert de_seller.call(import_orders, {**found, name: value}, path=SELLER).status == 400
    load(de_seller, found)
    state = read_state(table, 20811, MAX_ID)
    assert state is not None
    least = to_json(without_lines(render_package(state.package, old_names=True)))
    assert len(json.dumps(least, ensure_ascii=False).encode()) < LEAST_BYTES
