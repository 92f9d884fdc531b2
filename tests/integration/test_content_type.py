"""What a body may call itself, in both dialects."""

import pytest
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.order_cancel.app import handler as order_cancel
from tests.support.gateway import Answer, Caller

PATH = {"sellerId": 20811, "packageId": 3330811901}
BODY = {"lines": [{"lineId": 4765081101, "quantity": 1}], "reasonId": 500}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    "name", ["application/json", "application/json;charset=utf-8", "Application/JSON", "application/vnd.seller+json"]
)
def test_json_by_any_of_its_names_is_read(de_seller: Caller, name: str) -> None:
    answer = de_seller.call(cancel_package, BODY, path=PATH, headers={"content-type": name})
    assert (answer.status, answer.json["errors"][0]["key"]) == (404, "shipment.package.not.found")


@pytest.mark.parametrize("name", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "", "json"])
def test_a_body_of_another_type_is_refused_and_nothing_is_read_of_it(
    table: Table, de_seller: Caller, channel: Caller, name: str
) -> None:
    headers = {"Content-Type": name}
    message = "Content-Type: the body must be application/json"
    error = {"key": "content.type.not.supported", "message": message, "errorCode": ""}
    assert de_seller.call(cancel_package, BODY, path=PATH, headers=headers) == Answer(
        415,
        {"timestamp": 1792314000000, "exception": "ClientApiBusinessException", "errors": [error]},
        {"Content-Type": "application/json"},
    )
    assert channel.call(order_cancel, BODY, headers=headers).status == 415
    assert table.client.scan(TableName=table.name)["Count"] == 0
