"""Amounts of lines and packages, from the amounts of their units."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from cleave.domain.package import Amounts, Line, Unit

_CENT = Decimal("0.01")


def line_amounts(gross: Decimal, units: tuple[Unit, ...]) -> Amounts:
    """Amounts of one unit of a line.

    Where a basket discount left the units with different shares, a line can only show their mean, rounded half up to
    the cent; ``package_totals`` stays exact because it adds units, not lines.
    """
    seller = _mean(unit.seller_discount for unit in units)
    marketplace = _mean(unit.marketplace_discount for unit in units)
    total = _mean(unit.seller_discount + unit.marketplace_discount for unit in units)
    return Amounts(gross, seller, marketplace, total, _mean(unit.price for unit in units))


def package_totals(lines: Iterable[Line]) -> Amounts:
    """Sums over every unit of every line, exact to the last decimal place of the units."""
    gross = seller = marketplace = price = Decimal(0)
    for line in lines:
        gross += line.amounts.gross * line.quantity
        for unit in line.units:
            seller += unit.seller_discount
            marketplace += unit.marketplace_discount
            price += unit.price
    return Amounts(gross, seller, marketplace, seller + marketplace, price)


def _mean(values: Iterable[Decimal]) -> Decimal:
    amounts = tuple(values)
    if len(set(amounts)) == 1:
        return amounts[0]
    return (sum(amounts, Decimal(0)) / len(amounts)).quantize(_CENT, rounding=ROUND_HALF_UP)
