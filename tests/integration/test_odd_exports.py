"""Exports that no marketplace sends are answered in little time and room; what is taken can be divided and shown."""

import json
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from cleave.dialects import own_fields
from cleave.dialects.trendyol import amounts
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.import_orders.app import handler as import_orders
from functions.split_packages.app import handler as split_packages
from tests.support.gateway import Answer, Caller
from tests.support.splits import apply_waiting

type Document = dict[str, Any]

SELLER = {"sellerId": 20811}
# As many names as one wants that are made of the same words.
ALIKE = ["fee" + "".join(signs) for signs in product("-_. ", repeat=4)]


def package(*lines: Document, **fields: object) -> Document:
    return {"shipmentPackageId": 100, "orderNumber": "O1", "status": "Created", "lines": list(lines), **fields}


def line(**fields: object) -> Document:
    return {"lineId": 1, "quantity": 3, "lineUnitPrice": 10, **fields}


def load(seller: Caller, document: object) -> Answer:
    return seller.call(import_orders, document, path=SELLER)


@pytest.fixture
def at_most(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str, int], None]:
    """A function of a module may be called so many times."""

    def limit(module: Any, name: str, most: int) -> None:  # noqa: ANN401 - a module
        plain, calls = getattr(module, name), iter(range(most))
        monkeypatch.setattr(
            module, name, lambda *args: plain(*args) if next(calls, None) is not None else pytest.fail(name)
        )

    return limit


@pytest.mark.timeout(30)  # each level would double the time
def test_fields_within_fields_are_looked_at_once(
    table: Table, de_seller: Caller, at_most: Callable[[Any, str, int], None]
) -> None:
    del table
    at_most(own_fields, "words_of", 1000)
    nested: object = "text"
    for _ in range(58):
        nested = {"inside": nested}
    assert load(de_seller, package(line(more=nested), more=nested)).status == 200


def test_fields_whose_names_are_alike_are_added_up_once(
    table: Table, de_seller: Caller, at_most: Callable[[Any, str, int], None]
) -> None:
    del table
    at_most(amounts, "number_of", 10 * len(ALIKE))
    sent = package(line(**dict.fromkeys(ALIKE, 1)), **dict.fromkeys(ALIKE, 7))
    assert load(de_seller, sent).status == 200


def test_the_units_of_a_package_have_shares_of_few_fees() -> None:
    names = [f"fee{''.join(letters)}" for letters in product("abcd", repeat=3)]
    found = amounts.find_fees(dict.fromkeys(names, 7), [(dict.fromkeys(names, 7), 5000)])
    assert 5 < len(found) <= 20


def test_a_long_name_is_no_fee_since_each_row_of_a_line_would_repeat_it() -> None:
    short, long = f"{'x' * 47}Fee", f"{'x' * 48}Fee"
    found = amounts.find_fees({short: 7, long: 7}, [({short: 7, long: 7}, 1)])
    assert found.keys() == {short}


NUMBERS = [
    "1e300", "-1e300", "1e28", "1e27", "1e-300", "0.1e-30", "1" * 40, "5." + "0" * 60, "12345678901234567.89", "0e300",
    f'"{"9" * 50}.5"', f'"0.1{"0" * 200}"',
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS, ids=range(len(NUMBERS)))
def test_a_fee_of_any_size_comes_in_and_the_package_can_be_divided(
    table: Table, de_seller: Caller, number: str
) -> None:
    sent = json.dumps(package(line(depositFee="@"), packageDepositFee="@")).replace('"@"', number)
    assert load(de_seller, sent).status == 200
    cancelled = {"lines": [{"lineId": 1, "quantity": 1}], "reasonId": 500}
    assert de_seller.call(cancel_package, cancelled, path={**SELLER, "packageId": 100}).status == 200
    assert len(apply_waiting(table)[100]) == 1
    found = de_seller.call(get_shipment_packages, path=SELLER, query={"orderNumber": ["O1"]})
    assert (found.status, len(found.json["content"])) == (200, 2)
    json.dumps(found.json, allow_nan=False)


def test_sums_that_only_add_up_because_they_are_rounded_are_no_fee() -> None:
    lines = [({"fee": 10**300}, 1), ({"fee": -(10**300)}, 1), ({"fee": 5}, 3)]
    assert amounts.find_fees({"fee": 5}, lines) == {}


def test_of_many_faults_the_first_are_named_and_the_others_counted(table: Table, de_seller: Caller) -> None:
    del table
    split: Document = {"splitPackages": [{"packageDetails": [{}] * 500}] * 25}
    answer = de_seller.call(split_packages, split, path={**SELLER, "packageId": 100})
    messages = [each["message"] for each in answer.json["errors"]]
    assert (answer.status, len(messages)) == (400, 101)
    assert messages[0] == "splitPackages.0.packageDetails.0.orderLineId: is missing"
    assert messages[-1] == "24900 more faults are not named"


def test_of_the_units_of_a_line_the_first_fault_is_enough(table: Table, de_seller: Caller) -> None:
    del table
    answer = load(de_seller, package(line(discountDetails=[1] * 10_000)))
    assert answer.status == 400
    assert [each["message"] for each in answer.json["errors"]] == ["lines.0.discountDetails.0: must be a JSON object"]


def test_a_package_that_is_too_large_is_not_read_at_all(table: Table, de_seller: Caller) -> None:
    del table
    answer = load(de_seller, package(*[line(discountDetails=[1] * 10_000)] * 20))
    assert (answer.status, answer.json["errors"][0]["message"]) == (413, "a package may have 256 KB")
