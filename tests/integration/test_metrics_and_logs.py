"""What operators see: every metric with its dimensions, and one correlation id from the request to the receiver."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cleave.domain.refusals import RefusalCode
from cleave.metrics import NAMESPACE, Metric
from cleave_cli.receiver import Answer

from functions.get_shipment_packages.app import handler as get_shipment_packages
from tests.integration.operating import Day
from tests.support.gateway import Caller
from tests.support.operators import Seen
from tests.support.stream import stream_records


def test_every_metric_of_the_catalogue_is_emitted_with_its_unit_and_dimensions(whole_day: Seen) -> None:
    emitted = {
        (each.namespace, each.name, each.unit, tuple(n for n, _ in each.dimensions)) for each in whole_day.metrics
    }
    assert emitted == {
        (NAMESPACE, metric.key, metric.unit.value, tuple(sorted([*metric.dimensions, "service"]))) for metric in Metric
    }


def test_dimensions_are_bounded_and_name_no_seller_order_or_webhook(whole_day: Seen) -> None:
    values = {
        "service": {"stack"},
        "dialect": {"trendyol", "hepsiglobal"},
        "outcome": {"delivered", "failed", "exhausted"},
        "reason": {"gone", "failing", *(code.key for code in RefusalCode)},
    }
    said = {dimension for metric in whole_day.metrics for dimension in metric.dimensions}
    assert not [(name, value) for name, value in said if value not in values[name]]


def test_the_business_adds_up(whole_day: Seen) -> None:
    assert whole_day.values("CancellationsAccepted", dialect="trendyol") == [1]
    assert whole_day.values("CancellationsAccepted", dialect="hepsiglobal") == [1, 1]
    assert whole_day.values("RequestsRefused", reason=RefusalCode.QUANTITY_EXCEEDS_LEFT.key) == [1]
    assert whole_day.values("CancellationsApplied") == [1, 1, 1]
    assert whole_day.values("SplitLatency") == [2000, 2000, 0]
    assert whole_day.values("DeliveryAttempts", outcome="delivered") == [1] * 4
    assert whole_day.values("DeliveryLatency") == [0] * 4
    assert whole_day.values("Events") == [2] * 3
    assert whole_day.values("DeliveriesQueued") == [1] * 3
    assert whole_day.values("ItemsFailed") == [1]


def test_each_batch_of_the_stream_writes_its_metrics_in_one_document(day: Day) -> None:
    day.cancel(1)
    day.cancel(2)
    with day.seen.watching():
        day.report(4711)
        day.stream()
    documents = [line for line in day.seen.log.getvalue().splitlines() if '"PackagesSplit"' in line]
    assert (len(documents), day.seen.values("PackagesSplit"), day.seen.values("Events")) == (1, [1, 1], [2, 2])


def test_one_correlation_id_leads_from_the_request_to_the_receiver(day: Day) -> None:
    with day.seen.watching():
        day.subscribe()
        day.cancel(1)
        day.clock.now += timedelta(milliseconds=1)
        day.seller = replace(day.seller, request_id="another-request")
        day.cancel(2)
        day.stream()
        day.deliver()
    both = "test-request another-request"
    assert [line["correlation_id"] for line in day.seen.said("cancellation.accepted")] == both.split()
    assert [line["correlation_id"] for line in day.seen.said("package.split")] == [both]
    assert [line["correlation_id"] for line in day.seen.said("event.fanned_out")] == [both]
    assert [line["correlation_id"] for line in day.seen.said("delivery.attempted")] == [both, both]
    items = [each["dynamodb"].get("NewImage", {}) for each in stream_records(day.table)]
    stored = [item["correlation_id"]["S"] for item in items if item.get("sk") == {"S": "CANCELLATION"}]
    assert sorted(stored) == sorted(both.split())


def test_an_item_that_fails_is_logged_with_the_id_of_its_request_and_its_traceback(whole_day: Seen) -> None:
    (failed,) = whole_day.said("item.failed")
    said = failed["correlation_id"], failed["level"], failed["why"], failed["exception_name"]
    assert said == ("test-request", "ERROR", "Unreadable", "Unreadable")
    assert "ValueError\n" in failed["exception"]


def test_the_oldest_delivery_that_waits_for_a_failing_receiver_is_told_and_none_once_it_took_it(day: Day) -> None:
    with day.seen.watching():
        webhook_id = day.subscribe()
        day.receiver.respond = lambda _: Answer(503)
        day.cancel(1)
        day.stream()
        day.deliver()
        day.clock.now += timedelta(hours=1)
        day.reconcile()
        day.receiver.respond = lambda _: Answer(200)
        day.deliver_again(webhook_id)
        day.clock.now += timedelta(hours=1)
        day.reconcile()
    assert day.seen.values("OldestWaitingDelivery") == [pytest.approx(3600 - 5, abs=1), 0]


def test_the_oldest_cancellation_and_event_that_wait_are_told_and_none_once_they_are_worked_off(day: Day) -> None:
    with day.seen.watching():
        day.reconcile()
        day.cancel(1)
        day.clock.now += timedelta(seconds=30)
        day.cancel(2)
        day.clock.now += timedelta(seconds=10)
        day.reconcile()
        day.stream()
        day.pick()
        day.clock.now += timedelta(seconds=20)
        day.reconcile()
        day.stream()
        day.reconcile()
    assert day.seen.values("OldestPendingCancellation") == [0, 40, 0, 0]
    assert day.seen.values("OldestPendingEvent") == [0, 0, 20, 0]


def test_who_fails_and_recovers_is_named_by_owner_and_host_and_by_nothing_else_of_its_url(day: Day) -> None:
    with day.seen.watching():
        day.receiver.respond = lambda _: Answer(503, headers={"Retry-After": "1"})
        webhook_id = day.subscribe()
        day.cancel(1)
        day.stream()
        day.deliver()
        day.receiver.respond = lambda _: Answer(200)
        day.clock.now += timedelta(hours=1)
        day.reconcile()
        day.deliver()
    named = {"owner": "seller:20811", "host": "127.0.0.1", "subscription": webhook_id}
    (failing,), (recovered,) = day.seen.said("receiver.failing"), day.seen.said("receiver.recovered")
    assert failing.items() >= (named | {"failures": 1}).items()
    assert recovered.items() >= named.items()
    assert day.receiver.url not in day.seen.log.getvalue()


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("sent", "logged"),
    [
        ({"User-Agent": "20811 - Example Integrator"}, "20811 - Example Integrator"),
        ({"user-agent": "python-requests/2.31.0"}, "python-requests/2.31.0"),
        ({"User-Agent": "20811 - ada@example.com " + "x" * 200}, "20811 - ada?example.com " + "x" * 56),
        ({"User-Agent": ""}, None),
        ({}, None),
    ],
)
def test_any_program_may_call_and_is_logged_by_its_own_name(
    de_seller: Caller, caplog: pytest.LogCaptureFixture, sent: dict[str, str], logged: str | None
) -> None:
    """The marketplace wants ``{sellerId} - {integrator}``; here it is only for those who look for a caller's lines."""
    assert de_seller.call(get_shipment_packages, path={"sellerId": 20811}, headers=sent).status == 200
    assert [vars(each)["agent"] for each in caplog.records if each.message == "request.answered"] == [logged]
