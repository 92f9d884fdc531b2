"""tests/orders: exports with the shapes of real ones, of old names and new, of several years and storefronts.

Each is imported, moved on, cancelled from, split, listed, walked and told; nothing of it is lost, and sums add up. The
same over HTTP: tests/e2e/test_orders_as_they_are.py.
"""

from collections.abc import Callable

import pytest
from cleave_cli.receiver import Receiver

from functions.cancel_package.app import handler as cancel_package
from functions.create_webhook.app import handler as create_webhook
from functions.get_order_timeline.app import handler as get_order_timeline
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.get_shipment_packages_stream.app import handler as get_shipment_packages_stream
from functions.import_orders.app import handler as import_orders
from functions.quantity_split.app import handler as quantity_split
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.real_orders import (
    FILES,
    Document,
    check_came_in,
    check_is_cancelled_from_and_split,
    check_moves_on,
    id_of,
    packages_of,
)

SELLER = {"sellerId": 501}


class Shop:
    """A seller whose client sends no storefront, except to change what is of another one than Türkiye's."""

    def __init__(self, packages: list[Document]) -> None:
        self.packages = packages
        self.seller_id = 501
        self.order = str(packages[0]["orderNumber"])
        code = packages[0].get("orderCountryCode")
        self.caller = Caller("seller", (501,), {})
        self.at_home = Caller("seller", (501,), {"storeFrontCode": code} if code else {})

    def load(self, body: object) -> Document:
        answer = self.caller.call(import_orders, body, path=SELLER)
        assert answer.status == 200, answer.json
        loaded: Document = answer.json
        return loaded

    def listed(self) -> dict[int, Document]:
        answer = self.caller.call(get_shipment_packages, path=SELLER, query={"orderNumber": [self.order]})
        return {package["shipmentPackageId"]: package for package in answer.json["content"]}

    def walked(self) -> dict[int, Document]:
        found: dict[int, Document] = {}
        for at in {str(package["lastModifiedDate"]) for package in self.listed().values()}:
            window = {"lastModifiedStartDate": [at], "lastModifiedEndDate": [at]}
            answer = self.at_home.call(get_shipment_packages_stream, path=SELLER, query=window)
            found |= {package["shipmentPackageId"]: package for package in answer.json["content"]}
        return found

    def cancel(self, package_id: int, line_id: int) -> int:
        body = {"lines": [{"lineId": str(line_id), "quantity": "1"}], "reasonId": "500"}
        return self.at_home.call(cancel_package, body, path={**SELLER, "packageId": package_id}).status

    def split(self, package_id: int, line_id: int) -> int:
        body = {"quantitySplit": [{"orderLineId": line_id, "quantities": [1]}]}
        return self.at_home.call(quantity_split, body, path={**SELLER, "packageId": package_id}).status

    def story(self) -> Document:
        answer = self.caller.call(get_order_timeline, path={**SELLER, "orderNumber": self.order})
        (part,) = answer.json["parts"]
        found: Document = part
        return found


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def shop(request: pytest.FixtureRequest, table: object) -> Shop:
    del table
    text, packages = packages_of(request.param)
    shop = Shop(packages)
    assert shop.load(text)["imported"] == [id_of(package) for package in packages]
    return shop


def test_it_is_shown_as_it_came_under_old_names_and_new_ones(shop: Shop) -> None:
    check_came_in(shop)


def test_it_is_moved_on(shop: Shop) -> None:
    check_moves_on(shop)


def test_a_unit_is_cancelled_and_the_rest_split_and_all_agree(
    shop: Shop, let_happen: Callable[[], None], receiver: Receiver, clock: FrozenClock
) -> None:
    hook = {"url": receiver.url, "apiKey": "k", "username": "", "password": "", "subscribedStatuses": []}
    assert shop.caller.call(create_webhook, hook, path=SELLER).status == 200
    clock.move(seconds=1)

    def happens(is_so: Callable[[], bool]) -> None:
        let_happen()
        assert is_so()

    check_is_cancelled_from_and_split(shop, receiver, happens)


def test_there_are_a_dozen_and_more_of_all_kinds() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    assert len(FILES) >= 12
    assert len({path.stem.split("-")[0] for path in FILES}) >= 10
    assert any('"vatBaseAmount"' in text and '"vatRate"' not in text for text in texts)
