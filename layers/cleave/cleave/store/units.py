"""Units of a line as they are kept: most differ from the one before them by a counter at the end of their id only."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from cleave.domain.package import Unit

# Without a leading zero, so that the number prints as it was; short enough for any JSON number.
_COUNTED = re.compile(r"(.*?)(0|[1-9][0-9]{0,14})", re.DOTALL)


def to_runs(units: Iterable[Unit]) -> list[list[Any]]:
    """Runs of ``[prefix, first number, how many, price, seller's discount, marketplace's discount]``.

    An id that does not end with a number has None for it. Units that have more end with ``other discount, fees,
    details``.
    """
    runs: list[list[Any]] = []
    for unit in units:
        found = _COUNTED.fullmatch(unit.unit_id)
        prefix, number = (found[1], int(found[2])) if found else (unit.unit_id, None)
        said = [str(unit.price), str(unit.seller_discount), str(unit.marketplace_discount), *_more(unit)]
        last = runs[-1] if runs else None
        if last and number is not None and last[:2] == [prefix, number - last[2]] and last[3:] == said:
            last[2] += 1
        else:
            runs.append([prefix, number, 1, *said])
    return runs


def _more(unit: Unit) -> list[Any]:
    if not (unit.other_discount or unit.fees or unit.details):
        return []
    return [str(unit.other_discount), [str(fee) for fee in unit.fees], dict(unit.details)]


def from_runs(runs: Sequence[Sequence[Any]]) -> Iterator[Unit]:
    for prefix, first, many, price, seller, marketplace, *more in runs:
        other, fees, details = more or ("0", (), {})
        money = [Decimal(each) for each in (price, seller, marketplace, other)]
        shares = tuple(Decimal(fee) for fee in fees)
        for number in range(many):
            unit_id = prefix if first is None else f"{prefix}{first + number}"
            yield Unit(unit_id, money[0], money[1], money[2], money[3], shares, details)
