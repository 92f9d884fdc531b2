"""A request that has more to do than time for it is answered before API Gateway gives up on it."""

from dataclasses import replace

import pytest
from cleave.application.read.deliveries import DeliveryQuery, list_deliveries
from cleave.domain.delivery import DeliveryState
from cleave.domain.subscription import seller_owner
from cleave.entry import resources
from cleave.store.packages import read_states
from cleave.table.table import Table

from functions.import_orders.app import handler as import_orders
from functions.replay_deliveries.app import handler as replay
from functions.report_delivery.app import handler as report_delivery
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.samples import fresh_package, sample
from tests.support.telling import DelayQueue, Script, drainer, happen, webhook

SELLER = {"sellerId": 20811}


class RunningOut(Table):
    """Time for one write, and none for another."""

    __slots__ = ("looks",)

    @property
    def is_out_of_time(self) -> bool:
        self.looks = getattr(self, "looks", 0) + 1
        return self.looks > 1

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)


def test_an_import_is_answered_when_its_time_is_over_and_a_repeat_stores_the_rest(
    table: Table, de_seller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = sample("sample-orders")
    ids = [package["shipmentPackageId"] for package in document["content"]]
    slow = RunningOut(table.client, table.name)
    with monkeypatch.context() as patched:
        patched.setattr("functions.import_orders.app.table", lambda: slow)
        answer = de_seller.call(import_orders, document, path=SELLER)
    assert (answer.status, answer.json["errors"][0]["key"]) == (429, "too.many.requests")
    assert int(answer.headers["Retry-After"]) >= 1
    repeated = de_seller.call(import_orders, document, path=SELLER)
    assert (repeated.status, repeated.json) == (200, {"imported": ids[1:], "unchanged": ids[:1]})


def test_a_replay_is_answered_when_its_time_is_over_and_a_repeat_asks_for_all(
    table: Table, clock: FrozenClock, de_seller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, owner = DelayQueue(clock), seller_owner(20811)
    webhook_id = webhook(table, clock()).subscription_id
    for order in ("A", "B", "C"):
        happen(table, queue, order, range(1, 2))
    queue.run(drainer(table, Script(), queue))
    clock.move(minutes=1)
    slow = RunningOut(table.client, table.name)
    path: dict[str, object] = {**SELLER, "webhookId": webhook_id}
    with monkeypatch.context() as patched:
        patched.setattr("functions.replay_deliveries.app.table", lambda: slow)
        patched.setattr("functions.replay_deliveries.app.wake_queue", lambda: queue)
        answer = de_seller.call(replay, {"since": 0}, path=path)
        asked = list_deliveries(table, owner, webhook_id, DeliveryQuery(state=DeliveryState.WAITING)).rows
        patched.setattr("functions.replay_deliveries.app.table", lambda: table)
        repeated = de_seller.call(replay, {"since": 0}, path=path)
    assert (answer.status, answer.json["errors"][0]["key"]) == (429, "too.many.requests")
    assert int(answer.headers["Retry-After"]) >= 1
    assert len(asked) == 1
    assert (repeated.status, repeated.json["resent"]) == (202, 2)  # the first of them waits already


def test_a_report_of_an_item_in_many_packages_is_answered_and_a_repeat_reports_the_rest(
    table: Table, de_seller: Caller, channel: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = [fresh_package(20811, "DE", {"A": 1}, seller_pays=True) | {"orderNumber": "O"} for _ in range(3)]
    assert de_seller.call(import_orders, packages, path=SELLER).status == 200
    path: dict[str, object] = {"orderNumber": "O", "orderItemNumber": "O_A"}
    slow = RunningOut(table.client, table.name)
    with monkeypatch.context() as patched:
        patched.setattr("functions.report_delivery.app.table", lambda: slow)
        answer = channel.call(report_delivery, {"status": "delivered"}, path=path)
    assert (answer.status, answer.json["errors"][0]["key"]) == (429, "too.many.requests")
    ids = [package["shipmentPackageId"] for package in packages]
    found = read_states(table, 20811, ids)
    assert [found[each].package.status for each in ids] == ["Delivered", "Created", "Created"]
    assert channel.call(report_delivery, {"status": "delivered"}, path=path).status == 200
    assert {state.package.status for state in read_states(table, 20811, ids).values()} == {"Delivered"}


@pytest.mark.parametrize(("time_out", "seconds"), [("10", 5.0), ("28", 14.0)])
def test_a_request_may_work_for_half_of_its_functions_time_out(
    time_out: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last call may take 12 s and a little more, by the client's own time-outs."""
    monkeypatch.setenv("TABLE_NAME", "orders")
    monkeypatch.setenv("TIMEOUT_SECONDS", time_out)
    resources.settings.cache_clear()
    assert resources.request_seconds() == seconds
    resources.settings.cache_clear()


def test_a_table_out_of_time_says_so(table: Table) -> None:
    assert not table.is_out_of_time
    assert replace(table, deadline=0).is_out_of_time
