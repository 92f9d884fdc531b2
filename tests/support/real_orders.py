"""tests/orders: exports with the shapes of real ones, and what has to hold of them over any transport."""

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from cleave.dialects.trendyol.names import LINE_NAMES, PACKAGE_NAMES
from cleave_cli.receiver import Receiver

from tests.support.template import ROOT

type Document = dict[str, Any]

FILES = sorted((ROOT / "tests" / "orders").glob("*.json"))
LIVE = {"Created", "Picking", "Invoiced"}
NEXT = {"Awaiting": "Created", "Created": "Picking", "Picking": "Invoiced", "Shipped": "Delivered"}
SUMS = {*PACKAGE_NAMES, *PACKAGE_NAMES.values(), "packageTotalDiscount", "packageDepositFee", "packageServiceFee"}
SUMS -= {"id", "shipmentPackageId"}
# Of one package alone, among those that stand in the files.
OWN = {"shipmentNumber", "discountDisplays", "cargoDeci", "invoiceLink", "invoiceStatus", "etgbNo", "labelUrl"}
OWN |= {"totalDesi", "parcelWeight", "itemCount"}


class Shop(Protocol):
    """A seller of the order of one file; ``packages`` are those of the file."""

    packages: list[Document]
    seller_id: int

    def load(self, body: object) -> Document:
        """POST orders, which are taken; the answer."""

    def listed(self) -> dict[int, Document]:
        """The whole order, by package."""

    def walked(self) -> dict[int, Document]:
        """The same by the stream, in which each package stands where it was changed."""

    def cancel(self, package_id: int, line_id: int) -> int:
        """One unit of a line; the status of the answer."""

    def split(self, package_id: int, line_id: int) -> int:
        """One unit of a line into a package of its own; the status of the answer."""

    def story(self) -> Document:
        """The order's timeline."""


def packages_of(file: Path) -> tuple[str, list[Document]]:
    """The file's text as it is, and the packages in it."""
    text = file.read_text(encoding="utf-8")
    document = json.loads(text.removeprefix("\ufeff"))
    envelope = document if isinstance(document, dict) and "content" in document else {"content": document}
    content = envelope["content"]
    return text, content if isinstance(content, list) else [content]


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


def check_came_in(shop: Shop) -> None:
    """It is shown as it came, under old names and new ones, and a repeat says nothing new."""
    shown = shop.listed()
    assert shown.keys() == {id_of(package) for package in shop.packages}
    for sent in shop.packages:
        package = shown[id_of(sent)]
        check_shown({name: value for name, value in sent.items() if name != "supplierId"}, package, PACKAGE_NAMES)
        assert package["supplierId"] == shop.seller_id
        for line, there in zip(sent["lines"], package["lines"], strict=True):
            check_shown(line, there, LINE_NAMES)
    assert shop.walked() == shown
    assert shop.load(shop.packages) == {"imported": [], "unchanged": [id_of(each) for each in shop.packages]}


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


def check_moves_on(shop: Shop) -> None:
    """The next export moves it a step on, and its amounts stay."""
    before = shop.listed()
    exported = [later(package) for package in shop.packages if package["status"] != "Cancelled"]
    assert shop.load(exported)["imported"] == []
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


def check_is_cancelled_from_and_split(
    shop: Shop, receiver: Receiver, happens: Callable[[Callable[[], bool]], None]
) -> None:
    """A unit is cancelled and the rest divided, or it is refused because none can be; all that is shown agrees.

    ``happens`` lets the stream work until something is so.
    """
    before = shop.listed()
    found = next(live(before.values()), None)
    if found is None:
        package = next(iter(before.values()))
        refused = shop.cancel(package["shipmentPackageId"], package["lines"][0]["lineId"])
        assert (refused, shop.listed()) == (409, before)
        return
    package, line = found
    parent = package["shipmentPackageId"]
    assert shop.cancel(parent, line["lineId"]) == 200
    happens(lambda: len(shop.listed()) == len(before) + 1)
    after = shop.listed()
    closed, (successor,) = after[parent], (after[each] for each in after.keys() - before.keys())
    check_successor(package, successor)
    assert amounts(closed) == amounts(package)
    gone = [unit for each in closed["lines"] if each["cancelReason"] for unit in each["discountDetails"]]
    price = amounts(successor)["packageTotalPrice"] + sum(Decimal(str(unit["lineItemPrice"])) for unit in gone)
    if not any(each["orderLineItemStatusName"] in {"Cancelled", "UnSupplied"} for each in package["lines"]):
        assert price == amounts(package)["packageTotalPrice"]
    check_split(shop, successor, line["lineId"], happens)
    happens(lambda: all_told(shop, receiver, before))
    check_agreement(shop, receiver)


def all_told(shop: Shop, receiver: Receiver, before: dict[int, Document]) -> bool:
    """Whether the receiver has heard of each package that came to be, and of each that ended."""
    told = {(each["shipmentPackageId"], each["status"]) for each in told_packages(receiver)}
    now = {(package_id, package["status"]) for package_id, package in shop.listed().items()}
    return now - {(package_id, package["status"]) for package_id, package in before.items()} <= told


def told_packages(receiver: Receiver) -> Iterator[Document]:
    for request in receiver.requests:
        yield from json.loads(request.body)["content"]


def check_split(shop: Shop, package: Document, line_id: int, happens: Callable[[Callable[[], bool]], None]) -> None:
    (line,) = [each for each in package["lines"] if each["lineId"] == line_id]
    if line["quantity"] == 1 and len(package["lines"]) == 1:
        return
    before = shop.listed()
    assert shop.split(package["shipmentPackageId"], line_id) == 200
    happens(lambda: len(shop.listed()) == len(before) + 2)
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
    told = {package["shipmentPackageId"]: package for package in told_packages(receiver)}
    assert told.items() <= listed.items()
    shown = {package["shipmentPackageId"]: package for package in shop.story()["packages"]}
    assert shown.keys() == listed.keys()
    for package_id, package in shown.items():
        there = listed[package_id]
        assert all(package[name] == there[name] for name in ("status", "createdBy", "lastModifiedDate"))
        units = [(line["lineId"], line["quantity"], line["status"]) for line in package["lines"]]
        lines = [(line["lineId"], line["quantity"], line["orderLineItemStatusName"]) for line in there["lines"]]
        assert units == [line for line in lines if line[2] != "UnPacked"]
