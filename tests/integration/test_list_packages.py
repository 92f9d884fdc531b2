"""GET orders: every parameter, limit and default, and what a page costs."""

from datetime import timedelta
from typing import Any

import moto.dynamodb.models.table as moto_table
import pytest
from cleave.domain.package import Package
from cleave.domain.status import Status
from cleave.store.packages import package_item
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.listing import SELLER, entry_size, on_the_wire, package, put
from tests.support.shown import both_names
from tests.support.splits import apply_to
from tests.support.template import resources

type Query = dict[str, list[str]]

PATH = {"sellerId": SELLER}
NOW = 1792314000000  # the frozen clock's
HOUR = 3_600_000
DAY = 24 * HOUR
MEGABYTE = 2**20


@pytest.fixture
def packages(table: Table, clock: FrozenClock) -> dict[int, Package]:
    """1 to 5 by their last change; 1 is the oldest and 5 the youngest but one; 3 and 4 are of the same instant."""

    def ago(days: float) -> Any:  # noqa: ANN401 - a datetime
        return clock.now - timedelta(days=days)

    stored = {
        each.package_id: each
        for each in (
            package(1, ago(1), created_at=ago(20)),
            package(2, ago(3), status=Status.PICKING),
            package(3, ago(2), status=Status.INVOICED),
            package(4, ago(2), status=Status.CANCELLED),
            package(5, ago(10), created_at=ago(1.5)),
        )
    }
    foreign = [package(6, ago(1), storefront="RO"), package(7, ago(1), seller_id=20812)]
    put(table, [*stored.values(), *foreign])
    return stored


def page(packages: list[Package], *, total: int, pages: int, number: int = 0, size: int = 50) -> dict[str, Any]:
    whole: dict[str, Any] = {"totalElements": total, "totalPages": pages, "page": number, "size": size}
    return whole | {"content": on_the_wire(packages)}


LISTS = {
    "nothing: the last week, last modified first, ties by id": ({}, [1, 4, 3, 2]),
    "empty values are none": ({"status": [""], "orderNumber": [""], "page": [""], "startDate": [""]}, [1, 4, 3, 2]),
    "ascending": ({"orderByDirection": ["ASC"]}, [2, 3, 4, 1]),
    "by last change, said": ({"orderByField": ["PackageLastModifiedDate"], "orderByDirection": ["DESC"]}, [1, 4, 3, 2]),
    "by creation, whose dates are meant then": ({"orderByField": ["CreatedDate"]}, [5, 4, 3, 2]),
    "by creation, ascending": ({"orderByField": ["CreatedDate"], "orderByDirection": ["ASC"]}, [2, 3, 4, 5]),
    "one status": ({"status": ["Created"]}, [1]),
    "a comma list of statuses": ({"status": ["Created,Picking"]}, [1, 2]),
    "repeated statuses": ({"status": ["Created", "Invoiced"]}, [1, 3]),
    "a status that only filters": ({"status": ["Verified"]}, []),
    "a status that nobody has": ({"status": ["Repack"]}, []),
    "statuses in any letter case": ({"status": ["created,PICKING,AT_COLLECTION_POINT"]}, [1, 2]),
    "other fields in any letter case": ({"orderByField": ["packagelastmodifieddate"], "status": ["Created"]}, [1]),
    "ids are found however old": ({"shipmentPackageIds": ["5"]}, [5]),
    "repeated ids": ({"shipmentPackageIds": ["5", "1"]}, [1, 5]),
    "ids with brackets": ({"shipmentPackageIds[]": ["5", "2"]}, [2, 5]),
    "ids with places": ({"shipmentPackageIds[0]": ["5"], "shipmentPackageIds[1]": ["2"]}, [2, 5]),
    "statuses with places": ({"status[0]": ["Created"], "status[1]": ["Picking"]}, [1, 2]),
    "a comma list of ids": ({"shipmentPackageIds": ["5, 2,1"]}, [1, 2, 5]),
    "an id twice": ({"shipmentPackageIds": ["5,5"]}, [5]),
    "ids of others and of nobody": ({"shipmentPackageIds": ["6,7,99,1"]}, [1]),
    "ids and a status": ({"shipmentPackageIds": ["1,2"], "status": ["Picking"]}, [2]),
    "ids and dates": ({"shipmentPackageIds": ["1,5"], "startDate": [str(NOW - 2 * DAY)]}, [1]),
    "ids by creation": ({"shipmentPackageIds": ["1,5"], "orderByField": ["CreatedDate"]}, [5, 1]),
    "an unknown order": ({"orderNumber": ["NOBODYS"]}, []),
    "a start alone: up to now": ({"startDate": [str(NOW - 2 * DAY)]}, [1, 4, 3]),
    "an end alone: the week before it": ({"endDate": [str(NOW - 3 * DAY)]}, [2, 5]),
    "both ends are included": ({"startDate": [str(NOW - 3 * DAY)], "endDate": [str(NOW - 2 * DAY)]}, [4, 3, 2]),
    "one millisecond less": ({"startDate": [str(NOW - 3 * DAY + 1)], "endDate": [str(NOW - 2 * DAY - 1)]}, []),
    "two weeks": ({"startDate": [str(NOW - 14 * DAY)]}, [1, 4, 3, 2, 5]),
    "two weeks by a clock behind ours": ({"startDate": [str(NOW - 14 * DAY - 60_000)]}, [1, 4, 3, 2, 5]),
    "an unknown parameter": ({"colour": ["green"]}, [1, 4, 3, 2]),
}


@pytest.mark.parametrize(("query", "ids"), LISTS.values(), ids=LISTS)
def test_a_list_holds_what_was_asked_for(
    packages: dict[int, Package], de_seller: Caller, query: Query, ids: list[int]
) -> None:
    answer = de_seller.call(handler, path=PATH, query=query)
    expected = page([packages[each] for each in ids], total=len(ids), pages=1 if ids else 0)
    assert (answer.status, answer.json) == (200, expected)


@pytest.mark.parametrize("named", [{}, {"shipmentPackageIds": ["1,2,3,4"]}], ids=["browsing", "by id"])
def test_pages_divide_the_list_and_know_its_length(
    packages: dict[int, Package], de_seller: Caller, named: Query
) -> None:
    for number, ids in enumerate([[1, 4, 3], [2], []]):
        query = named | {"size": ["3"], "page": [str(number)]}
        answer = de_seller.call(handler, path=PATH, query=query)
        assert answer.json == page([packages[each] for each in ids], total=4, pages=2, number=number, size=3)


def test_an_order_is_found_however_old_it_is(load: Any, de_seller: Caller, clock: FrozenClock) -> None:  # noqa: ANN401
    first = load("sample-orders")[0]
    clock.move(days=300)
    answer = de_seller.call(handler, path=PATH, query={"orderNumber": [first["orderNumber"]]})
    whole = {"totalElements": 1, "totalPages": 1, "page": 0, "size": 50, "content": [both_names(first)]}
    assert (answer.status, answer.json) == (200, whole)


def test_an_order_that_is_split_while_it_is_read_is_shown_with_what_the_split_made(
    load: Any,  # noqa: ANN401
    table: Table,
    de_seller: Caller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load("sample-orders")
    lines = [{"lineId": 4765081101, "quantity": 1}]
    path = {"sellerId": SELLER, "packageId": 3330811901}
    assert de_seller.call(cancel_package, {"lines": lines, "reasonId": 500}, path=path).status == 200
    read, before = table.client.batch_get_item, iter([True])

    def late(**request: Any) -> Any:  # noqa: ANN401 - the client's
        if next(before, False):
            apply_to(table, SELLER, 3330811901)
        return read(**request)

    monkeypatch.setattr(table.client, "batch_get_item", late)
    answer = de_seller.call(handler, path={"sellerId": SELLER}, query={"orderNumber": ["10811190301"]})
    assert sorted(package["status"] for package in answer.json["content"]) == ["Cancelled", "Created"]


def test_a_split_moves_the_old_package_to_the_top_under_its_successor(
    load: Any,  # noqa: ANN401
    table: Table,
    de_seller: Caller,
    clock: FrozenClock,
) -> None:
    old = load("sample-orders")[0]["shipmentPackageId"]
    clock.move(days=30)
    body = {"lines": [{"lineId": 4765081101, "quantity": 1}], "reasonId": 500}
    assert de_seller.call(cancel_package, body, path={**PATH, "packageId": old}).status == 200
    split = apply_to(table, SELLER, old)
    assert split.successor is not None
    lists: list[tuple[Query, list[Package]]] = [
        ({}, [split.successor, split.closed]),
        ({"status": ["Cancelled"]}, [split.closed]),
        ({"status": ["Created"]}, [split.successor]),
        ({"orderByField": ["CreatedDate"]}, [split.successor]),
    ]
    for query, expected in lists:
        answer = de_seller.call(handler, path=PATH, query=query)
        assert answer.json == page(expected, total=len(expected), pages=1)


REFUSED = {
    "page below": ({"page": ["-1"]}, "page: must be a whole number"),
    "page as a word": ({"page": ["first"]}, "page: must be a whole number"),
    "page beyond 10,000 packages": ({"page": ["50"], "size": ["200"]}, "page: must be from 0 to 49"),
    "page beyond 10,000 packages, of the default size": ({"page": ["200"]}, "page: must be from 0 to 199"),
    "page beyond 10,000 packages, which it does not divide": (
        {"page": ["67"], "size": ["150"]},
        "page: must be from 0 to 66",
    ),
    "size zero": ({"size": ["0"]}, "size: must be from 1 to 200"),
    "size above": ({"size": ["201"]}, "size: must be from 1 to 200"),
    "a fraction": ({"size": ["1.5"]}, "size: must be a whole number"),
    "a digit of another script": ({"size": ["٣"]}, "size: must be a whole number"),
    "a time as text": ({"startDate": ["2026-10-18"]}, "startDate: must be a whole number"),
    "a time after 9999": ({"endDate": ["253402300800000"]}, "endDate: must be from 0 to 253402300799999"),
    "more than two weeks": (
        {"startDate": ["0"], "endDate": [str(14 * DAY + 1)]},
        "startDate: must be at most 14 days before endDate, which is now if it is absent",
    ),
    "more than two weeks ago, and no end": (
        {"startDate": [str(NOW - 14 * DAY - 60_001)]},
        "startDate: must be at most 14 days before endDate, which is now if it is absent",
    ),
    "the end before the start": (
        {"startDate": ["2"], "endDate": ["1"]},
        "startDate: must not be after endDate",
    ),
    "a start to come": ({"startDate": [str(NOW + 1)]}, "startDate: must not be after now"),
    "status": (
        {"status": ["Created,no word"]},
        "status: must be at most 50 words of letters, digits and underscores",
    ),
    "too many ids": (
        {"shipmentPackageIds": ["1,2"] * 25 + ["3"]},
        "shipmentPackageIds: may name 50 packages",
    ),
    "an id as a word": ({"shipmentPackageIds[]": ["1", "x"]}, "shipmentPackageIds: must be a whole number"),
    "an order number too long": (
        {"orderNumber": ["1" * 101]},
        "orderNumber: must have 1 to 100 characters, without spaces and #",
    ),
    "an order number with a space": (
        {"orderNumber": ["1 2"]},
        "orderNumber: must have 1 to 100 characters, without spaces and #",
    ),
    "field": (
        {"orderByField": ["OrderDate"]},
        "orderByField: must be one of PackageLastModifiedDate, CreatedDate",
    ),
    "direction": ({"orderByDirection": ["down"]}, "orderByDirection: must be one of DESC, ASC"),
}


@pytest.mark.parametrize(("query", "message"), REFUSED.values(), ids=REFUSED)
def test_a_parameter_that_does_not_fit_is_named(table: Table, de_seller: Caller, query: Query, message: str) -> None:
    del table
    answer = de_seller.call(handler, path=PATH, query=query)
    body = {
        "timestamp": NOW,
        "exception": "ClientApiBusinessException",
        "errors": [{"key": "bad.request", "message": message, "errorCode": ""}],
    }
    assert (answer.status, answer.json) == (400, body)


def test_the_last_allowed_page_and_fifty_ids_are_served(table: Table, de_seller: Caller) -> None:
    del table
    query = {"page": ["49"], "size": ["200"], "shipmentPackageIds": [",".join(str(each) for each in range(1, 51))]}
    answer = de_seller.call(handler, path=PATH, query=query)
    assert (answer.status, answer.json) == (200, page([], total=0, pages=0, number=49, size=200))


def test_a_package_that_leaves_the_status_while_the_index_lags_is_left_out(
    packages: dict[int, Package], table: Table, de_seller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moto's index never lags, so the status changes between the two reads."""
    batch_get = Table.batch_get

    def changed_meanwhile(self: Table, *wanted: Any) -> Any:  # noqa: ANN401 - Table's own signature
        put(table, [package(2, packages[2].modified_at, status=Status.INVOICED)])
        return batch_get(self, *wanted)

    monkeypatch.setattr(Table, "batch_get", changed_meanwhile)
    answer = de_seller.call(handler, path=PATH, query={"status": ["Created,Picking"]})
    assert answer.json == page([packages[1]], total=2, pages=1)


LISTINGS = [
    index
    for index in resources("AWS::DynamoDB::Table")["Table"]["GlobalSecondaryIndexes"]
    if index["KeySchema"][0]["AttributeName"] == "listing"
]


@pytest.mark.parametrize("index", LISTINGS)
def test_10_000_entries_of_an_index_fit_one_page_of_a_query(clock: FrozenClock, index: dict[str, Any]) -> None:
    """Of a seller with nine digits, packages made by splits (sixteen digits), every one in a long status."""
    longest = package(6_000_000_000_000_001, clock.now, seller_id=999_999_999, status=Status.DELIVERED)
    keys = [key["AttributeName"] for key in index["KeySchema"]]
    projected = {"pk", "sk", *keys, *index["Projection"]["NonKeyAttributes"]}
    size = entry_size(package_item(longest), projected)
    assert size == {"modified": 103, "created": 102}[index["IndexName"]]
    assert 10_000 * size <= MEGABYTE


def test_more_than_one_page_of_the_index_is_read_to_its_end(
    packages: dict[int, Package], de_seller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moto_table, "RESULT_SIZE_LIMIT", 1500)
    answer = de_seller.call(handler, path=PATH, query={"size": ["1"]})
    assert answer.json == page([packages[1]], total=4, pages=4, size=1)


def test_the_handler_serves_all_three_paths() -> None:
    function = resources("AWS::Serverless::Function")["GetShipmentPackagesFunction"]
    served = {(each["Properties"]["Method"], each["Properties"]["Path"]) for each in function["Events"].values()}
    assert served == {
        ("GET", "/integration/order/sellers/{sellerId}/orders"),
        ("GET", "/integration/order/sellers/{sellerId}/v2/orders"),
        ("GET", "/sapigw/suppliers/{sellerId}/orders"),
    }
