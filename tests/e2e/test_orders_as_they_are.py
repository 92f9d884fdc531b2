"""tests/orders over HTTP: each comes in, is moved on, cancelled from, split, listed, walked and told."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from cleave_cli.api import TIMEOUT_SECONDS, SellerClient
from cleave_cli.receiver import Receiver

from tests.support.real_orders import (
    FILES,
    Document,
    check_came_in,
    check_is_cancelled_from_and_split,
    check_moves_on,
    id_of,
    packages_of,
)
from tests.support.subscribing import webhooks_path

SECONDS = 20
JSON = {"Content-Type": "application/json"}


class Shop:
    """A seller whose client sends no storefront, except about what is of another one than Türkiye's."""

    def __init__(self, seller: SellerClient, packages: list[Document]) -> None:
        self.packages = packages
        self.seller_id = seller.seller.seller_id
        self.http = httpx.Client(
            base_url=seller.http.base_url.join(seller.orders_path.removesuffix("/orders")),
            auth=seller.http.auth,
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )
        self._order = str(packages[0]["orderNumber"])
        code = packages[0].get("orderCountryCode")
        self._at_home = {"storeFrontCode": code} if code else {}

    def load(self, body: object) -> Document:
        sent: dict[str, Any] = {"content": body.encode(), "headers": JSON} if isinstance(body, str) else {"json": body}
        answer = self.http.post("/orders", **sent)
        assert answer.status_code == 200, answer.text
        loaded: Document = answer.json()
        return loaded

    def listed(self) -> dict[int, Document]:
        answer = self.http.get("/orders", params={"orderNumber": self._order, "size": 200}).raise_for_status()
        return {package["shipmentPackageId"]: package for package in answer.json()["content"]}

    def walked(self) -> dict[int, Document]:
        found: dict[int, Document] = {}
        for at in {package["lastModifiedDate"] for package in self.listed().values()}:
            window = {"lastModifiedStartDate": at, "lastModifiedEndDate": at, "size": 200}
            answer = self.http.get("/orders/stream", params=window, headers=self._at_home).raise_for_status()
            found |= {each["shipmentPackageId"]: each for each in answer.json()["content"]}
        return {package_id: each for package_id, each in found.items() if each["orderNumber"] == self._order}

    def cancel(self, package_id: int, line_id: int) -> int:
        body = {"lines": [{"lineId": str(line_id), "quantity": "1"}], "reasonId": "500"}
        path = f"/shipment-packages/{package_id}/items/unsupplied"
        return self.http.put(path, json=body, headers=self._at_home).status_code

    def split(self, package_id: int, line_id: int) -> int:
        body = {"quantitySplit": [{"orderLineId": line_id, "quantities": [1]}]}
        path = f"/shipment-packages/{package_id}/quantity-split"
        return self.http.post(path, json=body, headers=self._at_home).status_code

    def story(self) -> Document:
        (part,) = self.http.get(f"/orders/{self._order}/timeline").raise_for_status().json()["parts"]
        found: Document = part
        return found


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def file(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def shop(self_paying: SellerClient, file: Path) -> Iterator[Shop]:
    shop = Shop(self_paying, packages_of(file)[1])
    with closing(shop.http):
        yield shop


def happens(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_it_comes_in_moves_on_is_cancelled_from_and_split_and_all_agree(
    shop: Shop, file: Path, self_paying: SellerClient, receiver: Receiver
) -> None:
    text, packages = packages_of(file)
    assert shop.load(text)["imported"] == [id_of(package) for package in packages]
    check_came_in(shop)
    check_moves_on(shop)
    hook = {"url": receiver.url, "apiKey": "k", "username": "", "password": "", "subscribedStatuses": []}
    assert self_paying.http.post(webhooks_path(self_paying), json=hook).status_code == 200
    check_is_cancelled_from_and_split(shop, receiver, happens)
