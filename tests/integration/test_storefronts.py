"""storeFrontCode left out: the credential's only storefront, or TR; a named order is found wherever it is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.cancel_package.app import handler as cancel_package
from functions.get_cancellation.app import handler as get_cancellation
from functions.get_order_timeline.app import handler as get_order_timeline
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.get_shipment_packages_stream.app import handler as get_shipment_packages_stream
from functions.import_orders.app import handler as import_orders
from tests.support.gateway import Answer, Caller
from tests.support.samples import sample

SELLER = {"sellerId": 20811}
PACKAGE, ORDER = 3330811901, "10811190301"
CANCEL = {"lines": [{"lineId": 4765081101, "quantity": 1}], "reasonId": 500}
REFUSED = (400, "invalid.storefrontcode")


@pytest.fixture
def silent(load: Callable[[str], Any], de_seller: Caller) -> Caller:
    """A seller with orders in DE, who sends no header."""
    load("sample-orders")
    return replace(de_seller, headers={})


def limited(caller: Caller, *storefronts: str) -> Caller:
    return replace(caller, storefronts=storefronts)


def cancel(caller: Caller) -> Answer:
    return caller.call(cancel_package, CANCEL, path={**SELLER, "packageId": PACKAGE})


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["errors"][0]["key"]


def found(caller: Caller, **query: str) -> list[int]:
    sent = {name: [value] for name, value in query.items()}
    answer = caller.call(get_shipment_packages, path=SELLER, query=sent)
    return sorted(package["shipmentPackageId"] for package in answer.json["content"])


@pytest.mark.parametrize("blank", [{}, {"storeFrontCode": ""}, {"storeFrontCode": " "}])
def test_the_only_storefront_of_a_credential_need_not_be_sent(silent: Caller, blank: dict[str, str]) -> None:
    caller = replace(limited(silent, "DE"), headers=blank)
    assert cancel(caller).status == 200
    answer = caller.call(get_shipment_packages_stream, path=SELLER)
    assert [package["shipmentPackageId"] for package in answer.json["content"]] != []


@pytest.mark.parametrize("storefronts", [(), ("DE", "TR")])
def test_of_several_it_is_turkeys(silent: Caller, storefronts: tuple[str, ...]) -> None:
    caller = limited(silent, *storefronts)
    assert refusal(cancel(caller)) == REFUSED
    assert found(caller) == []


def test_of_several_without_turkey_it_has_to_be_sent(silent: Caller) -> None:
    caller = limited(silent, "DE", "RO")
    answer = cancel(caller)
    assert refusal(answer) == REFUSED
    assert answer.json["errors"][0]["message"] == "storeFrontCode: known storefronts: DE, RO"
    assert refusal(caller.call(get_shipment_packages, path=SELLER)) == REFUSED


@pytest.mark.parametrize("storefronts", [(), ("DE",), ("DE", "RO"), ("TR", "DE")])
@pytest.mark.parametrize("query", [{"orderNumber": ORDER}, {"shipmentPackageIds": str(PACKAGE)}])
def test_a_named_order_is_found_wherever_the_credential_may_look(
    silent: Caller, storefronts: tuple[str, ...], query: dict[str, str]
) -> None:
    assert found(limited(silent, *storefronts), **query) == [PACKAGE]


@pytest.mark.parametrize("query", [{"orderNumber": ORDER}, {"shipmentPackageIds": str(PACKAGE)}])
def test_a_named_order_is_found_nowhere_else(silent: Caller, query: dict[str, str]) -> None:
    assert found(limited(silent, "RO", "TR"), **query) == []
    assert found(replace(silent, headers={"storeFrontCode": "RO"}), **query) == []


def test_its_story_and_its_cancellations_are_found_too(silent: Caller) -> None:
    accepted = cancel(replace(silent, headers={"storeFrontCode": "DE"}))
    name = {"cancellationId": accepted.headers["Cancellation-Id"]}
    for caller, status in ((silent, 200), (limited(silent, "DE", "RO"), 200), (limited(silent, "RO", "TR"), 404)):
        assert caller.call(get_order_timeline, path={**SELLER, "orderNumber": ORDER}).status == status
        assert caller.call(get_cancellation, path={**SELLER, **name}).status == status


def test_an_export_says_where_its_orders_are_from(silent: Caller) -> None:
    package = {**sample("sample-orders")["content"][0], "shipmentPackageId": 7, "orderCountryCode": "RO"}
    assert limited(silent, "DE", "RO").call(import_orders, package, path=SELLER).json["imported"] == [7]
    assert found(replace(silent, headers={"storeFrontCode": "RO"}), shipmentPackageIds="7") == [7]
