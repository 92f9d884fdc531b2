"""The facts of a change, as systems that count stock and money are told of them."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from cleave.dialects.cloudevents.render import MOST_BYTES, render_fact, render_facts
from cleave.domain.cancellation import Scope
from cleave.domain.dialect import Dialect
from cleave.domain.domain_events import RESALABLE, Fact, Topic, amount_to_give_back, domain_events
from cleave.domain.events import Event
from cleave.domain.package import HistoryEntry, Package
from cleave.domain.reasons import Reason
from cleave.domain.split import Name, cancel_units
from cleave.domain.status import Status
from cleave.entry.wire import json_size, to_json

from tests.unit.builders import START, line, package, reservation, unit

NAME = f"key-{'a' * 32}"
ID = f"trendyol#20811#{NAME.replace('-', '#')}"
AT = START + timedelta(minutes=5)


def cancelled(units: int) -> tuple[Package, ...]:
    """A package of three units, some of which were cancelled, and its successor."""
    before = package(line(1, 3))
    split = cancel_units(before, [reservation(ID, {1: units})], at=AT, name=Name(200, None))
    return (split.closed, *split.successors)


def event(*packages: Package) -> Event:
    return Event("ORDER", 20811, 4, AT, packages, correlation_id="request")


def test_a_partial_cancel_is_accepted_then_split_then_applied_then_born() -> None:
    facts = [(each.fact, each.package) for each in domain_events(cancelled(1))]
    assert facts == [
        (Fact.CANCELLATION_ACCEPTED, 0),
        (Fact.PACKAGE_SPLIT, 0),
        (Fact.CANCELLATION_APPLIED, 0),
        (Fact.PACKAGE_CREATED, 1),
    ]


def test_a_whole_cancel_has_no_successor() -> None:
    assert [each.fact for each in domain_events(cancelled(3))] == [
        Fact.CANCELLATION_ACCEPTED,
        Fact.PACKAGE_CANCELLED,
        Fact.CANCELLATION_APPLIED,
    ]


def test_a_package_that_is_new_was_created_and_an_older_one_has_moved_on() -> None:
    new = package(line(1, 1))
    moved = replace(new, history=(*new.history, HistoryEntry(AT, Status.PICKING)), status=Status.PICKING)
    assert [each.fact for each in domain_events((new, moved))] == [Fact.PACKAGE_CREATED, Fact.PACKAGE_MOVED_ON]


def test_a_carriers_number_is_one_fact_of_its_package() -> None:
    fed = replace(event(package(line(1, 1))), topic=Topic.TRACKING)
    (fact,) = render_facts(fed)
    assert (fact["type"], fact["subject"]) == ("cleave.package.tracking_fed.v1", "100")


def test_a_successor_that_moves_on_is_not_born_twice() -> None:
    successor = cancelled(1)[1]
    later = AT + timedelta(hours=1)
    moved = replace(successor, history=(*successor.history, HistoryEntry(later, Status.PICKING)))
    assert [each.fact for each in domain_events((moved,))] == [Fact.PACKAGE_MOVED_ON]


@pytest.mark.parametrize("reason", list(Reason))
def test_units_can_be_sold_again_where_the_goods_are_there_and_good(reason: Reason) -> None:
    missing = {Reason.OUT_OF_STOCK, Reason.DAMAGED_PRODUCT, Reason.FORCE_MAJEURE}
    assert (reason in RESALABLE) is (reason not in missing)


def test_what_is_given_back_is_what_was_paid_to_the_cent() -> None:
    units = (unit(1, price="9.995"), unit(2, price="10.00"))
    assert amount_to_give_back(line(1, units)) == Decimal("20.00")


def test_the_whole_fact_of_an_accepted_cancellation() -> None:
    assert render_fact(event(*cancelled(2)), 0) == {
        "specversion": "1.0",
        "id": "20811-ORDER-4-0",
        "source": "/sellers/20811/orders/ORDER",
        "type": "cleave.cancellation.accepted.v1",
        "subject": "100",
        "time": "2026-10-18T09:01:00.000Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:cleave:cancellation.accepted:v1",
        "data": {
            "order": {
                "sellerId": 20811,
                "orderNumber": "ORDER",
                "storefront": "DE",
                "sequence": 4,
                "correlationId": "request",
            },
            "cancellationId": ID,
            "acceptedAt": "2026-10-18T09:01:00.000Z",
            "cancelledBy": "Seller",
            "reason": {
                "name": "out_of_stock",
                "trendyolId": 500,
                "trendyolName": "Stock Out",
                "hepsiglobal": "out_of_stock",
            },
            "canBeSoldAgain": False,
            "packageId": 100,
            "successorIds": [200],
            "firstAncestorIds": [],
            "lines": [
                {"lineId": 1, "sku": "SKU-1", "itemNumber": "ORDER_SKU-1", "units": 2, "amountToGiveBack": "54.00"}
            ],
            "amountToGiveBack": "54.00",
        },
    }


def test_the_whole_fact_of_a_successor() -> None:
    assert render_fact(event(*cancelled(2)), 3)["data"] == {
        "order": {
            "sellerId": 20811,
            "orderNumber": "ORDER",
            "storefront": "DE",
            "sequence": 5,
            "correlationId": "request",
        },
        "packageId": 200,
        "status": "Created",
        "createdBy": "cancel",
        "parentId": 100,
        "firstAncestorIds": [100],
        "successorIds": [],
        "trackingNumber": None,
        "lines": [{"lineId": 1, "sku": "SKU-1", "itemNumber": "ORDER_SKU-1", "units": 1, "status": "Created"}],
    }


def test_a_currency_that_the_order_says_is_said() -> None:
    closed = replace(cancelled(1)[0], details={"currencyCode": "TRY"})
    assert dict(render_fact(event(closed), 0)["data"])["currency"] == "TRY"


def test_a_reader_learns_the_names_of_its_own_cancellations_only() -> None:
    told = event(*cancelled(1))
    own, other = Scope(Dialect.TRENDYOL, "20811"), Scope(Dialect.HEPSIGLOBAL, "channel")
    for scope, name in ((own, NAME), (other, None)):
        assert dict(render_fact(told, 0, scope)["data"])["cancellationId"] == name


@pytest.mark.parametrize("longest", [range(1, 5_001), range(1, 501), range(4_501, 5_001)], ids=["all", "first", "last"])
def test_every_fact_fits_each_destination_and_says_what_had_no_room(longest: range) -> None:
    names = {number: "x" * (100 if number in longest else 1) for number in range(1, 5_001)}
    lines = tuple(replace(line(number, 1), stock_code=name * 5) for number, name in names.items())
    before = package(*lines)
    waiting = reservation(ID, {each.line_id: 1 for each in lines})
    closed = cancel_units(before, [waiting], at=AT, name=Name(200, None)).closed
    for each in render_facts(event(closed)):
        assert 0.95 * MOST_BYTES < json_size(each) <= MOST_BYTES
        data = json.loads(to_json(each))["data"]
        assert data["linesOmitted"] + len(data["lines"]) == 5_000
