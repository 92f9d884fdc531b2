"""HepsiGlobal's side on the deployed template: orders, cancels in both directions between the dialects, tokens."""

from typing import Any

import httpx
from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.receiver import Receiver

from tests.e2e.test_main_job import import_package, is_split, units, wait_for_packages
from tests.support.samples import Package, fresh_cancel_id

SELLER = 20812  # its packages are in the storefront TR, as are those of created orders


def create_order(channel: ChannelClient, quantities: dict[str, int], company_id: int = SELLER) -> dict[str, Any]:
    """An order of HepsiGlobal's: sku → quantity; each unit costs 12.39 USD. Answers the order as it was sent."""
    number = f"HG{fresh_cancel_id()}-IO-1"
    items = [
        {
            "item_number": f"{number}_{sku}",
            "company_id": company_id,
            "sku": sku,
            "product_name": "Bag",
            "quantity": quantity,
            "unit_product_price": 12.39,
            "currency": "USD",
        }
        for sku, quantity in quantities.items()
    ]
    order = {"order_number": number, "order_date": "2026-10-17T16:01:26+03:00", "currency": "USD", "order_items": items}
    answer = channel.http.post("/v1/orders", json=order)
    assert answer.status_code == 200, answer.text
    assert channel.http.post("/v1/orders", json=order).json() == answer.json()
    return order


def line_of(package: Package, sku: str) -> int:
    (line_id,) = [line["lineId"] for line in package["lines"] if line["stockCode"] == sku]
    return int(line_id)


def test_an_order_created_by_hepsiglobal_is_cancelled_by_the_seller_in_trendyols_words(
    channel: ChannelClient, other_seller: SellerClient, receiver: Receiver
) -> None:
    assert other_seller.subscribe(receiver.url, "receiver-key").status_code == 200
    number = create_order(channel, {"BAG": 3})["order_number"]
    (package,) = other_seller.packages(number)
    line_id = line_of(package, "BAG")
    assert (package["status"], package["packageTotalPrice"], "whoPays" in package) == ("Created", 37.17, False)

    answer = other_seller.cancel(package["shipmentPackageId"], [{"lineId": line_id, "quantity": 1}], reason_id=502)

    assert answer.status_code == 200
    packages = wait_for_packages(other_seller, number, is_split)
    assert units(packages) == ({line_id: 1}, {line_id: 2})
    old = next(each for each in packages if each["status"] == "Cancelled")
    (gone,) = [line for line in old["lines"] if line["orderLineItemStatusName"] == "UnSupplied"]
    assert (gone["cancelReasonCode"], gone["cancelledBy"]) == (502, "Seller")
    told = receiver.wait_for(3, where=lambda request: number.encode() in request.body)
    assert len(told) == 3, "created, cancelled, created anew"
    rest = channel.cancel(fresh_cancel_id(), number, f"{number}_BAG", 2, "customer_demand")
    assert rest.status_code == 200, "the item is known by the number that it came in with"


def test_an_order_imported_by_trendyol_is_cancelled_by_the_marketplace_in_hepsiglobals_words(
    channel: ChannelClient, self_paying: SellerClient
) -> None:
    package = import_package(self_paying, {"LAMP": 2, "TRAY": 1})
    number, lamp = package["orderNumber"], line_of(package, "LAMP")
    path, body = f"/v1/orders/{number}/order_items/{number}_LAMP", {"reason": "customer_demand"}

    answers = [channel.http.put(path, json=body) for _ in range(2)]

    assert [(each.status_code, sorted(each.json())) for each in answers] == [(200, ["data", "message"])] * 2
    packages = wait_for_packages(self_paying, number, is_split)
    assert units(packages)[0] == {lamp: 2}
    old = next(each for each in packages if each["status"] == "Cancelled")
    (gone,) = [line for line in old["lines"] if line["orderLineItemStatusName"] == "UnSupplied"]
    assert (gone["cancelledBy"], gone["cancelReason"]) == ("Customer", "Customer demand")
    assert channel.http.put(path, json=body).json() == answers[0].json(), "nothing of the item is live any more"


def test_a_burst_of_one_call_per_item_ends_in_one_split(channel: ChannelClient, other_seller: SellerClient) -> None:
    skus = [f"SKU-{letter}" for letter in "ABCDE"]
    number = create_order(channel, dict.fromkeys(skus, 2))["order_number"]
    warm = create_order(channel, {"BAG": 1})["order_number"]
    assert channel.cancel(fresh_cancel_id(), warm, f"{warm}_BAG").status_code == 200

    for sku in skus:
        assert channel.cancel(fresh_cancel_id(), number, f"{number}_{sku}").status_code == 200

    packages = wait_for_packages(other_seller, number, lambda found: sum(units(found)[0].values()) == len(skus))
    assert [each["status"] for each in sorted(packages, key=lambda each: each["status"])] == ["Cancelled", "Created"]
    assert sum(units(packages)[1].values()) == len(skus)


def test_an_item_number_with_spaces_comes_through_the_path(channel: ChannelClient) -> None:
    number = create_order(channel, {"A B é": 1})["order_number"]
    path = f"/v1/orders/{number}/order_items/{number}_A%20B%20%C3%A9"
    answer = channel.http.put(path, json={"reason": "customer_demand"})
    assert answer.status_code == 200, answer.text


def test_a_company_that_the_channel_does_not_act_for_is_no_company(channel: ChannelClient) -> None:
    order = {
        "order_number": f"HG{fresh_cancel_id()}",
        "order_date": "2026-10-17T16:01:26Z",
        "order_items": [{"item_number": "1", "company_id": 1, "sku": "A", "quantity": 1, "unit_product_price": 1}],
    }
    answer = channel.http.post("/v1/orders", json=order)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["errors"][0]["field"] == "order_items.0.company_id"


def test_a_wrong_secret_gets_no_token_and_a_token_opens_only_the_channels_paths(
    anonymous: httpx.Client, channel: ChannelClient, other_seller: SellerClient
) -> None:
    grant = {"grant_type": "client_credentials", "client_id": channel.channel.client_id, "client_secret": "wrong"}
    refused = anonymous.post("/v1/auth/token", json=grant)
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    answer = channel.http.get(other_seller.orders_path, params={"orderNumber": "1"})
    assert answer.status_code == 403
    altered = channel.http.headers["Authorization"][:-2] + "xx"
    assert channel.http.put("/webhooks/order-cancel", headers={"Authorization": altered}, json={}).status_code == 401
