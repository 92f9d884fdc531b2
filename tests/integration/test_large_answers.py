"""An answer that Lambda would not hand on is refused with what to do about it, instead of a 502 without end."""

from cleave.table.table import Table

from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.import_orders.app import handler as import_orders
from tests.support.gateway import Caller
from tests.support.samples import fresh_package

SELLER = {"sellerId": 20811}


def test_a_page_larger_than_lambda_answers_is_refused_and_a_smaller_one_is_not(table: Table, de_seller: Caller) -> None:
    del table
    packages = [fresh_package(20811, "DE", {"A": 1}, seller_pays=True) | {"note": '"' * 120_000} for _ in range(27)]
    for page in (packages[:14], packages[14:]):
        assert de_seller.call(import_orders, page, path=SELLER).status == 200
    ids = ",".join(str(package["shipmentPackageId"]) for package in packages)
    answer = de_seller.call(get_shipment_packages, path=SELLER, query={"shipmentPackageIds": [ids]})
    message = "the answer would be larger than 6 MB; ask for less at once"
    assert (answer.status, answer.json["errors"]) == (
        400,
        [{"key": "answer.too.large", "message": message, "errorCode": ""}],
    )
    query = {"shipmentPackageIds": [ids], "size": ["12"]}
    smaller = de_seller.call(get_shipment_packages, path=SELLER, query=query)
    assert (smaller.status, len(smaller.json["content"])) == (200, 12)
