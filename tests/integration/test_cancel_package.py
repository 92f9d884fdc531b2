"""PUT items/unsupplied: accepted once, refused with a clear answer and nothing written."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler as get_shipment_packages
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Answer, Caller
from tests.support.splits import apply_to

type Load = Callable[[str], list[dict[str, Any]]]

TRAYS, LAMP = 4765081101, 4765081102
PACKAGE = {"sellerId": 20811, "packageId": 3330811901}
ORDER = "10811190301"


def request(*lines: tuple[object, object], **fields: object) -> dict[str, object]:
    wire = [{"lineId": line_id, "quantity": quantity} for line_id, quantity in lines]
    return {"lines": wire, "reasonId": 500, **fields}


def refusal(answer: Answer) -> tuple[int, str, str]:
    (error,) = answer.json["errors"]
    return answer.status, error["key"], error["message"]


def packages(caller: Caller, order: str = ORDER) -> list[dict[str, Any]]:
    answer = caller.call(get_shipment_packages, path={"sellerId": caller.sellers[0]}, query={"orderNumber": [order]})
    found: list[dict[str, Any]] = answer.json["content"]
    return found


def items(table: Table) -> list[dict[str, Any]]:
    found = table.client.scan(TableName=table.name)["Items"]
    return sorted(found, key=lambda item: json.dumps(item, default=str, sort_keys=True))


@pytest.fixture
def de_order(load: Load) -> None:
    load("sample-orders")


@pytest.fixture
def split(table: Table) -> Callable[[int], Any]:
    return lambda package_id: apply_to(table, 20811, package_id)


@pytest.mark.usefixtures("de_order")
def test_an_accepted_cancel_is_answered_with_an_empty_200(de_seller: Caller) -> None:
    answer = de_seller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE)
    named = {"Cancellation-Id": "content-cfb9e74a8adbb0f303ed189abaae6b9a"}
    assert answer == Answer(200, None, {"Content-Type": "application/json", **named})


@pytest.mark.usefixtures("de_order")
def test_units_that_wait_are_still_shown_until_the_split(de_seller: Caller) -> None:
    de_seller.call(cancel_package, request((TRAYS, 3)), path=PACKAGE)
    (package,) = packages(de_seller)
    assert (package["status"], package["lines"][0]["quantity"]) == ("Created", 3)


@pytest.mark.usefixtures("de_order")
def test_a_repeat_is_answered_alike_and_changes_nothing(table: Table, de_seller: Caller, clock: FrozenClock) -> None:
    two_lines = request((TRAYS, 1), (LAMP, 1))
    first = de_seller.call(cancel_package, two_lines, path=PACKAGE)
    stored = items(table)
    clock.move(minutes=5)
    again = de_seller.call(cancel_package, {**two_lines, "lines": two_lines["lines"][::-1]}, path=PACKAGE)  # type: ignore[index]
    assert (again, items(table)) == (first, stored)


@pytest.mark.usefixtures("de_order")
def test_a_repeat_after_the_split_is_still_the_same_cancel(
    de_seller: Caller, table: Table, split: Callable[[int], Any]
) -> None:
    de_seller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE)
    split(3330811901)
    stored = items(table)
    assert de_seller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE).status == 200
    assert items(table) == stored


@pytest.mark.usefixtures("de_order")
def test_a_repeat_that_names_another_storefront_is_no_repeat(table: Table, de_seller: Caller) -> None:
    assert de_seller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE).status == 200
    before = items(table)
    answer = de_seller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE, headers={"storeFrontCode": "AE"})
    assert refusal(answer)[:2] == (400, "invalid.storefrontcode")
    assert items(table) == before


@pytest.mark.usefixtures("de_order")
def test_an_equal_cancel_of_the_new_package_is_a_new_cancel(de_seller: Caller, split: Callable[[int], Any]) -> None:
    de_seller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE)
    second = split(3330811901).successor.package_id
    assert de_seller.call(cancel_package, request((TRAYS, 1)), path={**PACKAGE, "packageId": second}).status == 200
    assert split(second).successor.lines[0].quantity == 1


@pytest.mark.usefixtures("de_order")
def test_a_cancel_of_a_replaced_package_names_the_package_that_lives(
    de_seller: Caller, split: Callable[[int], Any]
) -> None:
    de_seller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE)
    second = split(3330811901).successor.package_id
    de_seller.call(cancel_package, request((TRAYS, 1)), path={**PACKAGE, "packageId": second})
    third = split(second).successor.package_id
    answer = de_seller.call(cancel_package, request((LAMP, 1)), path=PACKAGE)
    message = f"package 3330811901 is Cancelled; it was replaced by package {third}"
    assert refusal(answer) == (409, "shipment.package.replaced", message)


@pytest.mark.usefixtures("de_order")
def test_an_idempotency_key_makes_equal_cancels_two_and_other_content_an_error(de_seller: Caller) -> None:
    first, second = {"Idempotency-Key": "first"}, {"Idempotency-Key": "second"}
    for key in (first, first, second):
        assert de_seller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE, headers=key).status == 200
    reused = de_seller.call(cancel_package, request((LAMP, 1)), path=PACKAGE, headers=first)
    message = "Idempotency-Key: came before with other content"
    assert refusal(reused) == (422, "idempotency.key.reused", message)
    left = de_seller.call(cancel_package, request((TRAYS, 2)), path=PACKAGE)
    message = f"lines.0.quantity: line {TRAYS} has 1 units left, 2 were asked for"
    assert refusal(left) == (409, "line.quantity.exceeds.left", message)


BAD_FIELDS: list[tuple[object, str]] = [
    (request((TRAYS, 0)), "lines.0.quantity"),
    (request((TRAYS, -1)), "lines.0.quantity"),
    (request((TRAYS, 1.5)), "lines.0.quantity"),
    (request((TRAYS, "x")), "lines.0.quantity"),
    (request((TRAYS, "1.5")), "lines.0.quantity"),
    (request((TRAYS, True)), "lines.0.quantity"),
    (request((TRAYS, None)), "lines.0.quantity"),
    (request((f"line {TRAYS}", 1)), "lines.0.lineId"),
    (request((0, 1)), "lines.0.lineId"),
    (request((2**53, 1)), "lines.0.lineId"),
    (request((TRAYS, 1), (TRAYS, 1)), "lines.1.lineId"),
    (request(), "lines"),
    ({"lines": [{"lineId": TRAYS}], "reasonId": 500}, "lines.0.quantity"),
    ({"lines": [{"lineId": TRAYS, "quantity": 1}]}, "reasonId"),
    (request((TRAYS, 1), reasonId="5OO"), "reasonId"),
    (request((TRAYS, 1), reasonId=499), "reasonId"),
    (request((TRAYS, 1), reasonId=0), "reasonId"),
    (request((TRAYS, 1), shouldKeepPreviousStatus=1), "shouldKeepPreviousStatus"),
    ({"reasonId": 500}, "lines"),
    (request(*[(number, 1) for number in range(1, 102)]), "lines"),
]


@pytest.mark.usefixtures("de_order")
@pytest.mark.parametrize(("body", "field"), BAD_FIELDS)
def test_a_bad_field_is_named_and_nothing_is_written(table: Table, de_seller: Caller, body: object, field: str) -> None:
    stored = items(table)
    answer = de_seller.call(cancel_package, body, path=PACKAGE)
    assert answer.status == 400
    assert [error["message"].split(": ")[0] for error in answer.json["errors"]] == [field]
    assert items(table) == stored


BAD_BODIES = [
    ("", 400, "body.not.json"),
    ("{", 400, "body.not.json"),
    ('{"lines": NaN}', 400, "body.not.json"),
    ("[" * 100_000, 413, "body.too.large"),
    ("[" * 50_000, 400, "body.not.json"),
    ('{"note": "\\ud800"}', 400, "body.not.json"),
    ("[]", 400, "bad.request"),
    ("null", 400, "bad.request"),
    ('{"note": "' + "x" * 66_000 + '"}', 413, "body.too.large"),
]


@pytest.mark.usefixtures("de_order")
@pytest.mark.parametrize(("body", "status", "key"), BAD_BODIES)
def test_a_body_that_is_no_request_is_refused(
    table: Table, de_seller: Caller, body: str, status: int, key: str
) -> None:
    stored = items(table)
    answer = de_seller.call(cancel_package, body, path=PACKAGE)
    assert (answer.status, answer.json["errors"][0]["key"], items(table)) == (status, key, stored)
    assert "CancelRequest" not in str(answer.json)


@pytest.mark.usefixtures("de_order")
def test_what_is_not_there_is_refused_with_its_name(table: Table, de_seller: Caller) -> None:
    stored = items(table)
    unknown = de_seller.call(cancel_package, request((TRAYS, 1)), path={**PACKAGE, "packageId": 5})
    assert refusal(unknown) == (404, "shipment.package.not.found", "there is no package 5")
    line = de_seller.call(cancel_package, request((LAMP, 1), (77, 1)), path=PACKAGE)
    message = "lines.1.lineId: package 3330811901 has no line 77"
    assert refusal(line) == (400, "line.not.found", message)
    more = de_seller.call(cancel_package, request((LAMP, 2), (TRAYS, 1)), path=PACKAGE)
    message = f"lines.0.quantity: line {LAMP} has 1 units left, 2 were asked for"
    assert refusal(more) == (409, "line.quantity.exceeds.left", message)
    assert items(table) == stored


@pytest.mark.usefixtures("de_order")
@pytest.mark.parametrize("package_id", ["0", "-1", "1.5", "abc", "9" * 30, "²", ""])
def test_a_path_that_names_no_package_is_not_found(de_seller: Caller, package_id: str) -> None:
    answer = de_seller.call(cancel_package, request((TRAYS, 1)), path={**PACKAGE, "packageId": package_id})
    assert refusal(answer)[:2] == (404, "shipment.package.not.found")


@pytest.mark.usefixtures("de_order")
def test_a_package_that_has_shipped_cannot_give_units(load: Load, de_seller: Caller, table: Table) -> None:
    del load
    table.client.update_item(
        TableName=table.name,
        Key={"pk": {"S": "PACKAGE#20811#3330811901"}, "sk": {"S": "PACKAGE"}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": {"S": "Shipped"}},
    )
    answer = de_seller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE)
    message = "package 3330811901 is Shipped; units can be cancelled only in Created, Invoiced, Picking"
    assert refusal(answer) == (409, "shipment.package.status.not.cancellable", message)


@pytest.mark.usefixtures("de_order")
@pytest.mark.parametrize("name", ["storeFrontCode", "storefrontcode", "STOREFRONTCODE"])
@pytest.mark.parametrize("code", ["DE", "de"])
def test_the_storefront_header_is_read_in_any_letter_case(name: str, code: str) -> None:
    caller = Caller("seller", (20811,), {name: code})
    assert caller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE).status == 200


@pytest.mark.usefixtures("de_order")
@pytest.mark.parametrize("headers", [{}, {"storeFrontCode": "TR"}, {"storeFrontCode": "AE"}, {"storeFrontCode": "XX"}])
def test_a_package_of_another_storefront_is_refused(table: Table, headers: dict[str, str]) -> None:
    stored = items(table)
    answer = Caller("seller", (20811,), headers).call(cancel_package, request((TRAYS, 1)), path=PACKAGE)
    assert refusal(answer)[:2] == (400, "invalid.storefrontcode")
    assert items(table) == stored


def test_reason_503_is_not_turkeys(load: Load, tr_seller: Caller, de_seller: Caller) -> None:
    load("sample-orders")
    load("sample-orders-tr")
    path = {"sellerId": 20812, "packageId": 3330812901}
    answer = tr_seller.call(cancel_package, request((4765082101, 1), reasonId=503), path=path)
    message = "reasonId: reason 503 is not used in storefront TR"
    assert refusal(answer) == (400, "cancel.reason.not.in.storefront", message)
    assert de_seller.call(cancel_package, request((TRAYS, 1), reasonId=503), path=PACKAGE).status == 200


@pytest.mark.usefixtures("de_order")
def test_another_sellers_package_is_answered_as_one_that_does_not_exist(tr_seller: Caller, clock: FrozenClock) -> None:
    del clock
    headers = {"storeFrontCode": "DE"}
    own_path = tr_seller.call(
        cancel_package, request((TRAYS, 1)), path={"sellerId": 20812, "packageId": 3330811901}, headers=headers
    )
    missing = tr_seller.call(
        cancel_package, request((TRAYS, 1)), path={"sellerId": 20812, "packageId": 3330811999}, headers=headers
    )
    assert own_path.json["errors"][0]["message"] == "there is no package 3330811901"
    assert (own_path.status, own_path.json["errors"][0]["key"]) == (404, missing.json["errors"][0]["key"])
    foreign_path = tr_seller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE)
    no_such_seller = tr_seller.call(cancel_package, request((TRAYS, 1)), path={**PACKAGE, "sellerId": 1})
    assert foreign_path == no_such_seller
    assert refusal(foreign_path)[:2] == (404, "supplier.api.supplier.not.found")


def test_a_channel_is_not_a_seller(channel: Caller) -> None:
    answer = channel.call(cancel_package, request((TRAYS, 1)), path=PACKAGE)
    assert refusal(answer)[:2] == (403, "authorization.error")


@pytest.mark.usefixtures("de_order")
def test_as_many_cancellations_wait_as_one_split_applies(table: Table, de_seller: Caller) -> None:
    table.client.update_item(
        TableName=table.name,
        Key={"pk": {"S": "PACKAGE#20811#3330811901"}, "sk": {"S": "PACKAGE"}},
        UpdateExpression="SET waiting = :w",
        ExpressionAttributeValues={":w": {"M": {str(number): {"M": {}} for number in range(50)}}},
    )
    answer = de_seller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE)
    assert refusal(answer)[:2] == (429, "shipment.package.too.many.waiting")
    assert answer.headers["Retry-After"] == "1"


def test_a_failure_of_ours_is_a_500_in_the_dialects_shape(table: Table, de_seller: Caller, clock: FrozenClock) -> None:
    del clock
    table.client.delete_table(TableName=table.name)
    answer = de_seller.call(cancel_package, request((TRAYS, 1)), path=PACKAGE)
    message = "the request failed on our side; it can be repeated as it is"
    assert answer == Answer(
        500,
        {
            "timestamp": 1792314000000,
            "exception": "TrendyolSystemException",
            "errors": [{"key": "generic.exception", "message": message, "errorCode": ""}],
        },
        {"Content-Type": "application/json"},
    )
