"""Both branches of the marketplace's flow chart of a cancel; each test is a walk, named after the nodes it passes.

H asks who pays the carrier.
Trendyol: C whole? A request, B cancelled, K told; else D request, E closed, F made, G read.
The seller: L whole? I request, J cancelled, K told; else M request, N closed, O made, P tracking fed.
"""

import json
from typing import Any

from cleave_cli.api import SellerClient
from cleave_cli.receiver import Receiver

from tests.e2e.test_main_job import import_package, is_split, wait_for_packages
from tests.support.samples import Package
from tests.support.shown import both_names, of_a_successor

OUT_OF_STOCK = {"orderLineItemStatusName": "UnSupplied", "cancelledBy": "Seller"}
OUT_OF_STOCK |= {"cancelReason": "Stock Out"}
NO_CARRIER = {"cargoSenderNumber": "", "cargoTrackingLink": ""}


def asked(line: dict[str, Any], quantity: int) -> dict[str, Any]:
    return {"lineId": line["lineId"], "quantity": quantity}


def gone(line: dict[str, Any], first: int) -> dict[str, Any]:
    """The units of a line from ``first`` on, cancelled."""
    units = line["discountDetails"][first:]
    return {**line, **OUT_OF_STOCK, "cancelReasonCode": 500, "quantity": len(units), "discountDetails": units}


def entered(package: Package, status: str, at: int, **fields: Any) -> Package:  # noqa: ANN401 - fields of a package
    histories = [*package["packageHistories"], {"createdDate": at, "status": status}]
    changed = {"status": status, "shipmentPackageStatus": status, "lastModifiedDate": at, "packageHistories": histories}
    return both_names({**package, **changed, **fields})


def successor(package: Package, new: Package, **fields: Any) -> Package:  # noqa: ANN401 - fields of a package
    """What a cancel of one unit of a single line of three leaves; ids and times as they are in ``new``."""
    line = package["lines"][0]
    kept = {**line, "quantity": 2, "discountDetails": line["discountDetails"][:2]}
    totals = {"packageGrossAmount": 60.0, "packageSellerDiscount": 4.0, "packageTyDiscount": 2.0}
    totals |= {"packageTotalDiscount": 6.0, "packageTotalPrice": 54.0}
    made = {"createdBy": "cancel", "originPackageIds": [package["shipmentPackageId"]]}
    base = {
        **of_a_successor(package),
        **NO_CARRIER,
        **totals,
        **made,
        "shipmentPackageId": new["shipmentPackageId"],
        "lines": [kept],
    }
    return entered(base, "Created", new["lastModifiedDate"], **fields)


def told(receiver: Receiver, order_number: str, count: int) -> list[Package]:
    requests = receiver.wait_for(count, where=lambda request: order_number.encode() in request.body)
    assert [request.headers["webhook-sequence"] for request in requests] == [str(n) for n in range(1, count + 1)]
    return [json.loads(request.body)["content"][0] for request in requests]


def cancel_whole(seller: SellerClient, receiver: Receiver) -> None:
    seller.subscribe(receiver.url, "receiver-key")
    package = import_package(seller, {"LAMP": 3})
    (line,) = package["lines"]
    answer = seller.cancel(package["shipmentPackageId"], [asked(line, 3)])
    assert (answer.status_code, answer.content) == (200, b"")
    number = package["orderNumber"]
    (shown,) = wait_for_packages(seller, number, lambda packages: packages[0]["status"] == "Cancelled")
    assert shown == entered(package, "Cancelled", shown["lastModifiedDate"], lines=[gone(line, 0)])
    assert told(receiver, number, 1) == [shown]


def cancel_one_of_three(seller: SellerClient) -> tuple[Package, Package, Package]:
    """The package as it was, the closed one (compared whole), and what was made."""
    package = import_package(seller, {"LAMP": 3})
    (line,) = package["lines"]
    seller.cancel(package["shipmentPackageId"], [asked(line, 1)])
    found = wait_for_packages(seller, package["orderNumber"], is_split)
    (closed,) = [each for each in found if each["status"] == "Cancelled"]
    (new,) = [each for each in found if each["status"] != "Cancelled"]
    units = line["discountDetails"][:2]
    moved = {**line, "orderLineItemStatusName": "UnPacked", "quantity": 2, "discountDetails": units}
    lines = [gone(line, 2), moved]
    assert closed == entered(package, "Cancelled", closed["lastModifiedDate"], lines=lines)
    return package, closed, new


def test_h_trendyol_pays_c_yes_a_b_k(other_seller: SellerClient, receiver: Receiver) -> None:
    cancel_whole(other_seller, receiver)


def test_h_seller_pays_l_yes_i_j_k(self_paying: SellerClient, receiver: Receiver) -> None:
    cancel_whole(self_paying, receiver)


def test_h_trendyol_pays_c_no_d_e_f_g_k(other_seller: SellerClient, receiver: Receiver) -> None:
    other_seller.subscribe(receiver.url, "receiver-key")
    package, closed, new = cancel_one_of_three(other_seller)
    assert new == successor(package, new, cargoTrackingNumber=new["cargoTrackingNumber"])
    assert new["cargoTrackingNumber"] not in {None, package["cargoTrackingNumber"]}
    assert told(receiver, package["orderNumber"], 2) == [closed, new]


def test_h_seller_pays_l_no_m_n_o_p_k(self_paying: SellerClient, receiver: Receiver) -> None:
    self_paying.subscribe(receiver.url, "receiver-key")
    package, closed, new = cancel_one_of_three(self_paying)
    expected = successor(package, new, cargoProviderName="")
    del expected["cargoTrackingNumber"]
    assert new == expected
    path = f"/integration/order/sellers/20811/shipment-packages/{new['shipmentPackageId']}"
    tracking = {"cargoSenderNumber": "123", "providerCode": "DHLMP"}
    early = self_paying.http.put(f"{path}/tracking-details", json=tracking)
    assert (early.status_code, early.json()["errors"][0]["key"]) == (409, "shipment.tracking.number.cannot.be.updated")
    (line,) = new["lines"]
    picking = {"status": "Picking", "lines": [asked(line, 2)], "params": {}}
    assert self_paying.http.put(path, json=picking).status_code == 200
    picked = next(each for each in self_paying.packages(package["orderNumber"]) if each["status"] == "Picking")
    lines = [{**line, "orderLineItemStatusName": "Picking"}]
    assert picked == entered(new, "Picking", picked["lastModifiedDate"], lines=lines)
    answer = self_paying.http.put(f"{path}/tracking-details", json=tracking)
    assert (answer.status_code, answer.content) == (200, b"")
    fed = next(each for each in self_paying.packages(package["orderNumber"]) if each["status"] == "Picking")
    carrier = {"cargoSenderNumber": "123", "cargoProviderName": "DHL Marketplace"}
    assert fed == {**picked, **carrier, "lastModifiedDate": fed["lastModifiedDate"]}
    assert told(receiver, package["orderNumber"], 3) == [closed, new, picked]
