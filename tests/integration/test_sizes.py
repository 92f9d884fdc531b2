"""What a cancellation writes fits one kilobyte an item: DynamoDB charges each write by whole kilobytes.

The package is the sample's, with five lines of six units. What is left of the kilobyte is for what other orders have
more of: longer names, more webhooks, a longer history.
"""

from dataclasses import replace
from typing import Any

import boto3
import pytest
from cleave.store import order_keys
from cleave.table.limits import KILOBYTE
from cleave.table.table import Table

from benchmarks.sizes import item_size
from functions.cancel_package.app import handler as cancel_package
from functions.import_orders.app import handler as import_orders
from functions.split_package.app import handler as split_package
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.samples import Package, fresh_package
from tests.support.splits import apply_waiting
from tests.support.telling import webhook

SELLER = 20811
REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"  # as long as API Gateway's
# Bytes of its kilobyte that each leaves at least; an explicit split's plan leaves the fewest.
MARGINS = {
    "imported": 220,
    "reserved": 75,
    "cancellation": 690,
    "closed": 105,
    "successor": 205,
    "event, one webhook": 110,
    "event, two webhooks": 40,
    "order, one webhook": 740,
    "order, two webhooks": 690,
    "pointer": 930,
    "planned": 20,
}


@pytest.fixture
def package(table: Table, de_seller: Caller, clock: FrozenClock) -> Package:
    del table
    loaded = fresh_package(SELLER, "DE", {f"SKU-{n}": 6 for n in range(5)}, seller_pays=True, number=10**11)
    assert de_seller.call(import_orders, loaded, path={"sellerId": SELLER}).status == 200
    clock.move(seconds=7)
    return loaded


def weigh(table: Table, key: dict[str, str]) -> int:
    typed = {name: {"S": value} for name, value in key.items()}
    item: Any = boto3.client("dynamodb").get_item(TableName=table.name, Key=typed)["Item"]  # with binaries as bytes
    return item_size(item)


def sizes(table: Table, de_seller: Caller, package: Package, webhooks: int) -> dict[str, int]:
    """Of everything that one cancellation writes."""
    package_id, number = package["shipmentPackageId"], package["orderNumber"]
    own = order_keys.package(SELLER, package_id)
    found = {"imported": weigh(table, own)}
    lines = [{"lineId": package["lines"][0]["lineId"], "quantity": 1}]
    answer = de_seller.call(
        cancel_package, {"lines": lines, "reasonId": 500}, path={"sellerId": SELLER, "packageId": package_id}
    )
    name = answer.headers["Cancellation-Id"].replace("-", "#")
    found["reserved"] = weigh(table, own)
    found["cancellation"] = weigh(table, order_keys.cancellation(f"trendyol#{SELLER}#{name}"))
    (successor,) = apply_waiting(table)[package_id]
    told = {1: "one webhook", 2: "two webhooks"}[webhooks]
    return found | {
        "closed": weigh(table, own),
        "successor": weigh(table, order_keys.package(SELLER, successor)),
        f"event, {told}": weigh(table, order_keys.event(SELLER, number, 1)),
        f"order, {told}": weigh(table, order_keys.order(SELLER, number)),
        "pointer": weigh(table, order_keys.order_package(SELLER, number, successor)),
    }


@pytest.mark.parametrize("webhooks", [1, 2])
def test_what_a_cancellation_writes_leaves_a_margin_of_its_kilobyte(
    table: Table, de_seller: Caller, clock: FrozenClock, package: Package, webhooks: int
) -> None:
    for _ in range(webhooks):
        webhook(table, clock())
    found = sizes(table, replace(de_seller, request_id=REQUEST_ID), package, webhooks)
    left = {name: KILOBYTE - size for name, size in found.items()}
    assert {name: margin for name, margin in left.items() if margin < MARGINS[name]} == {}


def test_a_package_that_is_to_be_split_leaves_one_too(table: Table, de_seller: Caller, package: Package) -> None:
    path = {"sellerId": SELLER, "packageId": package["shipmentPackageId"]}
    body = {"orderLineIds": [package["lines"][0]["lineId"]]}
    assert replace(de_seller, request_id=REQUEST_ID).call(split_package, body, path=path).status == 200
    left = KILOBYTE - weigh(table, order_keys.package(SELLER, package["shipmentPackageId"]))
    assert left >= MARGINS["planned"]
