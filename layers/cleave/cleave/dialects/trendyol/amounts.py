"""Amounts of an exported package. Missing amounts are computed from the others, so that a split loses nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from cleave.dialects.own_fields import may_be_a_sum, number_of, words_of
from cleave.dialects.trendyol.exported import WireLine, WirePackage, WireUnit
from cleave.domain.money import divided, package_totals
from cleave.domain.package import Amounts, Fee, Line, Unit

_NOTHING = Decimal(0)
_CENT = Decimal("0.01")
_MOST_DIGITS = 15
# Of a package. Each unit has its share of each: of more, the units of one request would fill the memory.
_MOST_FEES = 20
# Each row of a line names its fees, and a closed package has a row for each cancellation of each line.
_MOST_FEE_CHARACTERS = 50
# Additions to a fee's name, which are removed to match the package's field with the lines' fields.
_AROUND = frozenset(["package", "line", "total", "sum", "item"])


def read_amounts(line: WireLine) -> Amounts:
    """The amounts of one unit. A discount that is only given as a total is in neither part; a missing price is
    computed."""
    seller, marketplace = line.lineSellerDiscount, line.lineTyDiscount
    total = seller + marketplace if line.lineTotalDiscount is None else line.lineTotalDiscount
    gross, price = line.lineGrossAmount, line.lineUnitPrice
    if gross is None:
        gross = total + (price or _NOTHING)
    return Amounts(gross, seller, marketplace, total, gross - total if price is None else price)


def read_units(line: WireLine, amounts: Amounts, before: int) -> list[Unit]:
    """The units from ``discountDetails``; without these, every unit has the line's own amounts.

    ``before`` units of the line are in the package already: each unit's id is used once.
    """
    if line.discountDetails:
        return [_read_unit(unit, amounts) for unit in line.discountDetails]
    other = amounts.total_discount - amounts.seller_discount - amounts.marketplace_discount
    said = (amounts.price, amounts.seller_discount, amounts.marketplace_discount, other)
    return [Unit(f"{line.lineId}-{number}", *said) for number in range(before + 1, before + line.quantity + 1)]


def _read_unit(wire: WireUnit, amounts: Amounts) -> Unit:
    """If the line's discount is more than its parts, the rest belongs to neither part."""
    price = amounts.price if wire.lineItemPrice is None else wire.lineItemPrice
    parts = wire.lineItemSellerDiscount + wire.lineItemTyDiscount
    is_in_parts = amounts.total_discount == amounts.seller_discount + amounts.marketplace_discount
    other = _NOTHING if is_in_parts else amounts.gross - price - parts
    unit = Unit(str(wire.lineItemId), price, wire.lineItemSellerDiscount, wire.lineItemTyDiscount, other)
    return replace(unit, details=wire.model_extra or {})


def read_totals(wire: WirePackage, lines: Sequence[Line]) -> Amounts:
    """The package's amounts as exported; a missing one is the sum over the units."""
    summed = package_totals(lines)
    came = _came(wire)
    return Amounts(
        summed.gross if wire.packageGrossAmount is None else wire.packageGrossAmount,
        came.get("seller_discount", summed.seller_discount),
        came.get("marketplace_discount", summed.marketplace_discount),
        came.get("total_discount", summed.total_discount),
        came.get("price", summed.price),
    )


def _came(wire: WirePackage) -> dict[str, Decimal]:
    said = {
        "seller_discount": wire.packageSellerDiscount,
        "marketplace_discount": wire.packageTyDiscount,
        "total_discount": wire.packageTotalDiscount,
        "price": wire.packageTotalPrice,
    }
    return {name: amount for name, amount in said.items() if amount is not None}


def with_rounding(wire: WirePackage, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with the cents that their averages lost, added to the last units of lines without ``discountDetails``.

    A package whose sums differ by more than a cent for each unit stays unchanged, because the right sum is unknown.
    """
    came, summed = _came(wire), package_totals(lines)
    made_up = [place for place, line in enumerate(wire.lines) if not line.discountDetails]
    room = sum(wire.lines[place].quantity for place in made_up) * _CENT
    missing = {name: amount - getattr(summed, name) for name, amount in came.items()}
    seller, marketplace = missing.get("seller_discount", _NOTHING), missing.get("marketplace_discount", _NOTHING)
    other = missing["total_discount"] - seller - marketplace if "total_discount" in missing else _NOTHING
    lost = [missing.get("price", _NOTHING), seller, marketplace, other]
    if not any(lost) or any(abs(amount) > room for amount in lost):
        return tuple(lines)
    return _give(lines, made_up, lost)


def _give(lines: Sequence[Line], places: Sequence[int], lost: Sequence[Decimal]) -> tuple[Line, ...]:
    given = list(lines)
    units = [(place, number) for place in places for number in range(lines[place].quantity)]
    shares = zip(*(_shares(amount, len(units)) for amount in lost), strict=True)
    for (place, number), share in zip(units, shares, strict=True):
        if any(share):
            line = given[place]
            pieces = [*line.units]
            pieces[number] = _added(pieces[number], share)
            given[place] = replace(line, units=tuple(pieces))
    return tuple(given)


def _shares(amount: Decimal, count: int) -> list[Decimal]:
    """The last units get the difference, whether it is positive or negative."""
    return divided(amount, count) if amount >= 0 else [-share for share in divided(-amount, count)]


def _added(unit: Unit, share: Sequence[Decimal]) -> Unit:
    price, seller, marketplace, other = share
    return replace(
        unit,
        price=unit.price + price,
        seller_discount=unit.seller_discount + seller,
        marketplace_discount=unit.marketplace_discount + marketplace,
        other_discount=unit.other_discount + other,
    )


type Fields = Mapping[str, Any]


def find_fees(package: Fields, lines: Sequence[tuple[Fields, int]]) -> dict[str, Fee]:
    """The fees of the ``lines``, each with its fields and quantity, that add up to the package's own, by its names of
    them."""
    fees = _by_sum(lines)
    found: dict[str, Fee] = {}
    by_line: dict[str, Fee] = {}
    for name, value in package.items():
        total = number_of(name, value) if may_be_a_sum(name, value) else None
        fee = None if total is None else fees.get((stem(name), total))
        has_room = len(by_line) < _MOST_FEES or (fee is not None and fee.name in by_line)
        if fee is not None and has_room and by_line.setdefault(fee.name, fee) == fee:
            found[name] = fee
    return found


def _by_sum(lines: Sequence[tuple[Fields, int]]) -> dict[tuple[frozenset[str], Decimal], Fee]:
    """The lines' fees by the words of their names and their sums, once as given for each unit and once for all units.

    Each field is added up once: packages have thousands of fields, whose names may be alike.
    """
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    vague: set[str] = set()
    for fields, quantity in lines:
        for name, amount in _numbers(fields):
            of_units, of_lines = sums.get(name, (_NOTHING, _NOTHING))
            sums[name] = of_units + amount * quantity, of_lines + amount
            vague |= set() if _can_be_divided(amount) else {name}
    fees: dict[tuple[frozenset[str], Decimal], Fee] = {}
    for name in (each for each in sums if each not in vague):
        for is_per_unit, total in zip((True, False), sums[name], strict=True):
            fees.setdefault((stem(name), total), Fee(name, is_per_unit))
    return fees


def _numbers(fields: Fields) -> Iterator[tuple[str, Decimal]]:
    for name, value in fields.items():
        number = number_of(name, value) if len(name) <= _MOST_FEE_CHARACTERS else None
        if number is not None:
            yield name, number


def _can_be_divided(amount: Decimal) -> bool:
    """Whether its shares are exact, and are shown exactly: the readers of a JSON number keep 15 digits of it."""
    _, digits, exponent = amount.as_tuple()
    is_short = len(digits) <= _MOST_DIGITS and amount.adjusted() < _MOST_DIGITS
    return not amount or (is_short and int(exponent) >= -_MOST_DIGITS)


def stem(name: str) -> frozenset[str]:
    """The words that all names of a fee share, in the singular."""
    return frozenset(word.removesuffix("s") for word in words_of(name) if word not in _AROUND)


def with_fees(units: Sequence[Unit], fees: Sequence[Fee], fields: Fields) -> tuple[Unit, ...]:
    """The units with their shares of the line's fees."""
    amounts = [number_of(fee.name, fields.get(fee.name)) or _NOTHING for fee in fees]
    shares = [
        [amount] * len(units) if fee.is_per_unit else divided(amount, len(units))
        for fee, amount in zip(fees, amounts, strict=True)
    ]
    return tuple(replace(unit, fees=tuple(each)) for unit, *each in zip(units, *shares, strict=True))
