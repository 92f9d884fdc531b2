"""What sellers with webhooks do on the deployed template, and how tests wait for it."""

import time
from collections.abc import Callable
from typing import Any

from cleave_cli.api import SellerClient
from cleave_cli.receiver import Received

from tests.support.samples import Package, fresh_package

type Document = dict[str, Any]


def webhooks_path(seller: SellerClient) -> str:
    return f"/integration/webhook/sellers/{seller.seller.seller_id}/webhooks"


def load(seller: SellerClient, quantities: dict[str, int]) -> Package:
    storefront = seller.seller.store_front_code
    package = fresh_package(seller.seller.seller_id, storefront, quantities, seller_pays=storefront == "DE")
    assert seller.import_orders(package).status_code == 200
    return package


def cancel(seller: SellerClient, package: Package, quantity: int = 1) -> None:
    lines = [{"lineId": package["lines"][0]["lineId"], "quantity": quantity}]
    assert seller.cancel(package["shipmentPackageId"], lines).status_code == 200


def about(package: Package) -> Callable[[Received], bool]:
    return lambda request: package["orderNumber"].encode() in request.body


def eventually[T](read: Callable[[], T], holds: Callable[[T], bool], seconds: float = 20) -> T:
    deadline = time.monotonic() + seconds
    while not holds(value := read()):
        assert time.monotonic() < deadline, value
        time.sleep(0.1)
    return value


def deliveries(seller: SellerClient, webhook_id: str, **filters: object) -> list[Document]:
    params: Any = filters
    answer = seller.http.get(f"{webhooks_path(seller)}/{webhook_id}/deliveries", params=params)
    content: list[Document] = answer.raise_for_status().json()["content"]
    return content
