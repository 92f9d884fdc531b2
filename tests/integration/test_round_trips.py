"""How many requests to the database each step takes, in their order: what a caller, and then a receiver, waits for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from cleave.entry import resources
from cleave.table.table import Table
from cleave_cli.receiver import Receiver

from functions.cancel_order_item.app import handler as cancel_order_item
from functions.cancel_package.app import handler as cancel_package
from functions.create_webhook.app import handler as create_webhook
from functions.deliver_webhook.app import handler as deliver_webhook
from functions.import_orders.app import handler as import_orders
from functions.order_cancel.app import handler as order_cancel
from functions.package_stream.app import handler as package_stream
from functions.split_package.app import handler as split_package
from functions.update_package.app import handler as update_package
from tests.support.calls import calls_of
from tests.support.gateway import Caller
from tests.support.samples import Package, fresh_package
from tests.support.splits import apply_waiting
from tests.support.stream import take_records
from tests.support.whole import is_for_the_function

PATH = {"sellerId": 20811}
GET, BATCH, QUERY = "GetItem", "BatchGetItem", "Query"
TRANSACT, PUT, UPDATE, DELETE = "TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"
MESSAGE = "SendMessage"


@pytest.fixture
def package(table: Table, de_seller: Caller) -> Package:
    """Five lines of six units; the seller pays the carrier, so no number is leased."""
    del table
    loaded = fresh_package(20811, "DE", {f"SKU-{n}": 6 for n in range(5)}, seller_pays=True)
    assert de_seller.call(import_orders, loaded, path=PATH).status == 200
    return loaded


@contextmanager
def counted() -> Iterator[list[str]]:
    """What the functions send to the database and to the queue, in one order."""
    sent: list[str] = []
    with ExitStack() as stack:
        for name in ("dynamodb", "sqs"):
            events = resources.client(name).meta.events

            def note(model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
                sent.append(model.name)

            events.register("before-call", note)
            stack.callback(events.unregister, "before-call", note)
        yield sent


def cancel(seller: Caller, package: Package, quantity: int = 1, package_id: int | None = None) -> int:
    lines = [{"lineId": package["lines"][0]["lineId"], "quantity": quantity}]
    path = {**PATH, "packageId": package_id or package["shipmentPackageId"]}
    return seller.call(cancel_package, {"lines": lines, "reasonId": 500}, path=path).status


def report(channel: Caller, package: Package, quantity: int = 1, cancel_id: int = 1) -> int:
    number = package["orderNumber"]
    item = {"order_number": number, "order_item_number": f"{number}_SKU-0", "reason": "out_of_stock"}
    return channel.call(order_cancel, {**item, "cancel_id": cancel_id, "cancel_quantity": quantity}).status


def take_back(channel: Caller, package: Package) -> int:
    path = {"orderNumber": package["orderNumber"], "orderItemNumber": f"{package['orderNumber']}_SKU-0"}
    return channel.call(cancel_order_item, {"reason": "customer_demand"}, path=path).status


def replace_times(table: Table, seller: Caller, package: Package, times: int) -> None:
    package_id = package["shipmentPackageId"]
    for _ in range(times):
        assert cancel(seller, package, 1, package_id) == 200
        (package_id,) = apply_waiting(table)[package_id]


def test_a_seller_is_accepted_or_refused_in_one(table: Table, de_seller: Caller, package: Package) -> None:
    for quantity, status in ((1, 200), (1, 200), (6, 409)):
        with calls_of(table.client) as calls:
            assert cancel(de_seller, package, quantity) == status
        assert calls == [TRANSACT]
    with calls_of(table.client) as calls:
        assert cancel(de_seller, package, 1, 5) == 404
    assert calls == [TRANSACT]
    with calls_of(table.client) as calls:
        assert cancel(de_seller, package, 0) == 400
    assert calls == []


@pytest.mark.parametrize(("times", "trips"), [(1, [TRANSACT]), (2, [TRANSACT, GET]), (4, [TRANSACT, GET])])
def test_a_package_that_was_replaced_is_refused_in_one_and_in_two_however_often(
    table: Table, de_seller: Caller, package: Package, times: int, trips: list[str]
) -> None:
    replace_times(table, de_seller, package, times)
    with calls_of(table.client) as calls:
        assert cancel(de_seller, package, 2) == 409
    assert calls == trips


def test_a_channel_is_accepted_or_refused_in_two(table: Table, channel: Caller, package: Package) -> None:
    ways: list[tuple[Callable[[], int], int, list[str]]] = [
        (lambda: report(channel, package), 200, [QUERY, TRANSACT]),
        (lambda: report(channel, package), 200, [QUERY, TRANSACT]),
        (lambda: report(channel, package, 6, 2), 409, [QUERY, TRANSACT]),
        (lambda: report(channel, package, 7, 3), 409, [QUERY, BATCH]),
        (lambda: take_back(channel, package | {"orderNumber": "NONE"}), 404, [QUERY, BATCH]),
    ]
    for call, status, trips in ways:
        with calls_of(table.client) as calls:
            assert call() == status
        assert calls == trips


def test_a_split_and_a_status_are_accepted_in_three(table: Table, de_seller: Caller, package: Package) -> None:
    path = {**PATH, "packageId": package["shipmentPackageId"]}
    with calls_of(table.client) as calls:
        assert de_seller.call(update_package, {"status": "Picking"}, path=path).status == 200
    assert calls == [GET, BATCH, TRANSACT]
    with calls_of(table.client) as calls:
        body = {"orderLineIds": [package["lines"][0]["lineId"]]}
        assert de_seller.call(split_package, body, path=path).status == 200
    assert calls == [GET, BATCH, TRANSACT]


def invoke(table: Table) -> list[dict[str, Any]]:
    """The stream function on what is new; answers what it was given."""
    records = [record for record in take_records(table) if is_for_the_function(record)]
    assert package_stream({"Records": records}, None) == {"batchItemFailures": []}
    return records


def subscribe(seller: Caller, url: str) -> None:
    body = {"url": url, "authenticationType": "API_KEY", "apiKey": "key"}
    assert seller.call(create_webhook, body, path=PATH).status == 200


def test_the_receiver_hears_of_a_split_after_four_and_one_message(
    table: Table, let_happen: Callable[[], None], de_seller: Caller, package: Package, receiver: Receiver
) -> None:
    del let_happen
    subscribe(de_seller, receiver.url)
    take_records(table)
    assert cancel(de_seller, package) == 200
    with counted() as sent:
        assert len(invoke(table)) == 1
    assert sent == [BATCH, TRANSACT, PUT, UPDATE, MESSAGE, UPDATE], "read, split, put, ring, its message; then unmark"


def test_each_further_webhook_adds_a_put_and_a_ring_and_a_busy_track_no_message(
    table: Table, let_happen: Callable[[], None], de_seller: Caller, package: Package, receiver: Receiver
) -> None:
    del let_happen
    for _ in range(3):
        subscribe(de_seller, receiver.url)
    take_records(table)
    assert cancel(de_seller, package) == 200
    with counted() as sent:
        invoke(table)
    assert sent == [BATCH, TRANSACT, *[PUT] * 3, *[UPDATE, MESSAGE] * 3, UPDATE]
    (successor,) = _successors(table, package)
    assert cancel(de_seller, package, 1, successor) == 200
    with counted() as sent:
        invoke(table)
    assert [call for call in sent if call != UPDATE] == [BATCH, TRANSACT, *[PUT] * 3], "rung already: no message more"


def _successors(table: Table, package: Package) -> list[int]:
    item = table.get({"pk": f"PACKAGE#20811#{package['shipmentPackageId']}", "sk": "PACKAGE"})
    assert item is not None
    return [int(each) for each in item["successor_ids"]]


def test_a_burst_of_a_package_is_read_and_split_once(
    table: Table, let_happen: Callable[[], None], de_seller: Caller, package: Package
) -> None:
    del let_happen
    for quantity in (1, 2, 3):
        assert cancel(de_seller, package, quantity) == 200
    with counted() as sent:
        assert len(invoke(table)) == 3
    assert sent == [BATCH, TRANSACT, UPDATE]


def test_both_messages_of_a_split_are_delivered_with_one_look(
    table: Table, let_happen: Callable[[], None], de_seller: Caller, package: Package, receiver: Receiver
) -> None:
    del let_happen
    subscribe(de_seller, receiver.url)
    take_records(table)
    assert cancel(de_seller, package) == 200
    invoke(table)
    sqs, url = resources.client("sqs"), resources.settings().delivery_queue_url
    (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    with counted() as sent:
        event = {"Records": [{"messageId": "1", "body": message["Body"]}]}
        assert deliver_webhook(event, None) == {"batchItemFailures": []}
    assert sent == [UPDATE, QUERY, BATCH, PUT, DELETE, UPDATE], "take, look, read, settle, delete, release"
    assert len(receiver.requests) == 2
