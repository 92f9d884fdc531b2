"""Lists and walks of sellers with many packages, on the deployed template, whose engine counts an index's bytes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cleave.application.read.packages import PackageQuery, find_packages
from cleave.domain.listing import By, Listing, Sought
from cleave.domain.package import Package
from cleave.store.listing import FoundPackage
from cleave.table.table import Table
from cleave_cli.api import SellerClient

from tests.support.calls import calls_of
from tests.support.listing import on_the_wire, package, put

FIRST_ID = 6_000_000_000_000_000  # as long as ids are that splits make
START = datetime(2020, 1, 1, tzinfo=UTC)
START_MS = 1_577_836_800_000
DAY_MS = 86_400_000


def load(table: Table, seller: SellerClient, storefront: str, count: int) -> list[int]:
    """Packages of a storefront that no other test uses, ten in each second; answers their ids, oldest first."""
    ids = [FIRST_ID + n for n in range(count)]
    seller_id = seller.seller.seller_id
    made = (
        package(each, START + timedelta(seconds=n // 10), seller_id=seller_id, storefront=storefront)
        for n, each in enumerate(ids)
    )
    put(table, made)
    return ids


def walk(seller: SellerClient, storefront: str) -> Iterator[dict[str, Any]]:
    """The packages of a walk over a day of 2020, 200 at a time."""
    window = {"lastModifiedStartDate": START_MS, "lastModifiedEndDate": START_MS + DAY_MS}
    parameters: dict[str, str | int] = {**window, "size": 200}
    while True:
        answer = get(seller, f"{seller.orders_path}/stream", storefront, parameters).raise_for_status().json()
        yield from answer["content"]
        if not answer["hasMore"]:
            return
        parameters["nextCursor"] = answer["nextCursor"]


def get(seller: SellerClient, path: str, storefront: str, parameters: dict[str, str | int]) -> httpx.Response:
    return seller.http.get(path, params=parameters, headers={"storeFrontCode": storefront})


def test_a_page_of_200_out_of_10_000_is_one_query_and_two_batch_reads(table: Table, self_paying: SellerClient) -> None:
    seller_id = self_paying.seller.seller_id
    ids = load(table, self_paying, "SK", 10_000)
    query = PackageQuery(
        looked_for=Sought(seller_id),
        listing=Listing(seller_id, "SK", frozenset()),
        order_number=None,
        package_ids=(),
        by=By.CREATED,
        start_ms=START_MS,
        end_ms=START_MS + DAY_MS,
        descending=False,
        page=7,
        size=200,
    )
    with calls_of(table.client) as calls:
        found = find_packages(table, query)
    assert calls == ["Query", "BatchGetItem", "BatchGetItem"]
    opened = [each.whole() for each in found.packages if isinstance(each, FoundPackage)]
    packages = [each for each in opened if isinstance(each, Package)]
    assert (found.total, [each.package_id for each in packages]) == (10_000, ids[1400:1600])

    parameters: dict[str, str | int] = {"startDate": START_MS, "endDate": START_MS + DAY_MS, "page": 7, "size": 200}
    parameters |= {"orderByField": "CreatedDate", "orderByDirection": "ASC"}
    orders = f"/integration/order/sellers/{seller_id}"
    for path in (f"{orders}/orders", f"{orders}/v2/orders", f"/sapigw/suppliers/{seller_id}/orders"):
        answer = get(self_paying, path, "SK", parameters)
        whole = {"totalElements": 10_000, "totalPages": 50, "page": 7, "size": 200}
        assert (answer.status_code, answer.json()) == (200, {**whole, "content": on_the_wire(packages)})


def test_all_packages_of_a_seller_are_walked_over_exactly_once(table: Table, self_paying: SellerClient) -> None:
    """The engine sorts the whole partition for each query; a larger walk is in tests/integration."""
    ids = load(table, self_paying, "HU", 2_000)
    seen = [each["shipmentPackageId"] for each in walk(self_paying, "HU")]
    assert seen == ids[::-1]


@pytest.mark.parametrize("name", ["shipmentPackageIds", "shipmentPackageIds[]"])
def test_a_list_of_ids_passes_the_gateway_in_every_form(table: Table, self_paying: SellerClient, name: str) -> None:
    ids = load(table, self_paying, "BG", 4)
    for values in ([f"{ids[0]},{ids[2]}"], [str(ids[0]), str(ids[2])]):
        headers = {"storeFrontCode": "BG"}
        answer = self_paying.http.get(self_paying.orders_path, params={name: values}, headers=headers)
        assert [each["shipmentPackageId"] for each in answer.json()["content"]] == [ids[2], ids[0]]
