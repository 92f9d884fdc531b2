"""Each runbook is followed, word by word, on a stack in the state that it is about; what counts is the outcome.

The stack's schedule is off: what is done here, the page's own commands have done. docs/runbooks/restore.md is followed
in tests/e2e/test_restoring.py, since it changes the stack.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cleave import clock
from cleave.domain.roles import Role, Tier
from cleave.store import order_keys, webhook_keys
from cleave.store.credentials import Credential, store_credential
from cleave.table.failures import ConditionsFailed
from cleave.table.requests import Key, Update
from cleave.table.table import Table
from cleave_cli import limits
from cleave_cli.api import SellerClient
from cleave_cli.credentials import Seller
from cleave_cli.deploy import engine_session
from cleave_cli.receiver import Answer, Receiver, running_receiver
from cleave_cli.stack import LocalStack

from tests.support.insights import saved
from tests.support.own_stack import Account
from tests.support.programs import needs
from tests.support.runbooks import FOLDER, Denied, Page, following, lines_of, pages, table_of
from tests.support.samples import Package
from tests.support.subscribing import about, cancel, deliveries, eventually, load, webhooks_path

STACK = "runbooks"
NUMBER = 20811  # the seller that the pages name
DOWN = Answer(503, headers={"Retry-After": "3600"})  # only probes from now on, the next in an hour
ELSEWHERE = {"restore"}


@dataclass(frozen=True)
class Stage:
    """The stack, and a seller of it."""

    account: Account
    seller: SellerClient
    table: Table

    def page(self, name: str, **names: str) -> Page:
        """With the credentials of the seller in the environment."""
        key, secret = self.seller.seller.api_key, self.seller.seller.api_secret
        variables = {"CLEAVE_BASE_URL": self.account.base_url, "CLEAVE_API_KEY": key, "CLEAVE_API_SECRET": secret}
        variables["CLEAVE_STORE_FRONT_CODE"] = self.seller.seller.store_front_code
        return Page(name, self.account, names, variables)

    def denied(self, function: str, *actions: str) -> Denied:
        """What the function may not do inside the block."""
        return Denied(self.account, function, actions or ["dynamodb:*"])

    def logged(self, function: str, *words: str) -> list[str]:
        """Lines of a function with all the words."""
        lines = lines_of(self.account.client("logs"), f"/aws/lambda/{STACK}/{function}")
        return [line for line in lines if all(word in line for word in words)]

    def statuses(self, package: Package) -> list[str]:
        """Of the order's packages."""
        return sorted(each["status"] for each in self.seller.packages(str(package["orderNumber"])))

    def is_split(self, package: Package) -> bool:
        """Whether what was cancelled of it is applied."""
        return self.statuses(package) == ["Cancelled", "Created"]

    def left_behind(self, key: Key, number: str, accepted: Callable[[], object]) -> None:
        """What is accepted meanwhile is due for two minutes, and its record was lost: the stream's role was wrong."""
        with self.denied("PackageStream"):
            accepted()
            eventually(lambda: self.logged("PackageStream", "item.failed", number), bool)
            change = Update(key, "SET due = due - :age", "attribute_exists(due)", {"age": 120_000}, {})
            self.table.update(change)
            eventually(lambda: len(self.logged("PackageStream", "item.failed", number)), lambda count: count >= 2)


@pytest.fixture(scope="module")
def stage(stack: LocalStack) -> Iterator[Stage]:
    account = Account(engine_session(), stack.deployment.endpoint, STACK)
    account.deploy()
    account.client("events").disable_rule(Name=account.physical()["ReconcileFunctionEveryMinute"])
    seller, table = Seller(NUMBER, "DE"), table_of(account)
    let_in(account, table, seller)
    with closing((client := SellerClient(account.base_url, seller)).http):
        yield Stage(account, client, table)
    account.delete()


def let_in(account: Account, table: Table, seller: Seller) -> None:
    """As `cleave credentials create` does, without limits."""
    credential = Credential(seller.api_key, Role.SELLER, frozenset({seller.seller_id}), tier=Tier.NO_LIMITS)
    limits.register(account.client("apigateway"), account.outputs, credential)
    store_credential(table, credential, seller.api_secret, clock.now())


@pytest.fixture
def receiver(stage: Stage) -> Iterator[Receiver]:
    """Its webhooks end with it."""
    with running_receiver() as running:
        yield running
        for each in stage.seller.http.get(webhooks_path(stage.seller)).raise_for_status().json():
            stage.seller.http.delete(f"{webhooks_path(stage.seller)}/{each['id']}").raise_for_status()


@pytest.fixture
def webhook(stage: Stage, receiver: Receiver) -> str:
    return str(stage.seller.subscribe(f"{receiver.url}/hook", "receiver-key").raise_for_status().json()["id"])


def order_of(package: Package) -> str:
    return str(package["orderNumber"])


def key_of(package: Package) -> Key:
    return order_keys.package(NUMBER, package["shipmentPackageId"])


def nothing_waits(printed: str) -> bool:
    """Whether `cleave status` shows zeros alone, and names nobody."""
    counted = re.findall(r"│ +(\d+)(?: s)? +│", printed)
    return len(counted) == 6 and set(counted) == {"0"} and re.search("waits? +│|is damaged", printed) is None


def waiting(stage: Stage, webhook: str) -> list[dict[str, Any]]:
    return deliveries(stage.seller, webhook, state="waiting")


def failing(stage: Stage, webhook: str, receiver: Receiver, answer: Answer = DOWN) -> Package:
    """A package that was cancelled from, and of which the receiver has taken nothing."""
    receiver.respond = lambda _: answer
    package = load(stage.seller, {"LAMP": 3})
    cancel(stage.seller, package)
    eventually(lambda: stage.logged("DeliverWebhook", webhook, "delivery.attempted"), bool)
    eventually(lambda: waiting(stage, webhook), lambda found: len(found) == 2)
    return package


# ------------------------------------------------------------------------------------------------ receivers


@pytest.mark.parametrize("command", ["resend", "replay"])
def test_waiting_deliveries_are_tried_now_whatever_the_schedule_says(
    stage: Stage, receiver: Receiver, webhook: str, command: str
) -> None:
    package = failing(stage, webhook, receiver)
    first = min(waiting(stage, webhook), key=lambda each: int(each["sequence"]))
    page = stage.page("waiting-deliveries", WEBHOOK=webhook, DELIVERY=first["id"])
    (said,) = [json.loads(line) for line in page.look("receivers") if webhook in line and "receiver.failing" in line]
    assert (said["owner"], said["host"]) == (f"seller:{NUMBER}", "127.0.0.1")
    assert [json.loads(line)["answer"] for line in page.look("deliveries") if webhook in line] == ["503"]
    with following(page):
        assert page.follow("deliveries list").count("503") == 1
        assert '"503"' in page.follow("deliveries show")
        told = page.follow("status")
        assert [word for word in (str(NUMBER), webhook, "127.0.0.1") if word not in told] == []
        receiver.respond = lambda _: Answer(200)
        page.commands = [each for each in page.commands if f" {command} " in each]
        page.follow(f"deliveries {command}")
    taken = receiver.wait_for(3, where=about(package), timeout=10)  # the one that failed, and both
    assert [each.headers["webhook-id"] for each in taken[1:]] == sorted(
        {each.headers["webhook-id"] for each in taken}, key=lambda name: int(name.rsplit("-", 1)[-1])
    )
    assert eventually(lambda: waiting(stage, webhook), lambda found: not found) == []
    stage.page("waiting-deliveries").only("status").follow("status", until=lambda printed: webhook not in printed)


@needs("curl")
def test_a_webhook_that_was_turned_off_is_turned_on_and_told_what_waited(
    stage: Stage, receiver: Receiver, webhook: str
) -> None:
    package = failing(stage, webhook, receiver, Answer(410))
    page = stage.page("webhooks-turned-off", WEBHOOK=webhook)
    (said,) = [json.loads(line) for line in page.look("receivers") if webhook in line and "passive" in line]
    assert (said["owner"], said["host"], said["reason"]) == (f"seller:{NUMBER}", "127.0.0.1", "gone")
    with following(page):
        assert page.follow("deliveries list").count(order_of(package)) == 2
        receiver.respond = lambda _: Answer(200)
        page.follow("curl -X PUT")
        receiver.wait_for(3, where=about(package), timeout=10)
        eventually(lambda: waiting(stage, webhook), lambda found: not found)
        assert order_of(package) not in page.follow("deliveries list")


# ------------------------------------------------------------------------------------- splitting and telling


def test_a_cancellation_whose_record_was_lost_is_applied_and_told(
    stage: Stage, receiver: Receiver, webhook: str
) -> None:
    package = load(stage.seller, {"LAMP": 3})
    stage.left_behind(key_of(package), order_of(package), lambda: cancel(stage.seller, package))
    page = stage.page("pending-cancellations", ORDER=order_of(package))
    assert any(order_of(package) in line for line in page.look("stream", "PackageStream"))
    with following(page):
        shown = page.follow("status")
        assert [word for word in ("package waits", str(NUMBER), order_of(package)) if word not in shown] == []
        assert "1 about to be cancelled" in page.follow("order")
        assert "No batch is left in the bucket." in page.follow("redrive")
        assert not stage.is_split(package)  # there was nothing in the bucket
        assert "1 done, 0 failed" in page.follow("reconcile")
        assert stage.is_split(package)
        receiver.wait_for(2, where=about(package), timeout=10)
        page.follow("status", until=nothing_waits)
    assert any("reconcile.done" in line for line in page.look("reconcile"))
    assert waiting(stage, webhook) == []


def test_a_reason_that_lasts_is_said_and_what_failed_stays(stage: Stage) -> None:
    package = load(stage.seller, {"LAMP": 3})
    stage.left_behind(key_of(package), order_of(package), lambda: cancel(stage.seller, package))
    page = stage.page("pending-cancellations", ORDER=order_of(package))
    page.commands = page.commands[3:]
    with stage.denied("Reconcile", "dynamodb:PutItem", "dynamodb:UpdateItem"):
        assert "0 done, 1 failed" in page.follow("reconcile", status=1)
    assert order_of(package) in page.follow("status")
    assert "1 done, 0 failed" in stage.page("pending-cancellations").only("reconcile").follow("reconcile")
    assert stage.is_split(package)


def test_an_event_that_was_not_handed_on_is_told(stage: Stage, receiver: Receiver, webhook: str) -> None:
    package = load(stage.seller, {"LAMP": 3})

    def pick() -> None:
        path = f"/integration/order/sellers/{NUMBER}/shipment-packages/{package['shipmentPackageId']}"
        lines = [{"lineId": line["lineId"], "quantity": line["quantity"]} for line in package["lines"]]
        stage.seller.http.put(path, json={"status": "Picking", "lines": lines, "params": {}}).raise_for_status()

    stage.left_behind(order_keys.event(NUMBER, order_of(package), 1), order_of(package), pick)
    page = stage.page("pending-events")
    assert any(order_of(package) in line for line in page.look("stream", "PackageStream"))
    with following(page):
        shown = page.follow("status")
        assert [word for word in ("event waits", str(NUMBER), order_of(package)) if word not in shown] == []
        page.follow("redrive")
        assert "1 done, 0 failed" in page.follow("reconcile")
        receiver.wait_for(1, where=about(package), timeout=10)
        page.follow("status", until=nothing_waits)
    assert waiting(stage, webhook) == []


def test_records_that_were_given_up_come_back_once_the_reason_is_mended(
    stage: Stage, receiver: Receiver, webhook: str
) -> None:
    package = load(stage.seller, {"LAMP": 3})
    stage.left_behind(key_of(package), order_of(package), lambda: cancel(stage.seller, package))
    given_up(stage, package)
    page = stage.page("failed-records")
    assert any(order_of(package) in line for line in page.look("stream", "PackageStream"))
    with stage.denied("PackageStream"):
        assert "0 of 1 records done" in stage.page("failed-records").only("redrive").follow("redrive", status=1)
    with following(page):
        assert re.search(r"batches that the stream gave up +│ +1 ", page.follow("status"))
        assert "1 of 1 records done" in page.follow("redrive")
    assert stage.is_split(package)
    receiver.wait_for(2, where=about(package), timeout=10)
    assert waiting(stage, webhook) == []
    assert re.search(r"batches that the stream gave up +│ +0 ", stage.page("failed-records").follow("status"))


def given_up(stage: Stage, package: Package) -> None:
    """As AWS's event source does after the last try: the batch goes to the bucket as it was."""
    key = {name: {"S": value} for name, value in key_of(package).items()}
    image = stage.table.client.get_item(TableName=stage.table.name, Key=key, ConsistentRead=True)["Item"]
    change = {"Keys": key, "NewImage": image, "SequenceNumber": "1"}
    record = {"eventID": "1", "eventName": "MODIFY", "eventSource": "aws:dynamodb", "dynamodb": change}
    batch = json.dumps({"Records": [record]}, default=lambda value: base64.b64encode(value).decode())
    stage.account.client("s3").put_object(
        Bucket=stage.account.outputs["FailedRecordsBucket"],
        Key=f"aws/lambda/mapping/shardId-1/2026/11/29/{order_of(package)}",
        Body=json.dumps({"requestContext": {}, "payload": batch}),
    )


def given_up_by_the_queue(stage: Stage, webhook: str) -> None:
    """As SQS does after the tenth time, an hour later: the message is moved, and nobody holds the track any more."""
    sqs, outputs = stage.account.client("sqs"), stage.account.outputs
    eventually(lambda: stage.logged("DeliverWebhook", "wake.failed", webhook), bool)
    for track in range(8):
        over = Update(
            webhook_keys.track(webhook, track),
            "SET #until = :over",
            "attribute_exists(holder)",
            {"over": 0},
            {"until": "until"},
        )
        with suppress(ConditionsFailed):
            stage.table.update(over)
        wake = {"subscription_id": webhook, "track": track}
        sqs.send_message(QueueUrl=outputs["DeliveryDeadLettersUrl"], MessageBody=json.dumps(wake))


def test_dead_letters_are_put_back_and_what_they_were_about_is_told(
    stage: Stage, receiver: Receiver, webhook: str
) -> None:
    with stage.denied("DeliverWebhook", "kms:Decrypt"):
        package = load(stage.seller, {"LAMP": 3})
        cancel(stage.seller, package)
        given_up_by_the_queue(stage, webhook)
    page = stage.page("dead-letters")
    assert page.look("background-errors", "DeliverWebhook")
    with following(page):
        assert re.search(r"dead letters of the delivery queue +│ +8 ", page.follow("status"))
        assert receiver.requests == []
        assert "8 messages are back" in page.follow("requeue")
    receiver.wait_for(2, where=about(package), timeout=10)
    assert eventually(lambda: waiting(stage, webhook), lambda found: not found) == []
    assert re.search(r"dead letters of the delivery queue +│ +0 ", stage.page("dead-letters").follow("status"))


def test_background_errors_leave_nothing_behind(stage: Stage, receiver: Receiver, webhook: str) -> None:
    one, other = (load(stage.seller, {"LAMP": 3}) for _ in range(2))
    with stage.denied("DeliverWebhook"):
        cancel(stage.seller, one)
        eventually(lambda: stage.is_split(one), bool)
        given_up_by_the_queue(stage, webhook)
        stage.left_behind(key_of(other), order_of(other), lambda: cancel(stage.seller, other))
        given_up(stage, other)
    page = stage.page("background-errors")
    for function in ("PackageStream", "DeliverWebhook"):
        assert any("AccessDenied" in line for line in page.look("background-errors", function))
    with following(page):
        assert order_of(other) in page.follow("status")
        page.follow("redrive")
        page.follow("requeue")
        page.follow("reconcile")
    for package in (one, other):
        assert stage.is_split(package)
        assert receiver.wait_for(2, where=about(package), timeout=10)
    assert eventually(lambda: waiting(stage, webhook), lambda found: not found) == []


def test_a_damaged_item_is_mended_and_its_order_split_and_told(stage: Stage, receiver: Receiver, webhook: str) -> None:
    package = load(stage.seller, {"LAMP": 3})
    page = stage.page("damaged-item", ORDER=order_of(package))
    (restore,) = [each for each in page.commands if " restore " in each]
    # The engine restores a table as it is, and never as it was: so the copy is made before the damage.
    stage.page("damaged-item").only("restore").follow("restore")
    copy = Table(stage.table.client, "cleave-restored")
    assert eventually(lambda: copy.get(key_of(package)), bool) == stage.table.get(key_of(package))
    page.commands.remove(restore)
    damage = Update(key_of(package), "SET document = :nothing", "attribute_exists(pk)", {"nothing": b"damaged"}, {})
    stage.table.update(damage)
    stage.left_behind(key_of(package), order_of(package), lambda: cancel(stage.seller, package))
    with following(page):
        assert f"{' '.join(key_of(package).values())}: cannot be read" in page.follow("mend")
        assert "put back: document" in page.follow("mend")
        assert "Everything is in order." in page.follow("verify")
        page.follow("reconcile")  # or the stream was faster: it hears of what is mended
        eventually(lambda: stage.is_split(package), bool)
    receiver.wait_for(2, where=about(package), timeout=10)
    assert waiting(stage, webhook) == []
    stage.account.client("dynamodb").delete_table(TableName="cleave-restored")


def test_a_function_that_is_behind_on_the_stream_is_made_good(stage: Stage) -> None:
    package = load(stage.seller, {"LAMP": 3})
    with stage.denied("PublishEvents", "events:PutEvents"):
        stage.left_behind(key_of(package), order_of(package), lambda: cancel(stage.seller, package))
        given_up(stage, package)
    page = stage.page("iterator-age")
    assert any(order_of(package) in line for line in page.look("stream", "PackageStream"))
    with following(page):
        assert order_of(package) in page.follow("status")
        assert "1 of 1 records done" in page.follow("redrive")
    assert stage.is_split(package)


def test_a_bus_that_refuses_is_named_with_its_reason(stage: Stage) -> None:
    with stage.denied("PublishEvents", "events:PutEvents"):
        package = load(stage.seller, {"LAMP": 3})
        cancel(stage.seller, package)
        page = stage.page("iterator-age")
        (line, *_) = eventually(
            lambda: [each for each in page.look("stream", "PublishEvents") if "bus.refused" in each], bool
        )
    assert json.loads(line)["why"]


def test_throttled_functions_catch_up_once_there_is_room(stage: Stage, receiver: Receiver, webhook: str) -> None:
    functions, name = stage.account.client("lambda"), stage.account.physical()["PackageStreamFunction"]
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        package = load(stage.seller, {"LAMP": 3})
        cancel(stage.seller, package)
        page = stage.page("functions-throttled")
        with following(page):
            assert "What fits: DeliveryConcurrency=" in page.follow("preflight")
            page.follow("status")
            assert stage.statuses(package) == ["Created"]
    finally:
        functions.delete_function_concurrency(FunctionName=name)
    assert eventually(lambda: stage.is_split(package), bool)
    receiver.wait_for(2, where=about(package), timeout=10)
    assert waiting(stage, webhook) == []


# --------------------------------------------------------------------------------------------------- callers


@pytest.mark.parametrize("function", ["GetOrderTimeline", "UpdatePackage"])
def test_whatever_function_answers_5xx_its_exception_and_its_request_are_found(stage: Stage, function: str) -> None:
    package = load(stage.seller, {"LAMP": 3})
    number, package_id = order_of(package), package["shipmentPackageId"]
    seller = f"/integration/order/sellers/{NUMBER}"
    calls = {
        "GetOrderTimeline": lambda: stage.seller.http.get(f"{seller}/orders/{number}/timeline"),
        "UpdatePackage": lambda: stage.seller.http.put(
            f"{seller}/shipment-packages/{package_id}", json={"status": "Picking", "lines": [], "params": {}}
        ),
    }
    with stage.denied(function):
        failed = calls[function]()
    assert failed.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    page = stage.page("server-errors")
    (line,) = page.look("server-errors", function)
    said = json.loads(line)
    assert "AccessDenied" in said["exception"]
    assert "`correlation`" in (FOLDER / "server-errors.md").read_text()
    assert said["correlation_id"] in "".join(stage.logged(function, "request.answered"))
    with following(page):
        assert nothing_waits(page.follow("status"))
    assert calls[function]().status_code == httpx.codes.OK


def test_an_authorizer_that_fails_is_seen_and_a_new_credential_shows_that_it_works_again(stage: Stage) -> None:
    unknown = Seller(NUMBER, "DE")
    let_in(stage.account, stage.table, unknown)
    with closing((caller := SellerClient(stage.account.base_url, unknown)).http):
        with stage.denied("Authorizer"):
            assert caller.http.get(caller.orders_path).status_code == httpx.codes.INTERNAL_SERVER_ERROR
            assert stage.seller.http.get(stage.seller.orders_path).status_code == httpx.codes.OK  # remembered
        page = stage.page("authorizer-errors")
        assert page.look("authorizer-errors", "Authorizer")
        with following(page):
            printed = page.follow("credentials create")
            key = re.search(r"key: +(\S+)", printed)
            assert key
            page.names = {"KEY": key[1]}
            page.follow("credentials revoke")
        assert caller.http.get(caller.orders_path).status_code == httpx.codes.OK


def test_the_time_of_accepting_is_found_for_each_function_and_what_waits_on_one_order_is_shown(stage: Stage) -> None:
    package = load(stage.seller, {"LAMP": 5})

    def contend() -> None:
        for _ in range(3):
            cancel(stage.seller, package)

    stage.left_behind(key_of(package), order_of(package), contend)
    page = stage.page("accept-latency")
    for function in ("Authorizer", "CancelPackage"):
        assert any("Duration: " in line for line in page.look("accept-latency", function))
    with following(page):
        assert order_of(package) in page.follow("status")
    stage.page("pending-cancellations").only("reconcile").follow("reconcile")
    assert stage.is_split(package)


def test_a_throttled_table_leaves_what_is_late_in_sight(stage: Stage) -> None:
    """The engine throttles no table: tests/proofs/test_stream_failures.py has what the functions do then."""
    page = stage.page("table-throttled")
    with following(page):
        assert nothing_waits(page.follow("status"))


# ---------------------------------------------------------------------------------------------------- the pages


def test_every_page_is_followed_here_or_where_the_stack_is_changed() -> None:
    here = set(re.findall(r'stage\.page\("([a-z-]+)"', Path(__file__).read_text()))
    assert {page.stem for page in pages()} == here | ELSEWHERE


@pytest.mark.parametrize("page", [*pages(), FOLDER / "README.md"], ids=lambda page: page.name)
def test_every_link_and_saved_query_of_a_runbook_exists(page: Path) -> None:
    text = page.read_text()
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (page.parent / link).exists(), link
    names = {each.name for each in saved()}
    for query in re.findall(r"quer(?:y|ies)[^`\n]*`([a-z-]+)`", text):
        assert query in names
