"""The service at the root of an origin, and paths that are decoded once, as API Gateway and its function do."""

from urllib.parse import quote, urlsplit

import httpx
from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.stack import LocalStack

from tests.support.samples import fresh_cancel_id, fresh_package


def test_the_api_is_at_the_root_of_its_origin(stack: LocalStack, other_seller: SellerClient) -> None:
    """Where `new URL('/integration/…', base)` finds it, and under the path form of the engine as before."""
    assert urlsplit(stack.base_url).path == ""
    path = f"/integration/order/sellers/{other_seller.seller.seller_id}/orders"
    answers = [other_seller.http.get(f"{base}{path}") for base in (stack.base_url, stack.deployment.base_url)]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_what_is_not_there_is_answered_by_the_gateway(anonymous: httpx.Client) -> None:
    answer = anonymous.get("/v1/nothing-here")
    assert (answer.status_code, answer.json()["exception"]) == (404, "TrendyolNotFoundException")


def order(channel: ChannelClient, company: int, number: str, *skus: str) -> list[str]:
    """A new order, and the numbers of its items."""
    numbers = [f"{number}_{sku}" for sku in skus]
    items = [
        {"item_number": item, "company_id": company, "sku": sku, "quantity": 1, "unit_product_price": 5}
        for item, sku in zip(numbers, skus, strict=True)
    ]
    body = {"order_number": number, "order_date": "2026-10-18T09:00:00Z", "order_items": items}
    assert channel.http.post("/v1/orders", json=body).status_code == 200
    return numbers


def cancel(channel: ChannelClient, number: str, item: str) -> httpx.Response:
    path = f"/v1/orders/{quote(number, safe='')}/order_items/{quote(item, safe='')}"
    return channel.http.put(path, json={"reason": "customer_demand"})


def test_items_whose_names_differ_by_one_decoding_are_two(channel: ChannelClient, other_seller: SellerClient) -> None:
    number = f"R{fresh_cancel_id()}"
    order(channel, other_seller.seller.seller_id, number, "A%20B", "A B")
    first, second = cancel(channel, number, f"{number}_A%20B"), cancel(channel, number, f"{number}_A B")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.headers["Cancellation-Id"] != second.headers["Cancellation-Id"]


def test_numbers_with_a_slash_can_be_reached(channel: ChannelClient, other_seller: SellerClient) -> None:
    seller_id, number = other_seller.seller.seller_id, f"R/{fresh_cancel_id()}"
    (item,) = order(channel, seller_id, number, "A/B%2F")
    assert cancel(channel, number, item).status_code == 200
    story = channel.http.get(f"/v1/orders/{quote(number, safe='')}/timeline")
    assert (story.status_code, story.json()["orderNumber"]) == (200, number)
    package = {**fresh_package(seller_id, "TR", {"A/B": 2}, seller_pays=False), "orderNumber": f"{number}/2"}
    assert other_seller.import_orders(package).status_code == 200
    path = f"/integration/order/sellers/{seller_id}/orders/{quote(f'{number}/2', safe='')}/timeline"
    assert other_seller.http.get(path).json()["orderNumber"] == f"{number}/2"
