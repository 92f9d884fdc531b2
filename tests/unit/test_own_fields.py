"""A successor says nothing that is only true of its parent: fields of every class, by rule and not by a list."""

import json
from decimal import Decimal
from typing import Any

import pytest
from cleave.dialects.own_fields import sort_line_fields, sort_package_fields
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.imports import to_imported
from cleave.dialects.trendyol.packages import render_package
from cleave.domain.package import Package
from cleave.domain.partition import partition
from cleave.domain.planned_split import PlannedSplit
from cleave.domain.split import Name, cancel_units
from cleave.entry.gateway import Call
from cleave.store.documents import pack, unpack
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.builders import START, reservation

type Document = dict[str, Any]

PACKAGE_ID, TRACKING = 3330811901, 7280811901000001
WORD = st.sampled_from(
    ["gift", "loyalty", "campaign", "bonus", "region", "color", "partner", "season", "theme", "basket"]
)
AMOUNT = st.decimals("0.01", "999.99", places=2).map(float)
TEXT = st.text("abcdefgh ", min_size=1, max_size=9)

# Classes of fields: of the order, an address, a line or a unit, which go on with every successor ...
OF_THE_ORDER: dict[str, st.SearchStrategy[Any]] = {
    "{}Name": TEXT,
    "{}Id": st.integers(1, 10**12),
    "is{}": st.booleans(),
    "{}Date": st.integers(10**12, 2 * 10**12),
    "{}Rate": AMOUNT,
    "{}Code": st.integers(1, 99),
    "{}Note": st.none() | TEXT,
    "{}Office": st.integers(1, 99).map(str),
    "{}Number": st.integers(1, 999).map(str),
    "{}Address": st.fixed_dictionaries({"city": TEXT, "cityCode": st.integers(1, 99), "phone": st.just("5550000")}),
}
# ... of one package alone, and sums over its units, which do not.
OF_THE_PACKAGE: dict[str, st.SearchStrategy[Any]] = {
    "{}ShipmentNo": st.integers(1, 10**9),
    "{}InvoiceLink": TEXT,
    "package{}": TEXT,
    "{}TrackingUrl": TEXT,
    "{}Label": st.just(f"https://example.com/{PACKAGE_ID}.pdf"),
    "{}Reference": st.sampled_from([PACKAGE_ID, str(TRACKING), f"T-{TRACKING}-1"]),
    "total{}": AMOUNT,
    "{}Amount": AMOUNT,
    "{}Price": AMOUNT.map(lambda amount: f"{amount:.2f}"),
    "{}Count": st.integers(1, 9),
    "{}Quantity": st.integers(1, 9).map(str),
    "{}Fee": st.integers(1, 999).map(str),
    "{}Parts": st.lists(st.fixed_dictionaries({"name": TEXT, "amount": AMOUNT}), min_size=1, max_size=2),
}
OF_THE_LINE: dict[str, st.SearchStrategy[Any]] = {
    "{}Name": TEXT,
    "{}Id": st.integers(1, 10**12),
    "{}Rate": AMOUNT,
    "is{}": st.booleans(),
}


def named(kinds: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Document]:
    """Up to five fields of these kinds, with names that nobody has seen before."""

    @st.composite
    def fields(draw: st.DrawFn) -> Document:
        found = {}
        for pattern in draw(st.lists(st.sampled_from(sorted(kinds)), max_size=5, unique=True)):
            word = draw(WORD)
            name = pattern.format(word.title() if not pattern.startswith("{}") else word)
            found[name] = draw(kinds[pattern])
        return found

    return fields()


def line(line_id: int, quantity: int, **other: object) -> Document:
    return {"lineId": line_id, "quantity": quantity, "lineUnitPrice": 9.5, "lineGrossAmount": 10.0, **other}


def package(*lines: Document, **other: object) -> Document:
    said = {"shipmentPackageId": PACKAGE_ID, "orderNumber": "O-1", "status": "Created"}
    return {**said, "cargoTrackingNumber": TRACKING, "lines": list(lines), **other}


def read(document: Document) -> Package:
    call = Call(None, {}, {}, {}, json.dumps(document), START)
    (imported,) = to_imported(SellerCall(call, 20811, "DE"))
    (stored,) = unpack(pack([imported.package]))
    return stored


def shown(of: Package) -> Document:
    document: Document = json.loads(json.dumps(render_package(of, old_names=True), default=float))
    return document


def cancelled(of: Package, units: dict[int, int]) -> tuple[Document, Document]:
    """What is shown of the closed package, and of its successor."""
    split = cancel_units(of, [reservation("c", units)], at=START, name=Name(5, 7))
    assert split.successor is not None
    closed, successor = unpack(pack([split.closed, split.successor]))
    return shown(closed), shown(successor)


def divided(of: Package, *groups: dict[int, int]) -> list[Document]:
    planned = PlannedSplit("f", groups, tuple(range(1, len(groups) + 1)), len(groups), keep_status=False)
    split = partition(of, planned, at=START, names=[Name(number, number) for number in planned.package_ids])
    return [shown(each) for each in split.successors]


@given(named(OF_THE_ORDER), named(OF_THE_PACKAGE), named(OF_THE_LINE))
def test_what_is_true_of_order_and_line_goes_on_and_the_rest_does_not(
    of_the_order: Document, of_the_package: Document, of_the_line: Document
) -> None:
    stored = read(package(line(1, 3, **of_the_line), **of_the_order, **of_the_package))
    before = shown(stored)
    assert {**of_the_order, **of_the_package}.items() <= before.items()
    closed, successor = cancelled(stored, {1: 1})
    assert {**of_the_order, **of_the_package}.items() <= closed.items()
    assert of_the_order.items() <= successor.items()
    assert of_the_package.keys() & successor.keys() == set()
    assert of_the_line.items() <= successor["lines"][0].items()


def test_the_smallest_package_that_said_what_was_not_true() -> None:
    first = line(1, 3, lineUnitPrice=10.0)
    stored = read({**package(first), "id": PACKAGE_ID, "grossAmount": 30.0, "totalPrice": 30.0})
    _, successor = cancelled(stored, {1: 1})
    names = ("id", "shipmentPackageId", "totalPrice", "packageTotalPrice", "grossAmount", "packageGrossAmount")
    assert [successor[name] for name in names] == [5, 5, 20, 20, 20, 20]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lineTotalPrice", 28.5),
        ("paid", 28.5),
        ("listValue", 30.0),
        ("orderedQuantity", 3),
        ("paid", "28.50"),
        ("orderedQuantity", "3"),
        ("netPrice", "30"),
    ],
)
def test_a_sum_over_the_units_of_a_line_ends_where_the_line_is_divided(name: str, value: object) -> None:
    stored = read(package(line(1, 3, **{name: value}), line(2, 1)))
    assert shown(stored)["lines"][0][name] == value
    closed, successor = cancelled(stored, {1: 1})
    assert [name in each for each in (*closed["lines"], *successor["lines"])] == [False] * 5


@pytest.mark.parametrize(("name", "value"), [("commission", 28.5), ("desiredColor", "red"), ("unitTax", 1.7)])
def test_what_is_true_of_each_unit_stays_with_a_divided_line(name: str, value: object) -> None:
    _, successor = cancelled(read(package(line(1, 3, **{name: value}))), {1: 1})
    assert successor["lines"][0][name] == value


def test_a_field_of_a_unit_stays_with_the_unit() -> None:
    units = [{"lineItemId": n, "lineItemPrice": 9.5, "serial": f"S{n}", "depth": {"mm": 1.5}} for n in (1, 2, 3)]
    _, successor = cancelled(read(package(line(1, 3, discountDetails=units))), {1: 1})
    kept = [{name: unit[name] for name in ("serial", "depth")} for unit in successor["lines"][0]["discountDetails"]]
    assert kept == [{"serial": "S1", "depth": {"mm": 1.5}}, {"serial": "S2", "depth": {"mm": 1.5}}]


def test_of_an_object_goes_on_what_may() -> None:
    found = sort_package_fields({"gift": {"note": "hi", "value": Decimal(5), "box": {"id": 7}}, "a": None}, ())
    assert found.kept == {"gift": {"note": "hi", "box": {"id": 7}}, "a": None}
    assert found.own == {"gift": {"note": "hi", "value": Decimal(5), "box": {"id": 7}}}


def test_what_is_said_of_one_unit_is_no_sum() -> None:
    one = read(package(line(1, 1))).lines[0]
    assert sort_line_fields({"lineTotal": 10}, one.units, one.amounts.gross).own == {}


FEES: list[tuple[str, list[tuple[int, float]], float]] = [
    ("each unit", [(3, 0.5), (2, 0.25)], 2.0),
    ("all units", [(3, 1.0), (2, 0.25)], 1.25),
    ("an uneven share", [(3, 0.1), (7, 0.99)], 1.09),
]


@pytest.mark.parametrize(
    ("lines", "total"), [(lines, total) for _, lines, total in FEES], ids=[each[0] for each in FEES]
)
@given(data=st.data())
def test_fees_of_line_and_package_add_up_when_it_is_divided(
    lines: list[tuple[int, float]], total: float, data: st.DataObject
) -> None:
    parts = [line(n, quantity, lineDepositFee=fee) for n, (quantity, fee) in enumerate(lines, start=1)]
    stored = read(package(*parts, packageDepositFee=total))
    assert (shown(stored)["packageDepositFee"], shown(stored)["lines"][0]["lineDepositFee"]) == (total, lines[0][1])
    first = {n: data.draw(st.integers(0, quantity)) for n, (quantity, _) in enumerate(lines, start=1)}
    second = {n: quantity - first[n] for n, (quantity, _) in enumerate(lines, start=1)}
    if any(first.values()) and any(second.values()):
        made = divided(stored, first, second)
        assert sum(Decimal(str(each["packageDepositFee"])) for each in made) == Decimal(str(total))


def test_fees_that_are_texts_of_digits_are_divided_too() -> None:
    stored = read(package(line(1, 3, lineDepositFee="5"), line(2, 2, lineDepositFee="2"), packageDepositFee="19"))
    made = divided(stored, {1: 1, 2: 0}, {1: 2, 2: 2})
    assert [each["packageDepositFee"] for each in made] == [5, 14]


UNEVEN = [{"lineItemId": n, "lineItemPrice": price} for n, price in enumerate((100.0, 100.0, 100.02), start=1)]
AMOUNTS: dict[str, Document] = {
    "a discount without its parts": package(
        line(1, 3, lineUnitPrice=9.0, lineTotalDiscount=1.0, lineSellerDiscount=None, lineTyDiscount=None),
        packageGrossAmount=30.0, packageTotalDiscount=3.0, packageTotalPrice=27.0,
    ),
    "a discount of which one part is known": package(
        line(1, 3, lineUnitPrice=9.0, lineTotalDiscount=1.0, lineSellerDiscount=0.25),
        packageSellerDiscount=0.75, packageTotalDiscount=3.0, packageTotalPrice=27.0,
    ),
    "an average that lost a cent": package(
        line(1, 3, lineUnitPrice=96.67, lineGrossAmount=100.0, lineSellerDiscount=3.33, lineTotalDiscount=3.33),
        packageGrossAmount=300.0, packageSellerDiscount=10.0, packageTotalDiscount=10.0, packageTotalPrice=290.0,
    ),
    "an uneven last unit": package(
        line(1, 3, lineUnitPrice=100.01, lineGrossAmount=110.0, lineTotalDiscount=9.99, discountDetails=UNEVEN),
        packageTotalPrice=300.02, packageTotalDiscount=29.98,
    ),
    "old names": package(
        {"id": 1, "quantity": 3, "price": 9.0, "amount": 10.0, "discount": 0.75, "tyDiscount": 0.25},
        grossAmount=30.0, totalDiscount=2.25, totalTyDiscount=0.75, totalPrice=27.0,
    ),
    "no price": package(line(1, 3, lineUnitPrice=None, lineTotalDiscount=0.5)),
    "no gross amount": package(line(1, 3, lineGrossAmount=None, lineTotalDiscount=0.5)),
    "text": package(line(1, 3, lineUnitPrice="9.50", lineTotalDiscount="0.5"), packageTotalPrice="28.50"),
}  # fmt: skip
SUMS = ("packageGrossAmount", "packageSellerDiscount", "packageTyDiscount", "packageTotalDiscount", "packageTotalPrice")


@pytest.mark.parametrize("name", AMOUNTS)
@pytest.mark.parametrize("groups", [({1: 1}, {1: 2}), ({1: 2}, {1: 1}), ({1: 1}, {1: 1}, {1: 1})])
def test_sums_before_and_after_a_split_are_equal_to_the_cent(name: str, groups: tuple[dict[int, int], ...]) -> None:
    stored = read(AMOUNTS[name])
    before, made = shown(stored), divided(stored, *groups)
    for each in (*SUMS, "grossAmount", "totalDiscount", "totalTyDiscount", "totalPrice"):
        assert sum(Decimal(str(package[each])) for package in made) == Decimal(str(before[each])), each
    for package_ in made:
        prices = [unit["lineItemPrice"] for line_ in package_["lines"] for unit in line_["discountDetails"]]
        assert sum(map(Decimal, map(str, prices))) == Decimal(str(package_["packageTotalPrice"]))


@pytest.mark.parametrize("name", AMOUNTS)
def test_what_is_shown_can_be_imported_again_and_says_the_same(name: str) -> None:
    stored = read(AMOUNTS[name])
    again = read(shown(stored))
    assert [line_.units for line_ in again.lines] == [line_.units for line_ in stored.lines]
    assert (again.totals, shown(again)) == (stored.totals, shown(stored))


def test_amounts_that_contradict_each_other_stay_as_they_came() -> None:
    stored = read(package(line(1, 3), packageTotalPrice=99.0))
    assert shown(stored)["packageTotalPrice"] == 99
    assert [str(unit.price) for unit in stored.lines[0].units] == ["9.5"] * 3
