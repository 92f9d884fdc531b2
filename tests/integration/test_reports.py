"""What carriers, marketplaces and sellers who deliver themselves say of packages, in both dialects."""

from typing import Any

import pytest
from cleave.table.table import Table

from functions.alternative_delivery.app import handler as alternative_delivery
from functions.cancel_package.app import handler as cancel_package
from functions.get_order_timeline.app import handler as get_order_timeline
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.import_orders.app import handler as import_orders
from functions.manual_deliver.app import handler as manual_deliver
from functions.manual_return.app import handler as manual_return
from functions.report_delivery.app import handler as report_delivery
from functions.report_shipment.app import handler as report_shipment
from functions.report_status.app import handler as report_status
from functions.update_package.app import handler as update_package
from tests.support.gateway import Answer, Caller
from tests.support.samples import sample
from tests.support.streaming import Consumer

ID, TRAYS, LAMP = 3330811901, 4765081101, 4765081102
NUMBER = 7280811901000001
SELLER = {"sellerId": 20811}
PACKAGE = {**SELLER, "packageId": ID}
ITEM = {"orderNumber": "10811190301", "orderItemNumber": "10811190301_SKU-TRAY-GREEN"}
MARKETPLACE = Caller("channel", (20811, 20812), {})


@pytest.fixture(autouse=True)
def loaded(table: Table, de_seller: Caller) -> None:
    del table
    assert de_seller.call(import_orders, sample("sample-orders")["content"][0], path=SELLER).status == 200


def say(status: str, *lines: tuple[int, int], by: Caller = MARKETPLACE) -> Answer:
    named = [{"lineId": line_id, "quantity": quantity} for line_id, quantity in lines]
    return by.call(report_status, {"lines": named, "params": {}, "status": status}, path=PACKAGE)


def shown(seller: Caller) -> dict[str, Any]:
    query = {"shipmentPackageIds": [str(ID)]}
    (package,) = seller.call(get_shipment_packages, path=SELLER, query=query).json["content"]
    found: dict[str, Any] = package
    return found


def rows(seller: Caller) -> tuple[str, list[tuple[int, int, str]]]:
    package = shown(seller)
    lines = package["lines"]
    return package["status"], [
        (line["lineId"], line["quantity"], line["orderLineItemStatusName"]) for line in lines
    ]  # fmt: skip


def events(seller: Caller) -> list[str]:
    path = {**SELLER, "orderNumber": "10811190301"}
    (part,) = seller.call(get_order_timeline, path=path).json["parts"]
    return [each["status"] for each in part["timeline"] if each["type"] == "event"]


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["errors"][0]["key"]


@pytest.mark.parametrize("caller", [MARKETPLACE, Caller("operator", (), {})], ids=["a channel", "an operator"])
def test_the_carriers_word_moves_a_package_on_and_is_told(de_seller: Caller, caller: Caller) -> None:
    for status in ("Shipped", "AtCollectionPoint", "UnDelivered", "Delivered"):
        answer = say(status, by=caller)
        assert (answer.status, answer.json) == (200, "200 OK")
        assert rows(de_seller) == (status, [(TRAYS, 3, status), (LAMP, 1, status)])
    assert say("Delivered", by=caller).status == 200
    assert events(de_seller) == ["Shipped", "AtCollectionPoint", "UnDelivered", "Delivered"]


def test_it_is_not_a_sellers_to_say_nor_a_strangers(de_seller: Caller) -> None:
    assert refusal(say("Shipped", by=de_seller)) == (403, "authorization.error")
    stranger = Caller("channel", (5,), {})
    assert refusal(say("Shipped", by=stranger)) == (404, "supplier.api.supplier.not.found")
    elsewhere = Caller("channel", (20811,), {"storeFrontCode": "RO"})
    assert refusal(say("Shipped", by=elsewhere)) == (400, "invalid.storefrontcode")


def test_some_units_go_ahead_and_the_package_follows_with_the_last(de_seller: Caller) -> None:
    assert say("Delivered", (TRAYS, 1)).status == 200
    assert rows(de_seller) == ("Created", [(TRAYS, 1, "Delivered"), (TRAYS, 2, "Created"), (LAMP, 1, "Created")])
    say("Delivered", (TRAYS, 1))
    say("delivered", (TRAYS, 2))
    assert rows(de_seller)[1] == [(TRAYS, 2, "Delivered"), (TRAYS, 1, "Created"), (LAMP, 1, "Created")]
    body = {"lines": [{"lineId": TRAYS, "quantity": 2}], "reasonId": 500}
    assert refusal(de_seller.call(cancel_package, body, path=PACKAGE)) == (409, "line.quantity.exceeds.left")
    say("Delivered", (TRAYS, 3), (LAMP, 1))
    assert rows(de_seller) == ("Delivered", [(TRAYS, 3, "Delivered"), (LAMP, 1, "Delivered")])
    assert events(de_seller) == ["Created", "Created", "Delivered"]


def test_units_that_cannot_be_where_they_are_said_to_be(de_seller: Caller) -> None:
    assert refusal(say("Shipped", (5, 1))) == (400, "line.not.found")
    assert refusal(say("Shipped", (LAMP, 2))) == (409, "line.quantity.exceeds.left")
    say("Returned", (LAMP, 1))
    assert refusal(say("Delivered", (LAMP, 1))) == (409, "shipment.package.status.order")
    say("Delivered")
    assert rows(de_seller)[1] == [(TRAYS, 3, "Delivered"), (LAMP, 1, "Returned")]
    assert refusal(say("Shipped")) == (409, "shipment.package.status.order")


def test_accepted_cancellations_are_done_before_a_package_leaves(table: Table, de_seller: Caller) -> None:
    body = {"lines": [{"lineId": TRAYS, "quantity": 2}], "reasonId": 500}
    assert de_seller.call(cancel_package, body, path=PACKAGE).status == 200
    assert refusal(say("Shipped")) == (409, "shipment.package.cancellations.waiting")
    assert refusal(say("Shipped", (TRAYS, 2))) == (409, "shipment.package.cancellations.waiting")
    assert say("Shipped", (TRAYS, 1)).status == 200
    Consumer(table).everything()
    assert refusal(say("Shipped")) == (409, "shipment.package.replaced")
    assert rows(de_seller)[1] == [(TRAYS, 1, "UnPacked"), (TRAYS, 2, "UnSupplied"), (LAMP, 1, "UnPacked")]


SETS_OUT = {"isPhoneNumber": False, "trackingInfo": "https://example.com/me", "params": {}, "boxQuantity": 2, "deci": 4}


def test_a_seller_sets_out_with_a_package_and_delivers_it(de_seller: Caller) -> None:
    answer = de_seller.call(alternative_delivery, SETS_OUT, path=PACKAGE)
    assert (answer.status, answer.json) == (200, "200 OK")
    package = shown(de_seller)
    assert (package["status"], package["cargoTrackingLink"]) == ("Shipped", "https://example.com/me")
    assert (package["boxQuantity"], package["cargoDeci"]) == (2, 4)
    assert de_seller.call(alternative_delivery, SETS_OUT, path=PACKAGE).status == 200
    assert de_seller.call(manual_deliver, path=PACKAGE).status == 200
    assert de_seller.call(manual_deliver, path=PACKAGE).status == 200
    assert refusal(de_seller.call(manual_return, path=PACKAGE)) == (409, "shipment.package.status.order")
    assert events(de_seller) == ["Shipped", "Delivered"]


def test_a_package_that_is_not_paid_is_not_its_sellers_to_send(de_seller: Caller) -> None:
    package = sample("sample-orders")["content"][1]
    unpaid = [{**line, "orderLineItemStatusName": "Awaiting"} for line in package["lines"]]
    path = {**SELLER, "packageId": package["shipmentPackageId"]}
    body = {"isPhoneNumber": True, "trackingInfo": "5555555555", "params": {}}
    awaiting = {**package, "status": "Awaiting", "lines": unpaid}
    assert de_seller.call(import_orders, awaiting, path=SELLER).status == 200
    assert refusal(de_seller.call(alternative_delivery, body, path=path)) == (409, "shipment.package.status.order")
    paid = {**package, "lastModifiedDate": package["lastModifiedDate"] + 1}
    assert de_seller.call(import_orders, paid, path=SELLER).json["updated"] == [package["shipmentPackageId"]]
    assert de_seller.call(alternative_delivery, body, path=path).status == 200


def test_a_parcel_weighs_nothing_less_than_nothing(de_seller: Caller) -> None:
    sets_out = {"isPhoneNumber": True, "trackingInfo": "5550000000", "params": {}}
    answer = de_seller.call(alternative_delivery, {**sets_out, "deci": -1}, path=PACKAGE)
    assert answer.json["errors"][0]["message"] == "deci: must be at least 0"
    assert de_seller.call(alternative_delivery, {**sets_out, "deci": "0"}, path=PACKAGE).status == 200


@pytest.mark.parametrize("word", ["SHIPPED", "AT_COLLECTION_POINT", "atcollectionpoint", "At-Collection-Point "])
def test_a_status_is_read_however_its_word_is_written(de_seller: Caller, word: str) -> None:
    assert say(word).status == 200
    assert rows(de_seller)[0] == ("Shipped" if word == "SHIPPED" else "AtCollectionPoint")


@pytest.mark.parametrize("word", ["AT_COLLECTION_POINT", "AtCollectionPoint"])
def test_a_channels_status_too(channel: Caller, de_seller: Caller, word: str) -> None:
    assert channel.call(report_shipment, {"status": word}, path={"shipmentId": ID}).status == 200
    assert rows(de_seller)[0] == "AtCollectionPoint"


def test_a_package_that_its_seller_delivers_is_named_by_its_number_too(de_seller: Caller) -> None:
    path = {**SELLER, "cargoTrackingNumber": NUMBER}
    assert refusal(de_seller.call(manual_return, path=path)) == (404, "shipment.package.not.found")
    phone = {"isPhoneNumber": "true", "trackingInfo": 5550000000, "params": {}}
    assert de_seller.call(alternative_delivery, phone, path=PACKAGE).status == 200
    assert shown(de_seller)["cargoSenderNumber"] == "5550000000"
    assert de_seller.call(manual_return, path=path).status == 200
    assert rows(de_seller)[0] == "Returned"
    assert refusal(de_seller.call(manual_return, path={**path, "cargoTrackingNumber": "x"}))[0] == 404


def test_what_a_carrier_has_is_not_its_sellers_to_deliver(de_seller: Caller) -> None:
    say("Shipped")
    expected = (409, "shipment.package.not.delivered.by.seller")
    assert refusal(de_seller.call(manual_deliver, path=PACKAGE)) == expected
    assert refusal(de_seller.call(alternative_delivery, SETS_OUT, path=PACKAGE)) == (
        409,
        "shipment.package.status.order",
    )


def test_a_channel_reports_a_shipment(channel: Caller, de_seller: Caller) -> None:
    body = {"status": "shipped", "tracking_number": "7280811901000009", "occurred_at": "2026-10-18T08:00:00Z"}
    answer = channel.call(report_shipment, body, path={"shipmentId": ID})
    assert (answer.status, answer.json["data"]) == (200, {})
    package = shown(de_seller)
    assert (package["status"], package["cargoTrackingNumber"]) == ("Shipped", 7280811901000009)
    assert package["packageHistories"][-1] == {"createdDate": 1792310400000, "status": "Shipped"}
    assert channel.call(report_shipment, {"status": "AT_COLLECTION_POINT"}, path={"shipmentId": ID}).status == 200
    assert refusal(channel.call(report_shipment, body, path={"shipmentId": 5})) == (404, "shipment.package.not.found")
    foreign = Caller("channel", (20812,), {})
    assert refusal(foreign.call(report_shipment, body, path={"shipmentId": ID})) == (404, "shipment.package.not.found")


def deliver(channel: Caller, quantity: int | None = None, **path: str) -> Answer:
    body = {"status": "delivered", "delivered_at": "2026-10-18T08:00:00Z"}
    more = {} if quantity is None else {"quantity": quantity}
    return channel.call(report_delivery, body | more, path=ITEM | path)


def test_a_channel_reports_that_units_of_an_item_were_delivered(channel: Caller, de_seller: Caller) -> None:
    say("Shipped")
    assert deliver(channel, 1).status == 200
    assert deliver(channel, 1).status == 200
    assert rows(de_seller) == ("Shipped", [(TRAYS, 1, "Delivered"), (TRAYS, 2, "Shipped"), (LAMP, 1, "Shipped")])
    assert refusal(deliver(channel, 4)) == (409, "line.quantity.exceeds.left")
    assert deliver(channel).status == 200
    assert deliver(channel, orderItemNumber="10811190301_SKU-LAMP").status == 200
    assert rows(de_seller) == ("Delivered", [(TRAYS, 3, "Delivered"), (LAMP, 1, "Delivered")])
    assert events(de_seller) == ["Shipped", "Shipped", "Shipped", "Delivered"]


def test_an_item_over_several_packages_is_delivered_from_the_one_that_is_furthest(
    table: Table, channel: Caller, de_seller: Caller
) -> None:
    del table
    second = sample("sample-orders")["content"][0] | {"shipmentPackageId": 5, "status": "Shipped"}
    for line in second["lines"]:
        line["orderLineItemStatusName"] = "Shipped"
    assert de_seller.call(import_orders, second, path=SELLER).status == 200
    assert deliver(channel, 4).status == 200
    assert rows(de_seller)[1] == [(TRAYS, 1, "Delivered"), (TRAYS, 2, "Created"), (LAMP, 1, "Created")]


def test_what_a_channel_may_not_know_of_is_not_there(channel: Caller) -> None:
    assert refusal(deliver(channel, orderNumber="5")) == (404, "order.not.found")
    assert refusal(deliver(channel, orderItemNumber="5")) == (404, "order.item.not.found")
    assert refusal(deliver(Caller("channel", (20812,), {}))) == (404, "order.not.found")


def test_a_second_invoiced_may_add_the_number(de_seller: Caller) -> None:
    def invoiced(**params: str) -> Answer:
        return de_seller.call(update_package, {"status": "Invoiced", "params": params}, path=PACKAGE)

    de_seller.call(update_package, {"status": "Picking", "params": {}}, path=PACKAGE)
    assert invoiced().status == 200
    assert invoiced(invoiceNumber="EME1").status == 200
    assert invoiced(invoiceNumber="EME1").status == 200
    assert shown(de_seller)["invoiceNumber"] == "EME1"
    assert refusal(invoiced(invoiceNumber="EME2")) == (409, "shipment.package.invoice.differs")
    assert events(de_seller) == ["Picking", "Invoiced"]
