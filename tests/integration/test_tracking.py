"""PUT tracking-details and update-tracking-number: the seller's own carrier."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from cleave.dialects.trendyol.providers import PROVIDERS
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.import_orders.app import handler as import_orders
from functions.legacy_update_tracking.app import handler as legacy_update_tracking
from functions.update_package.app import handler as update_package
from functions.update_tracking.app import handler as update_tracking
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Answer, Caller
from tests.support.samples import sample
from tests.support.shown import both_names
from tests.support.splits import apply_waiting

type Load = Callable[[str], list[dict[str, Any]]]

PATH = {"sellerId": 20811, "packageId": 3330811901}
BODY = {"cargoSenderNumber": "123", "providerCode": "DHLMP", "returnTrackingNumber": "137456971563"}
CANCEL = {"lines": [{"lineId": 4765081101, "quantity": 1}], "reasonId": 500, "shouldKeepPreviousStatus": True}


def _shown(seller: Caller, package_id: int = 3330811901) -> dict[str, Any]:
    path = {"sellerId": seller.sellers[0]}
    answer = seller.call(get_shipment_packages, path=path, query={"shipmentPackageIds": [str(package_id)]})
    (package,) = answer.json["content"]
    return dict(package)


def _pick(seller: Caller) -> None:
    assert seller.call(update_package, {"status": "Picking"}, path=PATH).status == 200


def _error(answer: Answer) -> tuple[int, str, str]:
    (error,) = answer.json["errors"]
    return answer.status, error["key"], error["message"]


@pytest.fixture
def in_status(table: Table, de_seller: Caller) -> Callable[[str], None]:
    del table

    def load(status: str) -> None:
        package = copy.deepcopy(sample("sample-orders")["content"][0])
        package |= {"status": status, "shipmentPackageStatus": status}
        assert de_seller.call(import_orders, package, path=PATH).status == 200

    return load


def test_the_fed_carrier_and_number_are_shown(load: Load, de_seller: Caller, clock: FrozenClock) -> None:
    load("sample-orders")
    _pick(de_seller)
    before = _shown(de_seller)
    clock.move(minutes=1)
    answer = de_seller.call(update_tracking, BODY, path=PATH)
    assert (answer.status, answer.json) == (200, None)
    assert _shown(de_seller) == {
        **before,
        "cargoSenderNumber": "123",
        "cargoProviderName": "DHL Marketplace",
        "returnTrackingNumber": "137456971563",
        "lastModifiedDate": before["lastModifiedDate"] + 60000,
    }


def test_the_older_path_feeds_the_number_alone_and_answers_json(load: Load, de_seller: Caller) -> None:
    load("sample-orders")
    _pick(de_seller)
    answer = de_seller.call(legacy_update_tracking, {"trackingNumber": "7340447182689"}, path=PATH)
    assert (answer.status, answer.json) == (200, {})
    shown = _shown(de_seller)
    assert (shown["cargoSenderNumber"], shown["cargoProviderName"]) == ("7340447182689", "Trendyol Express")


def test_a_repeat_changes_nothing_and_a_correction_does(load: Load, de_seller: Caller, clock: FrozenClock) -> None:
    load("sample-orders")
    _pick(de_seller)
    de_seller.call(update_tracking, BODY, path=PATH)
    before = _shown(de_seller)
    clock.move(minutes=1)
    assert de_seller.call(update_tracking, BODY, path=PATH).status == 200
    assert _shown(de_seller) == before
    correction = {"cargoSenderNumber": "124", "providerCode": "upsmp "}
    assert de_seller.call(update_tracking, correction, path=PATH).status == 200
    shown = _shown(de_seller)
    assert (shown["cargoSenderNumber"], shown["cargoProviderName"]) == ("124", "UPS Kargo Marketplace")
    assert shown["returnTrackingNumber"] == "137456971563"


@pytest.mark.parametrize("status", ["Picking", "Invoiced"])
def test_tracking_is_taken_from_picking_until_the_carrier_has_the_package(
    in_status: Callable[[str], None], de_seller: Caller, status: str
) -> None:
    in_status(status)
    assert de_seller.call(update_tracking, BODY, path=PATH).status == 200


@pytest.mark.parametrize(
    "status",
    ["Awaiting", "Created", "Shipped", "AtCollectionPoint", "Delivered", "UnDelivered", "Returned", "Cancelled"],
)
def test_tracking_is_refused_in_every_other_status(
    in_status: Callable[[str], None], de_seller: Caller, status: str
) -> None:
    in_status(status)
    before = _shown(de_seller)
    key = "shipment.tracking.number.cannot.be.updated"
    message = f"package 3330811901 is {status}; tracking is taken in Picking, Invoiced"
    assert _error(de_seller.call(update_tracking, BODY, path=PATH)) == (409, key, message)
    legacy = de_seller.call(legacy_update_tracking, {"trackingNumber": "1"}, path=PATH)
    assert _error(legacy) == (409, key, message)
    assert _shown(de_seller) == before


def test_an_unknown_provider_is_refused_with_the_list(load: Load, de_seller: Caller) -> None:
    load("sample-orders")
    _pick(de_seller)
    answer = de_seller.call(update_tracking, {**BODY, "providerCode": "DHL"}, path=PATH)
    message = f"providerCode: known providers: {', '.join(PROVIDERS)}"
    assert _error(answer) == (400, "cargo.provider.unknown", message)


@pytest.mark.parametrize("field", ["cargoSenderNumber", "providerCode"])
def test_a_missing_field_is_named(load: Load, de_seller: Caller, field: str) -> None:
    load("sample-orders")
    body = {name: value for name, value in BODY.items() if name != field}
    status, key, message = _error(de_seller.call(update_tracking, body, path=PATH))
    assert (status, key, message.split(":")[0]) == (400, "bad.request", field)


def test_a_seller_who_pays_feeds_the_package_that_a_cancel_made_again(
    load: Load, table: Table, de_seller: Caller
) -> None:
    load("sample-orders")
    _pick(de_seller)
    de_seller.call(update_tracking, BODY, path=PATH)
    de_seller.call(cancel_package, CANCEL, path=PATH)
    (successor,) = apply_waiting(table)[3330811901]
    names = ("cargoSenderNumber", "cargoProviderName", "returnTrackingNumber", "cargoTrackingLink")
    assert {_shown(de_seller, successor)[name] for name in names} == {""}
    assert _shown(de_seller)["cargoSenderNumber"] == "123"
    status, key, message = _error(de_seller.call(update_tracking, BODY, path=PATH))
    assert (status, key) == (409, "shipment.package.replaced")
    assert str(successor) in message
    fed = de_seller.call(update_tracking, {**BODY, "cargoSenderNumber": "125"}, path={**PATH, "packageId": successor})
    assert fed.status == 200
    assert _shown(de_seller, successor)["cargoSenderNumber"] == "125"


def test_where_the_marketplace_pays_its_carrier_stays_with_a_new_number(
    load: Load, table: Table, tr_seller: Caller
) -> None:
    before, _ = load("sample-orders-tr")
    cancel = {**CANCEL, "lines": [{"lineId": 4765082101, "quantity": 1}]}
    tr_seller.call(cancel_package, cancel, path={"sellerId": 20812, "packageId": 3330812901})
    (successor,) = apply_waiting(table)[3330812901]
    shown = _shown(tr_seller, successor)
    assert shown["cargoTrackingNumber"] not in {None, before["cargoTrackingNumber"]}
    carrier = (shown["cargoProviderName"], shown["cargoSenderNumber"], shown["cargoTrackingLink"])
    assert carrier == ("Trendyol Express", "", "")


def test_what_was_never_said_of_the_carrier_stays_unsaid(table: Table, de_seller: Caller) -> None:
    package = copy.deepcopy(sample("sample-orders")["content"][0])
    package |= {"cargoSenderNumber": None, "invoiceNumber": None}
    del package["cargoProviderName"]
    de_seller.call(import_orders, package, path=PATH)
    assert _shown(de_seller) == both_names(package)
    de_seller.call(cancel_package, CANCEL, path=PATH)
    (successor,) = apply_waiting(table)[3330811901]
    shown = _shown(de_seller, successor)
    assert (shown["cargoSenderNumber"], shown["invoiceNumber"], shown.get("cargoProviderName")) == (None, None, None)


@pytest.mark.parametrize(("keep", "invoice"), [(True, "EME2018000025208"), (False, "")])
def test_an_invoice_number_stays_with_the_status_invoiced(
    load: Load, table: Table, de_seller: Caller, *, keep: bool, invoice: str
) -> None:
    load("sample-orders")
    _pick(de_seller)
    body = {"status": "Invoiced", "params": {"invoiceNumber": "EME2018000025208"}}
    de_seller.call(update_package, body, path=PATH)
    de_seller.call(cancel_package, {**CANCEL, "shouldKeepPreviousStatus": keep}, path=PATH)
    (successor,) = apply_waiting(table)[3330811901]
    assert _shown(de_seller, successor)["invoiceNumber"] == invoice
