"""Finds, among the fields that no rule reads, those that are true of one package only, or of all units of a line
together.

A successor must not show them. No list of such fields can be complete, because marketplaces add some each year; so
names and values decide (docs/values.md has the rule in words). A doubtful field is left out.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cleave.domain.package import Unit

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_FRACTION = re.compile(r"-?[0-9]+[.,][0-9]+")
_DIGITS = re.compile(r"-?[0-9]{1,15}")


def words_of(name: str) -> list[str]:
    """The words in a field's name."""
    return [word.lower() for word in _WORD.findall(name)]


# A field with one of these words in its name is about the shipment, its papers or its progress.
_OF_A_PACKAGE = frozenset(
    words_of(
        "package parcel shipment cargo carrier tracking waybill awb consignment label invoice otp etgb deci desi weight"
        " volume receipt manifest invoiced shipped delivered packed picked dispatched returned"
    )
)
# A number with one of these words in its name is about all units together.
_SUMS = frozenset(words_of("total sum subtotal quantity qty count units pieces items"))
# A text of digits with one of these words in its name is a number.
_AMOUNTS = _SUMS | frozenset(words_of("amount price fee cost charge discount gross net payment balance"))
# A number with one of these words in its name is no amount and no sum.
_NO_SUMS = frozenset(
    words_of(
        "id ids code no number date time at day days rate ratio percent percentage commission type channel zip postal"
        " postcode phone latitude longitude version year index priority level segment floor door slot position sequence"
    )
)
# Fields of the order, although their names or values look otherwise.
_OF_THE_ORDER = frozenset(
    {"shipmentAddress", "invoiceAddress", "originShipmentDate", "deliveredByService", "invoiceTaxNumber", "hepsiGlobal"}
)
_SHORTEST_NAME = 6


@dataclass(frozen=True, slots=True)
class Sorted:
    """``kept`` is copied to every successor; ``own`` is shown only while the package or line is unchanged."""

    kept: Mapping[str, Any]
    own: Mapping[str, Any]


def sort_package_fields(fields: Mapping[str, Any], names: Iterable[object]) -> Sorted:
    """``names`` are all names of the package: its id, its tracking numbers, its invoice number."""
    known = _long_enough(names)
    rest = {name: value for name, value in fields.items() if name not in _OF_THE_ORDER}
    found = _sort(rest, lambda name, value: _is_of_a_package(name, value, known))
    kept = {**fields, **found.kept}  # in the order in which they came
    return Sorted({name: kept[name] for name in kept if name in _OF_THE_ORDER or name in found.kept}, found.own)


def sort_line_fields(
    fields: Mapping[str, Any], units: tuple[Unit, ...], gross: Decimal, names: Iterable[object] = ()
) -> Sorted:
    """The same for a line. One unit cannot be divided, so no field of it is a sum."""
    known = _long_enough(names)
    amounts = _sums_of(units, gross) if len(units) > 1 else None
    return _sort(fields, lambda name, value: _is_of_all_units(name, value, amounts, known))


def number_in(value: object) -> Decimal | None:
    """The number, also from text with a fraction. Text of digits only is an id or a phone number, not an amount."""
    if isinstance(value, str) and _FRACTION.fullmatch(value):
        return Decimal(value.replace(",", "."))
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def number_of(name: str, value: object) -> Decimal | None:
    """The same for a field: text of digits is a number if the field's name means an amount or a count."""
    if isinstance(value, str) and _DIGITS.fullmatch(value) and not _AMOUNTS.isdisjoint(_singular(words_of(name))):
        return Decimal(value)
    return number_in(value)


def may_be_a_sum(name: str, value: object) -> bool:
    """Whether it is a number that could have been added up. Nothing adds up to 0 but nothing."""
    words = words_of(name)
    return bool(number_of(name, value)) and (_counts(words) or _NO_SUMS.isdisjoint(words))


def _counts(words: list[str]) -> bool:
    return not _SUMS.isdisjoint(words) or words[:2] == ["number", "of"]


def _is_of_a_package(name: str, value: object, known: frozenset[str]) -> bool:
    """What holds something may hold it no more; what holds nothing of it never will."""
    words = words_of(name)
    if not _OF_A_PACKAGE.isdisjoint(_singular(words)) or (value is True and words[:1] == ["contains"]):
        return True
    return _names_it(value, known) or may_be_a_sum(name, value)


def _is_of_all_units(name: str, value: object, amounts: frozenset[Decimal] | None, known: frozenset[str]) -> bool:
    if _names_it(value, known):
        return True
    number = number_of(name, value)
    if amounts is None or not number:
        return False
    words = words_of(name)
    return _counts(words) or (_NO_SUMS.isdisjoint(words) and number in amounts)


def _sums_of(units: tuple[Unit, ...], gross: Decimal) -> frozenset[Decimal]:
    """The sums of the units' amounts, without those that equal one unit's amount: such a field is about each unit."""
    columns = [
        [gross] * len(units),
        [unit.price for unit in units],
        [unit.seller_discount for unit in units],
        [unit.marketplace_discount for unit in units],
        [unit.discount for unit in units],
    ]
    each = {amount for column in columns for amount in column}
    return frozenset(sum(column, Decimal(0)) for column in columns) - each


def _names_it(value: object, known: frozenset[str]) -> bool:
    if not isinstance(value, str | int) or isinstance(value, bool):
        return False
    return any(name in str(value) for name in known)


def _long_enough(names: Iterable[object]) -> frozenset[str]:
    """The names that are too long to be in a text by chance."""
    return frozenset(str(name) for name in names if len(str(name or "")) >= _SHORTEST_NAME)


def _singular(words: Iterable[str]) -> set[str]:
    return {word.removesuffix("s") for word in words} | set(words)


def _sort(fields: Mapping[str, Any], is_own: Callable[[str, object], bool]) -> Sorted:
    kept: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for name, value in fields.items():
        rest = _rest(name, value, is_own)
        if rest is not None or value is None:
            kept[name] = rest
        if rest != value:
            own[name] = value
    return Sorted(kept, own)


def _rest(name: str, value: Any, is_own: Callable[[str, object], bool]) -> Any:  # noqa: ANN401 - any JSON
    """The part of a value that is kept, None for nothing. A list is kept as a whole or not at all."""
    if is_own(name, value):
        return None
    if isinstance(value, dict):
        rests = {key: _rest(key, each, is_own) for key, each in value.items()}  # once: each level would double the work
        left = {key: rest for key, rest in rests.items() if rest is not None or value[key] is None}
        return left if left or not value else None
    if isinstance(value, list) and any(_rest(name, each, is_own) != each for each in value):
        return None
    return value
