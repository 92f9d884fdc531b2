"""tests/orders: exports with the shapes of real ones, of old names and new, of several years and storefronts.

Each is imported, moved on, cancelled from, split, listed, walked and told; nothing of it is lost, and sums add up.
"""

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from cleave.dialects.trendyol.names import LINE_NAMES, PACKAGE_NAMES
from cleave_cli.receiver import Receiver

from functions.cancel_package.app import handler as cancel_package
from functions.create_webhook.app import handler as create_webhook
from functions.get_order_timeline.app import handler as get_order_timeline
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.get_shipment_packages_stream.app import handler as get_shipment_packages_stream
from functions.import_orders.app import handler as import_orders
from functions.quantity_split.app import handler as quantity_split
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Answer, Caller
from tests.support.template import ROOT

type Document = dict[str, Any]

FILES = sorted((ROOT / "tests" / "orders").glob("*.json"))
SELLER = {"sellerId": 501}
LIVE = {"Created", "Picking", "Invoiced"}
NEXT = {"Awaiting": "Created", "Created": "Picking", "Picking": "Invoiced", "Shipped": "Delivered"}
SUMS = {*PACKAGE_NAMES, *PACKAGE_NAMES.values(), "packageTotalDiscount", "packageDepositFee", "packageServiceFee"}
SUMS -= {"id", "shipmentPackageId"}
# Of one package alone, among those that stand in the files.
OWN = {"shipmentNumber", "discountDisplays", "cargoDeci", "invoiceLink", "invoiceStatus", "etgbNo", "labelUrl"}
OWN |= {"totalDesi", "parcelWeight", "itemCount"}


class Shop:
    """A seller whose client sends no storefront, except to change what is of another one than Türkiye's."""

    def __init__(self, packages: list[Document]) -> None:
        self.packages = packages
        self.order = str(packages[0]["orderNumber"])
        code = packages[0].get("orderCountryCode")
        self.caller = Caller("seller", (501,), {})
        self.at_home = Caller("seller", (501,), {"storeFrontCode": code} if code else {})

    def load(self, body: object) -> Answer:
        """POST orders."""
        return self.caller.call(import_orders, body, path=SELLER)

    def listed(self) -> dict[int, Document]:
        """The whole order, by package."""
        answer = self.caller.call(get_shipment_packages, path=SELLER, query={"orderNumber": [self.order]})
        return {package["shipmentPackageId"]: package for package in answer.json["content"]}

    def walked(self) -> dict[int, Document]:
        """The same by the stream, in which each package stands where it was changed."""
        found: dict[int, Document] = {}
        for at in {str(package["lastModifiedDate"]) for package in self.listed().values()}:
            window = {"lastModifiedStartDate": [at], "lastModifiedEndDate": [at]}
            answer = self.at_home.call(get_shipment_packages_stream, path=SELLER, query=window)
            found |= {package["shipmentPackageId"]: package for package in answer.json["content"]}
        return found

    def cancel(self, package_id: int, line_id: int) -> Answer:
        """One unit of a line."""
        body = {"lines": [{"lineId": str(line_id), "quantity": "1"}], "reasonId": "500"}
        return self.at_home.call(cancel_package, body, path={**SELLER, "packageId": package_id})

    def split(self, package_id: int, line_id: int) -> Answer:
        """One unit of a line into a package of its own."""
        body = {"quantitySplit": [{"orderLineId": line_id, "quantities": [1]}]}
        return self.at_home.call(quantity_split, body, path={**SELLER, "packageId": package_id})

    def story(self) -> Document:
        """The order's timeline."""
        answer = self.caller.call(get_order_timeline, path={**SELLER, "orderNumber": self.order})
        (part,) = answer.json["parts"]
        found: Document = part
        return found


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def shop(request: pytest.FixtureRequest, table: object) -> Shop:
    del table
    text = request.param.read_text(encoding="utf-8")
    document = json.loads(text.removeprefix("\ufeff"))
    envelope = document if isinstance(document, dict) and "content" in document else {"content": document}
    content = envelope["content"]
    shop = Shop(content if isinstance(content, list) else [content])
    assert shop.load(text).json["imported"] == [int(id_of(package)) for package in shop.packages]
    return shop


def id_of(package: Document) -> int:
    return int(package.get("shipmentPackageId") or package["id"])


def plain(value: object) -> object:
    """A value without what may be written in several ways."""
    if value in (None, ""):
        return None
    try:
        return float(str(value)) if not isinstance(value, bool | list | dict) else value
    except ValueError:
        return str(value).casefold()


def check_shown(sent: Document, shown: Document, names: dict[str, str]) -> None:
    """Every field that came is there, under its old name and its new one; objects and lists are looked at elsewhere."""
    for name, value in sent.items():
        if isinstance(value, list | dict) or (plain(value) is None and name not in shown):
            continue
        for each in {name, names.get(name, name)}:
            if plain(value) is not None or each in shown:
                assert plain(shown[each]) == plain(value) or plain(value) is None, each


def test_it_is_shown_as_it_came_under_old_names_and_new_ones(shop: Shop) -> None:
    shown = shop.listed()
    assert shown.keys() == {id_of(package) for package in shop.packages}
    for sent in shop.packages:
        package = shown[id_of(sent)]
        check_shown({name: value for name, value in sent.items() if name != "supplierId"}, package, PACKAGE_NAMES)
        assert package["supplierId"] == 501
        for line, there in zip(sent["lines"], package["lines"], strict=True):
            check_shown(line, there, LINE_NAMES)
    assert shop.walked() == shown
    assert shop.load(shop.packages).json == {"imported": [], "unchanged": [id_of(each) for each in shop.packages]}


def later(sent: Document) -> Document:
    """The next export of a package: a step further, and of another weight."""
    package = copy.deepcopy(sent)
    status = next(word for word in (*NEXT, "") if word.casefold() == package["status"].casefold() or not word)
    package |= {"status": NEXT.get(status, package["status"]), "cargoDeci": 9}
    package["lastModifiedDate"] = int(package["lastModifiedDate"]) + 1_000_000
    for line in package["lines"]:
        if str(line.get("orderLineItemStatusName") or "").casefold() == status.casefold():
            line["orderLineItemStatusName"] = package["status"]
    return package


def test_it_is_moved_on(shop: Shop) -> None:
    before = shop.listed()
    exported = [later(package) for package in shop.packages if package["status"] != "Cancelled"]
    answer = shop.load(exported)
    assert (answer.status, answer.json["imported"]) == (200, [])
    for sent in exported:
        package = shop.listed()[id_of(sent)]
        assert (package["status"].casefold(), package["cargoDeci"]) == (sent["status"].casefold(), 9)
        assert amounts(package) == amounts(before[id_of(sent)])
    assert shop.walked() == shop.listed()


def amounts(package: Document) -> dict[str, Decimal]:
    return {
        name: Decimal(str(package[name]))
        for name in SUMS
        if name in package and name not in {"id", "shipmentPackageId"}
    }


def live(packages: Iterable[Document]) -> Iterator[tuple[Document, Document]]:
    """Lines of which a unit can be taken so that something is left, with their packages."""
    for package in packages:
        for line in package["lines"]:
            if package["status"] in LIVE and line["orderLineItemStatusName"] in LIVE and line["quantity"] > 1:
                yield package, line


def test_a_unit_is_cancelled_and_the_rest_split_and_all_agree(
    shop: Shop, let_happen: Callable[[], None], receiver: Receiver, clock: FrozenClock
) -> None:
    hook = {"url": receiver.url, "apiKey": "k", "username": "", "password": "", "subscribedStatuses": []}
    assert shop.caller.call(create_webhook, hook, path=SELLER).status == 200
    clock.move(seconds=1)
    before = shop.listed()
    found = next(live(before.values()), None)
    if found is None:
        package = next(iter(before.values()))
        refused = shop.cancel(package["shipmentPackageId"], package["lines"][0]["lineId"])
        assert (refused.status, shop.listed()) == (409, before)
        return
    package, line = found
    parent = package["shipmentPackageId"]
    assert shop.cancel(parent, line["lineId"]).status == 200
    let_happen()
    after = shop.listed()
    closed, (successor,) = after[parent], (after[each] for each in after.keys() - before.keys())
    check_successor(package, successor)
    assert amounts(closed) == amounts(package)
    gone = [unit for each in closed["lines"] if each["cancelReason"] for unit in each["discountDetails"]]
    price = amounts(successor)["packageTotalPrice"] + sum(Decimal(str(unit["lineItemPrice"])) for unit in gone)
    if not any(each["orderLineItemStatusName"] in {"Cancelled", "UnSupplied"} for each in package["lines"]):
        assert price == amounts(package)["packageTotalPrice"]
    check_split(shop, successor, line["lineId"], let_happen)
    check_agreement(shop, receiver)


def check_split(shop: Shop, package: Document, line_id: int, let_happen: Callable[[], None]) -> None:
    (line,) = [each for each in package["lines"] if each["lineId"] == line_id]
    if line["quantity"] == 1 and len(package["lines"]) == 1:
        return
    before = shop.listed()
    assert shop.split(package["shipmentPackageId"], line_id).status == 200
    let_happen()
    after = shop.listed()
    made = [after[each] for each in after.keys() - before.keys()]
    assert len(made) == 2
    for each in made:
        check_successor(package, each)
    for name, amount in amounts(package).items():
        assert sum(amounts(each)[name] for each in made) == amount, name


def check_successor(parent: Document, package: Document) -> None:
    """Its own ids and sums, nothing of its parent's, and everything of the order's."""
    assert package["id"] == package["shipmentPackageId"] != parent["shipmentPackageId"]
    assert OWN & package.keys() == set()
    assert str(parent["shipmentPackageId"]) not in json.dumps({**package, "originPackageIds": []})
    prices = [Decimal(str(unit["lineItemPrice"])) for line in package["lines"] for unit in line["discountDetails"]]
    assert Decimal(str(package["packageTotalPrice"])) == Decimal(str(package["totalPrice"])) == sum(prices)
    for name in ("orderNumber", "orderDate", "currencyCode", "customerId", "shipmentAddress", "isGift", "micro"):
        assert package.get(name) == parent.get(name), name


def check_agreement(shop: Shop, receiver: Receiver) -> None:
    """List, stream, webhook and timeline say the same."""
    listed = shop.listed()
    assert shop.walked() == listed
    told = [json.loads(request.body)["content"][0] for request in receiver.requests]
    assert {package["shipmentPackageId"]: package for package in told}.items() <= listed.items()
    shown = {package["shipmentPackageId"]: package for package in shop.story()["packages"]}
    assert shown.keys() == listed.keys()
    for package_id, package in shown.items():
        there = listed[package_id]
        assert all(package[name] == there[name] for name in ("status", "createdBy", "lastModifiedDate"))
        units = [(line["lineId"], line["quantity"], line["status"]) for line in package["lines"]]
        lines = [(line["lineId"], line["quantity"], line["orderLineItemStatusName"]) for line in there["lines"]]
        assert units == [line for line in lines if line[2] != "UnPacked"]


def test_there_are_a_dozen_and_more_of_all_kinds() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    assert len(FILES) >= 12
    assert len({path.stem.split("-")[0] for path in FILES}) >= 10
    assert any('"vatBaseAmount"' in text and '"vatRate"' not in text for text in texts)
