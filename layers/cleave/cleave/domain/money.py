"""Amounts of lines and packages, from the amounts of their units."""

from collections.abc import Iterable
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from cleave.domain.package import Amounts, Line, Unit

_CENT = Decimal("0.01")


def line_amounts(gross: Decimal, units: tuple[Unit, ...]) -> Amounts:
    """Amounts of one unit of a line.

    If a basket discount gave the units different shares, a line can only show their mean, rounded half up to the cent.
    ``package_totals`` stays exact because it adds units, not lines.
    """
    seller = _mean(unit.seller_discount for unit in units)
    marketplace = _mean(unit.marketplace_discount for unit in units)
    total = _mean(unit.discount for unit in units)
    return Amounts(gross, seller, marketplace, total, _mean(unit.price for unit in units))


def package_totals(lines: Iterable[Line]) -> Amounts:
    """Sums over every unit of every line, exact to the last decimal place of the units."""
    gross = seller = marketplace = total = price = Decimal(0)
    for line in lines:
        gross += line.amounts.gross * line.quantity
        for unit in line.units:
            seller += unit.seller_discount
            marketplace += unit.marketplace_discount
            total += unit.discount
            price += unit.price
    return Amounts(gross, seller, marketplace, total, price)


def line_fees(line: Line) -> dict[str, Decimal]:
    """Each of the line's fees, for one unit or for all, as it was imported."""
    shares = [[unit.fees[place] for unit in line.units] for place in range(len(line.fees))]
    return {
        fee.name: _mean(amounts) if fee.is_per_unit else sum(amounts, Decimal(0))
        for fee, amounts in zip(line.fees, shares, strict=True)
    }


def fee_total(lines: Iterable[Line], name: str) -> Decimal:
    """The sum of the fee of that name over every unit that has it."""
    return sum(
        (
            unit.fees[place]
            for line in lines
            for place, fee in enumerate(line.fees)
            if fee.name == name
            for unit in line.units
        ),
        Decimal(0),
    )


def divided(amount: Decimal, count: int) -> list[Decimal]:
    """``count`` shares that add up to the amount. They are equal to the cent, or to the amount's last decimal place if
    that is finer; the last shares get the remainder."""
    last_place = min(_CENT.as_tuple().exponent, amount.as_tuple().exponent)
    step = Decimal(1).scaleb(int(last_place))
    each = (amount / count).quantize(step, rounding=ROUND_FLOOR)
    larger = int((amount - each * count) / step)
    return [each] * (count - larger) + [each + step] * larger


def _mean(values: Iterable[Decimal]) -> Decimal:
    amounts = tuple(values)
    if len(set(amounts)) == 1:
        return amounts[0]
    return (sum(amounts, Decimal(0)) / len(amounts)).quantize(_CENT, rounding=ROUND_HALF_UP)
