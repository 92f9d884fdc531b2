"""POST /v1/orders: an order becomes one package for each company, once."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from cleave.store import keys, order_keys
from cleave.store.events import read_events
from cleave.store.orders import read_orders
from cleave.store.packages import read_state
from cleave.table.table import Table

from functions.create_order.app import handler as create_order
from functions.get_shipment_packages.app import handler as get_shipment_packages
from tests.integration.conftest import FrozenClock
from tests.support.calls import calls_of
from tests.support.gateway import Answer, Caller
from tests.support.samples import sample
from tests.support.shown import both_names

type Load = Callable[[str], list[dict[str, Any]]]

ORDER = "NMSAC3R37F2891PN-IO-1"
BAG, LAMP = f"{ORDER}_750724899922", f"{ORDER}_HBCV000057B1XL"
FIRST, SECOND = 20811, 20812


def item(item_number: str, company_id: int, quantity: int, price: float) -> dict[str, Any]:
    return {
        "item_number": item_number,
        "esd": "2026-10-20T16:05:26+00:00",
        "company_id": company_id,
        "spu": "1807656240281686025",
        "sku": item_number.removeprefix(f"{ORDER}_"),
        "product_name": "Shoulder bag",
        "quantity": quantity,
        "unit_product_price": price,
        "total_amount_excl_vat": 22.78,
        "total_amount": 23.78,
        "vat_amount": 1,
        "currency": "USD",
        "original_total_amount": 24.97,
        "original_currency": "EUR",
        "base_price": 12.39,
        "campaign": {"merchant_campaign_amount": 0.5},
    }


def order(**other: object) -> dict[str, Any]:
    return {
        "order_number": ORDER,
        "marketplace": "hepsiglobal",
        "order_date": "2026-10-17T16:01:26+03:00",
        "shipping_type": 1,
        "delivery_point_code": "501652397",
        "order_amount": 37.17,
        "currency": "USD",
        "original_order_amount": 39.03,
        "original_currency": "EUR",
        "currency_rate": 1.05,
        "customer": {"name": "Ada Maria Example", "phone": "+10000000000", "email": "ada@example.com"},
        "order_items": [item(BAG, FIRST, 2, 12.39), item(LAMP, SECOND, 1, 12.39)],
        **other,
    }


def post(channel: Caller, document: object) -> Answer:
    return channel.call(create_order, document)


def package_ids(answer: Answer) -> list[int]:
    assert answer.status == 200, answer.json
    return [package["package_id"] for package in answer.json["data"]["packages"]]


def keys_of(answer: Answer) -> list[tuple[str, str | None]]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return [(error["key"], error["field"]) for error in answer.json["errors"]]


def shown(seller: Caller) -> list[dict[str, Any]]:
    path, query = {"sellerId": seller.sellers[0]}, {"orderNumber": [ORDER]}
    content: list[dict[str, Any]] = seller.call(get_shipment_packages, path=path, query=query).json["content"]
    return content


def test_an_order_becomes_one_package_for_each_company(table: Table, channel: Caller) -> None:
    answer = post(channel, order())
    first, second = package_ids(answer)
    assert answer.json == {
        "data": {
            "order_number": ORDER,
            "packages": [
                {"company_id": FIRST, "package_id": first, "items": answer.json["data"]["packages"][0]["items"]},
                {"company_id": SECOND, "package_id": second, "items": answer.json["data"]["packages"][1]["items"]},
            ],
        },
        "message": "the order is created",
    }
    assert [(each.seller_id, each.sequence) for each in read_orders(table, ORDER)] == [(FIRST, 1), (SECOND, 1)]
    items = [each["item_number"] for made in answer.json["data"]["packages"] for each in made["items"]]
    assert items == [BAG, LAMP]


def test_the_seller_finds_the_package_in_the_other_dialect(table: Table, channel: Caller, tr_seller: Caller) -> None:
    del table
    _, package_id = package_ids(post(channel, order()))
    (package,) = shown(tr_seller)
    (line,) = package["lines"]
    sent = order()
    assert package == both_names(
        {
            "customerFirstName": "Ada Maria",
            "customerLastName": "Example",
            "customerEmail": "ada@example.com",
            "currencyCode": "USD",
            "orderDate": 1792242086000,
            "shipmentAddress": {"fullName": "Ada Maria Example", "phone": "+10000000000"},
            "hepsiGlobal": {name: value for name, value in sent.items() if name != "order_items"},
            "shipmentPackageId": package_id,
            "orderNumber": ORDER,
            "supplierId": SECOND,
            "status": "Created",
            "shipmentPackageStatus": "Created",
            "cargoTrackingNumber": package["cargoTrackingNumber"],
            "packageGrossAmount": 12.39,
            "packageSellerDiscount": 0,
            "packageTyDiscount": 0,
            "packageTotalDiscount": 0,
            "packageTotalPrice": 12.39,
            "lines": [line],
            "packageHistories": [{"createdDate": 1792314000000, "status": "Created"}],
            "lastModifiedDate": 1792314000000,
            "createdBy": "order-creation",
            "originPackageIds": None,
        }
    )
    assert package["cargoTrackingNumber"] > 0
    expected = {
        "lineId": line["lineId"],
        "quantity": 1,
        "stockCode": "HBCV000057B1XL",
        "productName": "Shoulder bag",
        "currencyCode": "USD",
        "sellerId": SECOND,
        "hepsiGlobal": sent["order_items"][1],
        "lineUnitPrice": 12.39,
        "lineGrossAmount": 12.39,
        "lineSellerDiscount": 0,
        "lineTyDiscount": 0,
        "lineTotalDiscount": 0,
        "discountDetails": [
            {
                "lineItemId": f"{line['lineId']}-1",
                "lineItemPrice": 12.39,
                "lineItemSellerDiscount": 0,
                "lineItemTyDiscount": 0,
            }
        ],
        "orderLineItemStatusName": "Created",
        "cancelledBy": "",
        "cancelReason": "",
        "cancelReasonCode": 0,
    }
    assert [line] == both_names({"lines": [expected]})["lines"]


def test_the_package_its_order_and_its_event_are_written_together(table: Table, channel: Caller) -> None:
    with calls_of(table.client) as calls:
        first, _ = package_ids(post(channel, order()))
    assert calls == ["UpdateItem", "BatchGetItem", "TransactWriteItems"], "an environment leases carriers' numbers once"
    (event,), stored = read_events(table, FIRST, ORDER, 1, 1), read_state(table, FIRST, first)
    assert event is not None
    assert stored is not None
    assert event.packages == (stored.package,)
    item = table.get(order_keys.event(FIRST, ORDER, 1))
    assert item is not None
    assert keys.DUE in item, "nothing else says that somebody is to be told"
    with calls_of(table.client) as calls:
        assert post(channel, order(order_number="ANOTHER")).status == 200
    assert calls == ["BatchGetItem", "TransactWriteItems"]


def test_a_repeat_is_answered_the_same_and_changes_nothing(table: Table, channel: Caller, clock: FrozenClock) -> None:
    first = post(channel, order())
    clock.move(hours=1)
    document = json.dumps(dict(reversed(order().items()))).replace("12.39", "12.390")
    assert post(channel, document) == first
    assert [each.sequence for each in read_orders(table, ORDER)] == [1, 1]


def test_the_same_number_with_other_content_is_refused(table: Table, channel: Caller) -> None:
    post(channel, order())
    changed = order(order_items=[item(BAG, FIRST, 3, 12.39)])
    answer = post(channel, changed)
    assert (answer.status, keys_of(answer)) == (409, [("order.exists.with.other.content", "order_number")])
    assert [each.live[0].lines[0].quantity for each in read_orders(table, ORDER)] == [2, 1]


def test_an_order_that_came_in_by_the_other_dialect_is_not_created_again(load: Load, channel: Caller) -> None:
    number = load("sample-orders")[0]["orderNumber"]
    answer = post(channel, order(order_number=number))
    assert (answer.status, keys_of(answer)) == (409, [("order.exists", "order_number")])


def test_a_company_of_somebody_else_is_one_that_does_not_exist(load: Load, table: Table) -> None:
    load("sample-orders-tr")
    stranger = Caller("channel", (FIRST,), {})
    foreign = post(stranger, order())
    missing = post(stranger, order(order_items=[item(BAG, FIRST, 2, 12.39), item(LAMP, 99, 1, 12.39)]))
    assert (foreign.status, keys_of(foreign)) == (404, [("company.not.found", "order_items.1.company_id")])
    assert foreign == missing
    assert read_orders(table, ORDER) == []


def test_an_id_that_is_taken_is_stepped_over(
    table: Table, channel: Caller, tr_seller: Caller, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    load("sample-orders-tr")
    taken = sample("sample-orders-tr")["content"][0]["shipmentPackageId"]
    monkeypatch.setattr(
        "cleave.domain.new_order.order_package_id", lambda _order, _seller, attempt: taken + attempt * 10**12
    )
    only = order(order_items=[item(LAMP, SECOND, 1, 12.39)])
    assert package_ids(post(channel, only)) == [taken + 10**12]
    assert package_ids(post(channel, only)) == [taken + 10**12], "a repeat answers the id that was given"
    assert [package["shipmentPackageId"] for package in shown(tr_seller)] == [taken + 10**12]
    assert len(read_orders(table, ORDER)) == 1


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in order().items() if key != name}


def with_item(**other: object) -> dict[str, Any]:
    return order(order_items=[item(BAG, FIRST, 2, 12.39) | other])


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (without("order_number"), ["order_number"]),
        (without("order_items"), ["order_items"]),
        (order(order_items=[]), ["order_items"]),
        (order(order_number="with space"), ["order_number"]),
        (order(order_date="yesterday"), ["order_date"]),
        (order(order_date="0001-01-01T00:00:00+14:00"), ["order_date"]),
        (order(order_date="1969-12-31T23:59:59Z"), ["order_date"]),
        (order(order_date=1792242086), ["order_date"]),
        (with_item(quantity=0), ["order_items.0.quantity"]),
        (with_item(quantity=5001), ["order_items.0.quantity"]),
        (with_item(unit_product_price=-1), ["order_items.0.unit_product_price"]),
        (with_item(unit_product_price="12,39", sku=""), ["order_items.0.sku", "order_items.0.unit_product_price"]),
        (order(order_items=[item(BAG, FIRST, 1, 1), item(BAG, SECOND, 1, 1)]), ["order_items.1.item_number"]),
        (order(order_items=[item(f"{n}", FIRST, 2000, 1) for n in range(3)]), ["order_items"]),
    ],
)
def test_every_field_at_fault_is_named(table: Table, channel: Caller, wrong: dict[str, Any], fields: list[str]) -> None:
    answer = post(channel, wrong)
    assert (answer.status, keys_of(answer)) == (400, [("bad.request", field) for field in fields])
    assert read_orders(table, ORDER) == []


@pytest.mark.parametrize("text", ["{", '{"order_amount": 1e999}', '{"order_amount": NaN}', "\ud800"])
def test_what_is_no_json_that_we_could_show_again_is_refused(channel: Caller, text: str, table: Table) -> None:
    del table
    answer = post(channel, text)
    assert (answer.status, keys_of(answer)) == (400, [("body.not.json", None)])


def test_an_order_too_large_to_be_kept_is_refused(channel: Caller, table: Table) -> None:
    del table
    for document in (order(note="x" * 200_000), order(note="x" * 17_000)):
        answer = post(channel, document)
        assert (answer.status, keys_of(answer)) == (413, [("body.too.large", None)])


def test_the_largest_order_is_created(table: Table, channel: Caller) -> None:
    sellers = tuple(range(1, 25))
    caller = Caller("channel", sellers, {}, credential="large")
    items = [item(f"{ORDER}_{n}", sellers[n % 24], 50, 1.5) for n in range(100)]
    document = order(order_items=copy.deepcopy(items))
    assert len(package_ids(post(caller, document))) == 24
    lines = [line for part in read_orders(table, ORDER) for live in part.live for line in live.lines]
    assert len({line.line_id for line in lines}) == 100
    del channel


def test_each_package_has_a_carriers_number_of_its_own(
    table: Table, channel: Caller, tr_seller: Caller, de_seller: Caller
) -> None:
    del table
    for number in range(3):
        assert post(channel, order(order_number=f"{ORDER}-{number}")).status == 200
    answers = [
        caller.call(get_shipment_packages, path={"sellerId": caller.sellers[0]}, headers={"storeFrontCode": "TR"})
        for caller in (tr_seller, de_seller)
    ]
    numbers = {package["cargoTrackingNumber"] for answer in answers for package in answer.json["content"]}
    assert len(numbers) == 6


def test_a_date_without_an_offset_is_utc(table: Table, channel: Caller) -> None:
    first, _ = package_ids(post(channel, order(order_date="2026-10-17T13:01:26")))
    stored = read_state(table, FIRST, first)
    assert stored is not None
    assert stored.package.created_at.isoformat() == "2026-10-17T13:01:26+00:00"


def test_a_sellers_credential_creates_no_orders(de_seller: Caller) -> None:
    answer = post(de_seller, order())
    assert (answer.status, keys_of(answer)) == (403, [("authorization.error", None)])
