"""What operators and support look at: gauges, receivers."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from cleave.application.subscribe.activation import turn_off
from cleave.application.tell import ask_again
from cleave.clock import to_ms
from cleave.domain.circuit import Circuit
from cleave.domain.subscription import PassiveReason
from cleave.store.circuits import write_circuit
from cleave.store.deliveries import read_waiting
from cleave.store.subscriptions import read_subscription
from cleave.store.track_leases import shut, take
from cleave.table.table import Table
from cleave_cli.receiver import Answer as Answered
from cleave_cli.receiver import Receiver

from functions.cancel_package.app import handler as cancel_package
from functions.create_channel_webhook.app import handler as create_for_channel
from functions.create_webhook.app import handler as create
from functions.deactivate_webhook.app import handler as deactivate
from functions.delete_webhook.app import handler as delete
from functions.find_order.app import handler as find_order
from functions.get_status.app import handler as get_status
from functions.get_webhook.app import handler as get_webhook
from functions.import_orders.app import handler as import_orders
from functions.list_channel_webhooks.app import handler as list_for_channel
from functions.list_deliveries.app import handler as list_deliveries
from functions.list_receivers.app import handler as list_receivers
from functions.probe_receiver.app import handler as probe_receiver
from functions.replay_deliveries.app import handler as replay
from tests.integration.conftest import FrozenClock
from tests.support.environment import new_settings
from tests.support.gateway import Answer, Caller

OPERATOR, SUPPORT = Caller("operator", (), {}), Caller("support", (), {})
SELLER: dict[str, object] = {"sellerId": 20811}
PACKAGE: dict[str, object] = {**SELLER, "packageId": 3330811901}
OTHER: dict[str, object] = {**SELLER, "packageId": 3330811902}
CANCEL = {"lines": [{"lineId": 4765081101, "quantity": 1}], "reasonId": 500}


@pytest.fixture
def status(
    table: Table, let_happen: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], dict[str, Any]]:
    """What is answered, with a bucket and a queue of what was given up."""
    del table, let_happen
    boto3.client("s3").create_bucket(Bucket="failed", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    monkeypatch.setenv("FAILED_RECORDS_BUCKET", "failed")
    monkeypatch.setenv("DEAD_LETTERS_URL", boto3.client("sqs").create_queue(QueueName="dead")["QueueUrl"])
    monkeypatch.setenv("ALARM_PENDING_SECONDS", "60")
    new_settings()

    def status() -> dict[str, Any]:
        answer = SUPPORT.call(get_status)
        assert answer.status == 200
        document: dict[str, Any] = answer.json
        return document

    return status


def gauge(status: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [each for each in status["gauges"] if each["name"] == name]
    return dict(found)


def subscribe(seller: Caller, url: str) -> str:
    body = {"url": url, "authenticationType": "API_KEY", "apiKey": "key"}
    return str(seller.call(create, body, path=SELLER).json["id"])


def shown(query: dict[str, list[str]] | None = None) -> list[dict[str, Any]]:
    answer = SUPPORT.call(list_receivers, query=query)
    assert answer.status == 200
    receivers: list[dict[str, Any]] = answer.json["receivers"]
    return receivers


def test_all_is_well_where_nothing_waits(status: Callable[[], dict[str, Any]], clock: FrozenClock) -> None:
    found = status()
    assert (found["at"], found["healthy"]) == (to_ms(clock()), True)
    assert [(each["name"], each["value"], each["threshold"]) for each in found["gauges"]] == [
        ("OldestPendingCancellation", 0, 60),
        ("OldestPendingEvent", 0, 60),
        ("FailedBatches", 0, 1),
        ("OldestWaitingDelivery", 0, 21600),
        ("FailingReceivers", 0, None),
        ("DeadLetters", 0, 1),
    ]


def test_whoever_asks_is_told_its_role_and_which_stack_it_is(status: Callable[[], dict[str, Any]]) -> None:
    found = status()
    by_an_operator = OPERATOR.call(get_status).json
    assert (found["role"], by_an_operator["role"]) == ("support", "operator")
    assert found["stack"] == by_an_operator["stack"] == "cleave"


def test_what_the_stream_left_behind_is_ill_once_its_alarm_goes_off(
    status: Callable[[], dict[str, Any]],
    clock: FrozenClock,
    de_seller: Caller,
    load: Callable[[str], list[dict[str, Any]]],
) -> None:
    load("sample-orders")
    assert de_seller.call(cancel_package, CANCEL, path=PACKAGE).status == 200
    clock.move(seconds=60)
    assert status()["healthy"] is True
    clock.move(seconds=1)
    found = status()
    assert found["healthy"] is False
    assert gauge(found, "OldestPendingCancellation") == {
        "name": "OldestPendingCancellation",
        "label": "oldest accepted cancellation not applied",
        "value": 61.0,
        "unit": "seconds",
        "threshold": 60,
        "healthy": False,
        "runbook": "pending-cancellations",
    }


def test_what_was_given_up_is_counted(status: Callable[[], dict[str, Any]]) -> None:
    boto3.client("s3").put_object(Bucket="failed", Key="aws/lambda/1", Body=b"{}")
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="dead")["QueueUrl"], MessageBody="x")
    found = status()
    assert (found["healthy"], gauge(found, "FailedBatches")["value"], gauge(found, "DeadLetters")["value"]) == (
        False,
        1,
        1,
    )


def test_a_receiver_is_shown_with_its_owner_and_nothing_of_its_url_but_the_host(
    let_happen: Callable[[], None], de_seller: Caller, channel: Caller
) -> None:
    del let_happen
    mine = subscribe(de_seller, "http://127.0.0.1:9/secret-path")
    theirs = channel.call(create_for_channel, {"base_url": "http://localhost:9/other"}).json["id"]
    by_id = {each["subscriptionId"]: each for each in shown()}
    assert by_id[mine] == {
        "subscriptionId": mine,
        "owner": {"kind": "seller", "id": "20811"},
        "host": "127.0.0.1",
        "kind": "webhook",
        "status": "ACTIVE",
        "passiveReason": None,
        "circuit": "closed",
        "failures": 0,
        "failingSince": None,
        "nextProbe": None,
        "backlog": 0,
        "backlogIsMore": False,
        "oldestWaiting": None,
    }
    assert by_id[theirs]["owner"] == {"kind": "channel", "id": "test-credential"}
    assert "secret-path" not in str(by_id)
    assert shown({"failing": ["true"]}) == []


def fail(table: Table, webhook: str, clock: FrozenClock) -> tuple[datetime, datetime]:
    """As if it had failed for two hours, and the next probe were in an hour; who drained its tracks has shut them."""
    table.client.delete_item(TableName=table.name, Key={"pk": {"S": f"CIRCUIT#{webhook}"}, "sk": {"S": "CIRCUIT"}})
    since, probe = clock() - timedelta(hours=2), clock() + timedelta(hours=1)
    assert write_circuit(table, "seller:20811", webhook, Circuit(7, since, probe, 1, 1))
    for number in range(8):
        held = take(table, webhook, number, "holder", clock(), probe=True)
        assert held is not None
        assert shut(table, held)
    return since, probe


def test_one_that_fails_is_first_with_what_waits_for_it(
    table: Table,
    clock: FrozenClock,
    let_happen: Callable[[], None],
    receiver: Receiver,
    de_seller: Caller,
    load: Callable[[str], list[dict[str, Any]]],
) -> None:
    failing = subscribe(de_seller, receiver.url)
    clock.move(seconds=1)
    well = subscribe(de_seller, f"{receiver.url}/well")
    load("sample-orders")
    receiver.respond = lambda request: Answered(200 if request.path.endswith("/well") else 503)
    happened = clock()
    assert de_seller.call(cancel_package, CANCEL, path=PACKAGE).status == 200
    clock.move(seconds=1)
    let_happen()
    since, probe = fail(table, failing, clock)
    first, second = shown()
    assert (second["subscriptionId"], second["backlog"], second["circuit"]) == (well, 0, "closed")
    assert first["oldestWaiting"] > to_ms(happened)
    assert first | {"oldestWaiting": 0} == {
        "subscriptionId": failing,
        "owner": {"kind": "seller", "id": "20811"},
        "host": "127.0.0.1",
        "kind": "webhook",
        "status": "ACTIVE",
        "passiveReason": None,
        "circuit": "open",
        "failures": 7,
        "failingSince": to_ms(since),
        "nextProbe": to_ms(probe),
        "backlog": 1,
        "backlogIsMore": False,
        "oldestWaiting": 0,
    }
    assert shown({"failing": ["true"]}) == [first]


def test_of_those_that_are_off_only_who_failed_is_failing(
    let_happen: Callable[[], None], de_seller: Caller, table: Table, clock: FrozenClock
) -> None:
    del let_happen

    by_owner, gone = subscribe(de_seller, "http://127.0.0.1:9/a"), subscribe(de_seller, "http://127.0.0.1:9/b")
    assert de_seller.call(deactivate, path={**SELLER, "webhookId": by_owner}).status == 200
    subscription = read_subscription(table, "seller:20811", gone)
    assert subscription is not None
    turn_off(table, subscription, PassiveReason.GONE, clock())
    assert {each["subscriptionId"]: each["passiveReason"] for each in shown()} == {
        by_owner: "deactivated",
        gone: "gone",
    }
    assert [each["subscriptionId"] for each in shown({"failing": ["true"]})] == [gone]


def test_pages_hold_each_receiver_once(
    let_happen: Callable[[], None], de_seller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those that were made in the same millisecond."""
    del let_happen
    monkeypatch.setattr("cleave.application.operate.receivers.PAGE", 2)
    made = []
    for number in range(5):
        made.append(subscribe(de_seller, f"http://127.0.0.1:9/{number}"))
        clock.move(milliseconds=number % 2)
    found: list[str] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor is not None:
        answer: Answer = SUPPORT.call(list_receivers, query={"cursor": [cursor]} if cursor else None)
        found += [each["subscriptionId"] for each in answer.json["receivers"]]
        cursor, pages = answer.json["nextCursor"], pages + 1
    assert (pages, sorted(found)) == (3, sorted(made))
    for wrong in ("none-of-ours", "AAAA"):
        assert SUPPORT.call(list_receivers, query={"cursor": [wrong]}).status == 400
    assert SUPPORT.call(list_receivers, query={"failing": ["perhaps"]}).status == 400


def test_a_webhook_that_is_deleted_is_listed_no_more(let_happen: Callable[[], None], de_seller: Caller) -> None:
    del let_happen

    made = subscribe(de_seller, "http://127.0.0.1:9/a")
    assert de_seller.call(delete, path={**SELLER, "webhookId": made}).status == 200
    assert shown() == []


# The first message of each of two orders.
FAILED = 2


@pytest.fixture
def failing(
    table: Table,
    clock: FrozenClock,
    let_happen: Callable[[], None],
    receiver: Receiver,
    de_seller: Caller,
    load: Callable[[str], list[dict[str, Any]]],
) -> str:
    """A webhook whose receiver has failed so often that it only gets probes; two orders wait for it."""
    made = subscribe(de_seller, receiver.url)
    load("sample-orders")
    receiver.respond = lambda _: Answered(503)
    for path, line in ((PACKAGE, 4765081101), (OTHER, 4765081201)):
        body = {"lines": [{"lineId": line, "quantity": 1}], "reasonId": 500}
        assert de_seller.call(cancel_package, body, path=path).status == 200
        clock.move(seconds=1)
        let_happen()
    fail(table, made, clock)
    (shown_one,) = shown({"failing": ["true"]})
    assert (shown_one["circuit"], shown_one["backlog"]) == ("open", 2)
    receiver.respond = lambda _: Answered(200)
    assert len(receiver.requests) == FAILED
    clock.move(seconds=1)
    return made


def test_a_probe_now_sends_the_oldest_and_then_all_that_waits(
    failing: str, let_happen: Callable[[], None], receiver: Receiver
) -> None:
    let_happen()
    assert len(receiver.requests) == FAILED, "its circuit is open, and the next probe is far away"
    answer = OPERATOR.call(probe_receiver, path={"subscriptionId": failing})
    assert (answer.status, answer.json) == (
        202,
        {"subscriptionId": failing, "sellerId": 20811, "orderNumber": "10811190301"},
    )
    let_happen()
    assert [each["circuit"] for each in shown()] == ["closed"]
    assert (shown()[0]["backlog"], len(receiver.requests)) == (0, FAILED + 4)
    assert shown({"failing": ["true"]}) == []


def test_a_probe_now_that_fails_leaves_it_red(failing: str, let_happen: Callable[[], None], receiver: Receiver) -> None:
    receiver.respond = lambda _: Answered(503)
    before = shown()[0]["failures"]
    assert OPERATOR.call(probe_receiver, path={"subscriptionId": failing}).status == 202
    let_happen()
    (after,) = shown({"failing": ["true"]})
    assert (after["failures"], after["backlog"], len(receiver.requests)) == (before + 1, 2, FAILED + 1)


def test_a_probe_needs_something_that_waits(
    let_happen: Callable[[], None], receiver: Receiver, de_seller: Caller
) -> None:
    del let_happen
    made = subscribe(de_seller, receiver.url)

    def refused(name: str) -> tuple[int, str]:
        answer = OPERATOR.call(probe_receiver, path={"subscriptionId": name})
        return answer.status, answer.json["errors"][0]["key"]

    assert refused(made) == (409, "webhook.nothing.waits")
    assert refused(made[::-1]) == (404, "webhook.not.found")
    assert refused("x" * 2000) == (404, "webhook.not.found")
    assert de_seller.call(deactivate, path={**SELLER, "webhookId": made}).status == 200
    assert refused(made) == (409, "webhook.is.passive")


def test_what_was_sent_meanwhile_is_not_sent_again(
    failing: str, table: Table, let_happen: Callable[[], None], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the wish: nothing new waits that owes no message."""
    read = read_waiting

    def read_and_sent(*arguments: Any) -> Any:  # noqa: ANN401 - as it is
        found = read(*arguments)
        if found and len(receiver.requests) == FAILED:
            monkeypatch.setattr(ask_again, "read_waiting", read)
            assert OPERATOR.call(probe_receiver, path={"subscriptionId": failing}).status == 202
            let_happen()
        return found

    monkeypatch.setattr(ask_again, "read_waiting", read_and_sent)
    assert OPERATOR.call(probe_receiver, path={"subscriptionId": failing}).status == 202
    let_happen()
    assert (shown()[0]["backlog"], len(receiver.requests)) == (0, FAILED + 4)
    del table


def test_an_operator_works_on_a_channels_webhook_by_its_name(
    let_happen: Callable[[], None], receiver: Receiver, channel: Caller
) -> None:
    del let_happen
    made = channel.call(create_for_channel, {"base_url": receiver.url}).json["id"]
    of = {"channel": ["test-credential"]}
    for caller in (OPERATOR, SUPPORT):
        assert [each["id"] for each in caller.call(list_for_channel, query=of).json] == [made]
        assert caller.call(get_webhook, path={"webhookId": made}, query=of).json["id"] == made
        assert caller.call(list_deliveries, path={"webhookId": made}, query=of).json["content"] == []
        assert caller.call(get_webhook, path={"webhookId": made}, query={"channel": ["another"]}).status == 404
    assert OPERATOR.call(replay, {"since": 0}, path={"webhookId": made}, query=of).status == 202
    assert SUPPORT.call(replay, {"since": 0}, path={"webhookId": made}, query=of).status == 403


def test_a_damaged_webhook_is_named_and_hides_no_other(
    let_happen: Callable[[], None], table: Table, de_seller: Caller
) -> None:
    del let_happen
    damaged, well = subscribe(de_seller, "http://127.0.0.1:9/a"), subscribe(de_seller, "http://127.0.0.1:9/b")
    key = {"pk": {"S": "SUBSCRIBER#seller:20811"}, "sk": {"S": f"SUBSCRIPTION#{damaged}"}}
    table.client.update_item(TableName=table.name, Key=key, UpdateExpression="REMOVE sellers")
    answer = SUPPORT.call(list_receivers).json
    assert ([each["subscriptionId"] for each in answer["receivers"]], answer["unreadable"]) == ([well], [damaged])


def customers(package: dict[str, Any]) -> set[str]:
    """What of a package only its customer is called, or lives at."""
    address = package["shipmentAddress"]
    said = [package[name] for name in ("customerFirstName", "customerLastName", "customerEmail")]
    said += [address.get(name) for name in ("fullName", "address1", "phone")]
    return {each for each in map(str, said) if len(each) > len("None")}


def test_an_order_is_found_over_all_sellers_and_shows_nothing_of_the_customer(
    let_happen: Callable[[], None], load: Callable[[str], list[dict[str, Any]]], tr_seller: Caller, clock: FrozenClock
) -> None:
    (package, *_) = load("sample-orders")
    (other, *_) = load("sample-orders-tr")
    also = {**other, "orderNumber": package["orderNumber"]}
    assert tr_seller.call(import_orders, {"content": [also]}, path={"sellerId": 20812}).status in {200, 409}
    again = {**also, "shipmentPackageId": 88, "lines": [{**each, "lineId": 1} for each in also["lines"][:1]]}
    assert tr_seller.call(import_orders, {"content": [again]}, path={"sellerId": 20812}).status == 200
    let_happen()
    answer = SUPPORT.call(find_order, path={"orderNumber": package["orderNumber"]})
    assert [(each["sellerId"], each["storefront"]) for each in answer.json["parts"]] == [(20811, "DE"), (20812, "TR")]
    text = json.dumps(answer.json, ensure_ascii=False)
    assert [each for each in customers(package) | customers(other) if each in text] == []
    alone = SUPPORT.call(find_order, path={"orderNumber": package["orderNumber"]}, query={"sellerId": ["20812"]})
    assert alone.json["parts"] == answer.json["parts"][1:]
    of_one = Caller("support", (), {}, storefronts=("DE",))
    seen = of_one.call(find_order, path={"orderNumber": package["orderNumber"]}).json["parts"]
    assert [each["sellerId"] for each in seen] == [20811]
    for wrong in ("0", "x", "9" * 20):
        query = {"sellerId": [wrong]}
        assert SUPPORT.call(find_order, path={"orderNumber": package["orderNumber"]}, query=query).status == 400
    assert SUPPORT.call(find_order, path={"orderNumber": "none"}).status == 404
    del clock


def test_an_order_that_is_too_large_is_shown_in_part_and_says_so(
    let_happen: Callable[[], None],
    de_seller: Caller,
    load: Callable[[str], list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load("sample-orders")
    assert de_seller.call(cancel_package, CANCEL, path=PACKAGE).status == 200
    let_happen()
    whole = SUPPORT.call(find_order, path={"orderNumber": "10811190301"}).json
    assert (whole["complete"], len(whole["parts"][0]["packages"])) == (True, 2)
    assert [
        (each["ordered"], each["cancelled"], each["live"], each["lost"]) for each in whole["parts"][0]["units"]
    ] == [
        (3, 1, 2, 0),
        (1, 0, 1, 0),
    ]
    monkeypatch.setattr("cleave.application.read.timeline_page.PACKAGES_AT_ONCE", 1)
    monkeypatch.setattr("cleave.dialects.stories.PAGES", (1, 1))
    part = SUPPORT.call(find_order, path={"orderNumber": "10811190301"}).json
    assert (part["complete"], len(part["parts"][0]["packages"]), part["parts"][0]["units"]) == (False, 1, [])
