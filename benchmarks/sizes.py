"""How DynamoDB weighs items, where the engine does not say what was charged."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_KILOBYTE = 1024
_CONTAINER = 3  # a list or a map
_ENTRY = 1  # each value in one


def item_size(item: Mapping[str, Any]) -> int:
    """Bytes of an item in DynamoDB's typed form, by the rules that its developer guide gives."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def write_units(item: Mapping[str, Any]) -> int:
    """Of a plain write; one in a transaction is twice that."""
    return max(1, math.ceil(item_size(item) / _KILOBYTE))


def read_units(size: int, *, consistent: bool) -> float:
    """Of ``size`` bytes that are read together."""
    return max(1, math.ceil(size / (4 * _KILOBYTE))) * (1.0 if consistent else 0.5)


def _value_size(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    match kind:
        case "S":
            return len(value.encode())
        case "B":
            return len(value)
        case "N":
            return _number_size(Decimal(value))
        case "M":
            return _CONTAINER + sum(len(name.encode()) + _value_size(each) + _ENTRY for name, each in value.items())
        case "L":
            return _CONTAINER + sum(_value_size(each) + _ENTRY for each in value)
        case _:  # NULL, BOOL
            return 1


def _number_size(number: Decimal) -> int:
    """A byte for each two digits, in pairs that begin at the decimal point; zeros at either end take none."""
    sign, digits, exponent = number.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    used = text.rstrip("0")
    last = int(exponent) + len(text) - len(used)
    return 1 + (len(used) + (last % 2 if used else 0) + 1) // 2 + (sign if used else 0)
