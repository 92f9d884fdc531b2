"""What could be stored, and then not be split, is refused when it comes in; the largest that is taken can be split."""

import base64
import copy
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cleave.application.intake import import_packages
from cleave.domain.change import correcting
from cleave.domain.package import HistoryEntry
from cleave.domain.status import Status
from cleave.store import order_keys
from cleave.store.changes import write_change
from cleave.store.documents import exported_size
from cleave.store.orders import order_size, read_order
from cleave.store.packages import read_state
from cleave.table.table import Table

from functions.cancel_order_item.app import handler as cancel_order_item
from functions.cancel_package.app import handler as cancel_package
from functions.create_order.app import handler as create_order
from functions.import_orders.app import handler as import_orders
from functions.order_cancel.app import handler as order_cancel
from functions.report_delivery.app import handler as report_delivery
from functions.report_status.app import handler as report_status
from functions.split_packages.app import handler as split_packages
from tests.support.gateway import Answer, Caller
from tests.support.samples import Package, fresh_package
from tests.support.splits import apply_waiting

SELLER = 20811
FEW = ("lineId", "quantity", "stockCode", "lineUnitPrice", "lineGrossAmount")
_random = random.Random(1)  # noqa: S311 - the same text in each run


def noise(size: int) -> str:
    """Text that does not compress to less than three quarters."""
    return base64.b64encode(_random.randbytes(size * 3 // 4)).decode()


def package(quantities: dict[str, int]) -> Package:
    found = fresh_package(SELLER, "DE", quantities, seller_pays=True)
    found["lines"] = [{name: line[name] for name in FEW} for line in found["lines"]]
    return found


def load(seller: Caller, *packages: Package) -> Answer:
    return seller.call(import_orders, list(packages), path={"sellerId": SELLER})


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["errors"][0]["message"]


def with_noise(size: int) -> Package:
    return package({"A": 1}) | {"note": noise(size)}


def with_line_noise(size: int) -> Package:
    found = package({"A": 1})
    found["lines"][0]["productName"] = noise(size)
    return found


REFUSED = {
    "a line": (with_line_noise(17_000), 413, "0.lines.0: a line may have 16 KB besides its discountDetails"),
    "units": (package({"A": 5_000, "B": 1}), 400, "0.lines: may have 5000 units in all"),
    "a package": (with_noise(100_000), 413, "0.shipmentPackageId: package {} may have 64 KB compressed"),
    "a stock code": (package({"A" * 301: 1}), 400, "0.lines.0.stockCode: may have at most 300 characters"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_not_be_split_later_is_refused(table: Table, de_seller: Caller, name: str) -> None:
    found, status, message = REFUSED[name]
    assert refusal(load(de_seller, found)) == (status, message.format(found["shipmentPackageId"]))
    assert table.client.scan(TableName=table.name)["Count"] == 0


def test_an_order_of_more_live_lines_than_fit_together_is_refused_whole(table: Table, de_seller: Caller) -> None:
    packages = [package({f"{n}{'-' * 60}": 1 for n in range(500)}) for _ in range(4)]
    of_one_order = [{**each, "orderNumber": "CROWDED"} for each in packages]
    message = "0.shipmentPackageId: order CROWDED would have more lines in live packages than can be kept together"
    assert refusal(load(de_seller, *of_one_order)) == (413, message)
    assert table.client.scan(TableName=table.name)["Count"] == 0
    assert load(de_seller, *of_one_order[:3]).status == 200


def test_an_order_whose_item_could_not_be_cancelled_later_is_refused(table: Table, channel: Caller) -> None:
    item: dict[str, Any] = {
        "item_number": "I",
        "company_id": SELLER,
        "sku": "S",
        "quantity": 1,
        "unit_product_price": 1,
    }
    order: dict[str, Any] = {"order_number": "O", "order_date": "2026-10-17", "order_items": [item]}
    item["esd"] = noise(17_000)
    answer = channel.call(create_order, order)
    assert (answer.status, answer.json["errors"][0]["field"]) == (413, "order_items.0")
    order["order_items"] = [{**item, "item_number": f"I{n}", "esd": noise(15_000)} for n in range(8)]
    answer = channel.call(create_order, order)
    assert (answer.status, answer.json["errors"][0]["field"]) == (413, "order_items")
    assert table.client.scan(TableName=table.name)["Count"] == 0


def test_many_cancellations_of_the_largest_lines_are_applied_together(table: Table, de_seller: Caller) -> None:
    found = package({"A": 80, "B": 80, "C": 80, "D": 80})
    for line in found["lines"]:
        line["productName"] = noise(15_000)
    assert load(de_seller, found).status == 200
    path = {"sellerId": SELLER, "packageId": found["shipmentPackageId"]}
    for quantity in range(1, 12):
        lines = [{"lineId": line["lineId"], "quantity": quantity} for line in found["lines"]]
        assert de_seller.call(cancel_package, {"lines": lines, "reasonId": 500}, path=path).status == 200
    assert list(apply_waiting(table)) == [found["shipmentPackageId"]]
    closed = read_state(table, SELLER, found["shipmentPackageId"])
    assert closed is not None
    assert len(closed.package.lines) == 4 * 12


def test_the_largest_package_is_split_into_as_many_as_can_be_with_its_parent_told(
    table: Table, de_seller: Caller
) -> None:
    found = package({"A": 27}) | {"note": noise(79_000)}
    assert load(de_seller, found).status == 200
    line, parent_id = found["lines"][0]["lineId"], found["shipmentPackageId"]
    body = {"lines": [{"lineId": line, "quantity": 1}], "reasonId": 500}
    assert de_seller.call(cancel_package, body, path={"sellerId": SELLER, "packageId": parent_id}).status == 200
    (package_id,) = apply_waiting(table)[parent_id]
    one = {"packageDetails": [{"orderLineId": line, "quantities": 1}]}
    path = {"sellerId": SELLER, "packageId": package_id}
    assert de_seller.call(split_packages, {"splitPackages": [one] * 25}, path=path).status == 200
    requests: list[bytes] = []
    table.client.meta.events.register(
        "before-call.dynamodb.TransactWriteItems", lambda params, **_: requests.append(params["body"])
    )
    assert len(apply_waiting(table)[package_id]) == 26
    (request,) = requests
    parent = json.dumps(table.get(order_keys.package(SELLER, parent_id)), default=str)
    assert len(request) * 3 / 4 + len(parent) < 4_000_000  # the request is base64, items are smaller than their text
    assert len(json.loads(request)["TransactItems"]) <= 100


def test_a_package_that_grew_with_its_history_is_split_into_no_more_than_can_be_written(
    table: Table, de_seller: Caller
) -> None:
    """Some four thousand cancels, one after the other, left their time in it."""
    found = package({"A": 27}) | {"note": noise(79_000)}
    assert load(de_seller, found).status == 200
    line, package_id = found["lines"][0]["lineId"], found["shipmentPackageId"]
    state = read_state(table, SELLER, package_id)
    assert state is not None
    at = state.package.created_at
    times = (at + timedelta(seconds=_random.randint(1, 10**7)) for _ in range(4000))
    grown = replace(state.package, history=tuple(HistoryEntry(each, Status.CREATED) for each in times))
    write_change(table, correcting(state, grown, at))
    one = {"packageDetails": [{"orderLineId": line, "quantities": 1}]}
    path = {"sellerId": SELLER, "packageId": package_id}
    answer = de_seller.call(split_packages, {"splitPackages": [one] * 25}, path=path)
    assert refusal(answer) == (413, f"package {package_id} of 80 KB compressed cannot be split into 26")
    assert de_seller.call(split_packages, {"splitPackages": [one] * 9}, path=path).status == 200
    assert len(apply_waiting(table)[package_id]) == 10


def test_a_package_of_the_largest_size_can_be_moved_on_but_not_beyond_its_accepted_split(
    table: Table, de_seller: Caller
) -> None:
    found = package({"A": 27}) | {"note": noise(85_000)}
    assert load(de_seller, found).status == 200
    picking = found | {"status": "Picking"}
    assert load(de_seller, picking | {"more": noise(4_000)}).status == 200
    one = {"packageDetails": [{"orderLineId": found["lines"][0]["lineId"], "quantities": 1}]}
    path = {"sellerId": SELLER, "packageId": found["shipmentPackageId"]}
    assert de_seller.call(split_packages, {"splitPackages": [one] * 25}, path=path).status == 200
    message = f"0.shipmentPackageId: package {found['shipmentPackageId']} of 70 KB compressed cannot be split into 26"
    assert refusal(load(de_seller, picking | {"even more": noise(6_000)})) == (413, message)
    assert [len(born) for born in apply_waiting(table).values()] == [26]


def test_an_order_that_reports_have_divided_beyond_its_limit_is_moved_on(
    table: Table, de_seller: Caller, channel: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, other = package({f"SKU-{n}": 2 for n in range(50)}), package({"OTHER": 1})
    other["orderNumber"] = number = found["orderNumber"]
    assert load(de_seller, found, other).status == 200
    most = order_size(read_order(table, SELLER, number)) + 100
    monkeypatch.setattr(import_packages, "MAX_ORDER_BYTES", most)
    lines = [{"lineId": line["lineId"], "quantity": 1} for line in found["lines"]]
    path = {"sellerId": SELLER, "packageId": found["shipmentPackageId"]}
    assert channel.call(report_status, {"status": "Shipped", "lines": lines}, path=path).status == 200
    assert order_size(read_order(table, SELLER, number)) > most
    assert load(de_seller, other | {"status": "Delivered"}).status == 200


GROWING: dict[str, Callable[[Package, int], object]] = {
    "package": lambda found, time: found.update({f"x{time}": "x" * 200_000}),
    "lines": lambda found, time: [line.update({f"x{time}": "x" * 15_000}) for line in found["lines"]],
    "units": lambda found, time: [
        unit.update({f"x{time}": "x" * 4_000}) for unit in found["lines"][0]["discountDetails"]
    ],
    "history": lambda found, time: found.update(
        status=f"Held{time}",
        packageHistories=[{"createdDate": 18 * 10**11 + time * 10**6 + n, "status": "x" * 1_000} for n in range(200)],
    ),
}


@pytest.mark.parametrize("what", GROWING)
def test_what_later_exports_add_has_an_end_although_it_takes_no_room_compressed(
    table: Table, de_seller: Caller, what: str
) -> None:
    found = fresh_package(SELLER, "DE", {"A": 40, **{f"B{n}": 1 for n in range(9)}}, seller_pays=True)
    assert load(de_seller, found).status == 200
    answers = []
    for time in range(1, 9):
        again = copy.deepcopy(found)
        GROWING[what](again, time)
        answers.append(load(de_seller, again))
        if answers[-1].status != 200:
            break
    message = f"0.shipmentPackageId: package {found['shipmentPackageId']} may have 640 KB of fields in all its exports"
    assert refusal(answers[-1]) == (413, message)
    state = read_state(table, SELLER, found["shipmentPackageId"])
    assert state is not None
    assert exported_size(state.package) < 640 * 1024


def crowded(order_number: str) -> list[Package]:
    """Six packages of one order, some of which can be split into three, but not all of them."""
    return [package({f"STOCK-ITEM-{n}": 9 for n in range(500)}) | {"orderNumber": order_number} for _ in range(6)]


def split_into_three(seller: Caller, of: Package) -> Answer:
    one_of_each = [{"orderLineId": line["lineId"], "quantities": 1} for line in of["lines"]]
    path = {"sellerId": SELLER, "packageId": of["shipmentPackageId"]}
    return seller.call(split_packages, {"splitPackages": [{"packageDetails": one_of_each}] * 2}, path=path)


def test_a_split_after_which_the_order_could_not_be_kept_is_refused_before_any_is_made_or_after(
    table: Table, de_seller: Caller
) -> None:
    """What is accepted can be made, and what is made leaves as much room as what is promised."""
    at_once, in_turn = crowded("AT-ONCE"), crowded("IN-TURN")
    assert load(de_seller, *at_once).status == 200
    assert load(de_seller, *in_turn).status == 200
    promised = [split_into_three(de_seller, each) for each in at_once]
    taken = [answer.status for answer in promised].index(413)
    assert 2 <= taken < 6
    made = []
    for each in in_turn:
        made.append(split_into_three(de_seller, each))
        apply_waiting(table)
    for answers, number in ((promised, "AT-ONCE"), (made, "IN-TURN")):
        assert [answer.status for answer in answers] == [200] * taken + [413] * (6 - taken)
        message = f"order {number} would have more lines in live packages than can be kept together"
        assert refusal(answers[-1]) == (413, message)
        order = read_order(table, SELLER, number)
        assert (len(order.live), dict(order.promised)) == (6 + 2 * taken, {})


def test_an_item_in_more_lines_than_one_write_can_name_is_refused(
    table: Table, de_seller: Caller, channel: Caller
) -> None:
    del table
    found = package({f"SKU-{n}": 1 for n in range(91)})
    for line in found["lines"]:
        line["stockCode"] = "S"
    assert load(de_seller, found).status == 200
    number = found["orderNumber"]
    item = {"order_number": number, "order_item_number": f"{number}_S", "reason": "out_of_stock"}
    answer = channel.call(order_cancel, {**item, "cancel_id": 1, "cancel_quantity": 91})
    message = "1 items in 1 packages, 91 lines of one, are too many at once"
    assert (answer.status, answer.json["detail"]) == (400, message)
    assert channel.call(order_cancel, {**item, "cancel_id": 1, "cancel_quantity": 90}).status == 200


def test_an_item_of_the_longest_order_number_and_stock_code_can_be_named(
    table: Table, de_seller: Caller, channel: Caller
) -> None:
    del table
    number, stock_code = "O" * 100, "S" * 300
    assert load(de_seller, package({stock_code: 2}) | {"orderNumber": number}).status == 200
    item = f"{number}_{stock_code}"
    body = {"order_number": number, "order_item_number": item, "reason": "out_of_stock"}
    assert channel.call(order_cancel, {**body, "cancel_id": 1, "cancel_quantity": 1}).status == 200
    path = {"orderNumber": number, "orderItemNumber": item}
    assert channel.call(report_delivery, {"status": "delivered", "quantity": 1}, path=path).status == 200
    assert channel.call(cancel_order_item, {"reason": "customer_demand"}, path=path).status == 409
