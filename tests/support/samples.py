"""The sample orders that the repository ships, and domain values made from them."""

import copy
import itertools
import json
import secrets
from collections.abc import Mapping
from typing import Any

from tests.support.template import ROOT

type Package = dict[str, Any]


def sample(name: str) -> dict[str, Any]:
    """A page envelope of events/orders, for example ``sample-orders`` or ``sample-orders-tr``."""
    document: dict[str, Any] = json.loads((ROOT / f"events/orders/{name}.json").read_text())
    return document


_numbers = itertools.count(secrets.randbelow(10**9) * 1000)


def fresh_cancel_id() -> int:
    """A cancel_id that no other test of the session uses."""
    return 2_000_000_000_000 + next(_numbers)


def fresh_package(
    seller_id: int, storefront: str, quantities: Mapping[str, int], *, seller_pays: bool, number: int | None = None
) -> Package:
    """A package of a new order, made like the samples: stock code → quantity; each unit costs 27.00.

    ``number`` makes its ids; without one they are ids that no other test of the session uses.
    """
    number = next(_numbers) if number is None else number
    package: Package = copy.deepcopy(sample("sample-orders")["content"][0])
    template = package["lines"][0]
    package |= {
        "shipmentPackageId": 3_000_000_000_000 + number,
        "orderNumber": f"T{number}",
        "supplierId": seller_id,
        "orderCountryCode": storefront,
        "lines": [_line(template, number, place, *each) for place, each in enumerate(quantities.items())],
    }
    if not seller_pays:
        del package["whoPays"]
    return package | _totals(sum(quantities.values()))


def _line(template: Package, number: int, place: int, stock_code: str, quantity: int) -> Package:
    unit = template["discountDetails"][0]
    units = [{**unit, "lineItemId": f"{number}-{place}-{each}"} for each in range(quantity)]
    line_id = 4_000_000_000_000 + number * 100 + place
    return {**template, "lineId": line_id, "stockCode": stock_code, "quantity": quantity, "discountDetails": units}


def _totals(units: int) -> Package:
    return {
        "packageGrossAmount": 30.0 * units,
        "packageSellerDiscount": 2.0 * units,
        "packageTyDiscount": 1.0 * units,
        "packageTotalDiscount": 3.0 * units,
        "packageTotalPrice": 27.0 * units,
    }
