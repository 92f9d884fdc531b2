"""Packages as they really come: with lines that are cancelled already, that went another way, or that stand twice."""

from collections import Counter
from collections.abc import Iterable, Mapping

from cleave.domain.package import Line, Package
from cleave.domain.status import Status
from hypothesis import strategies as st

from tests.unit.builders import line, package, unit

# Three of four lines are where their package is.
_STATUSES = [*[Status.CREATED] * 9, Status.SHIPPED, "OnHold", Status.CANCELLED, Status.UNSUPPLIED]
_PRICES = st.decimals("0.01", "999.99", places=2)


@st.composite
def packages(draw: st.DrawFn) -> Package:
    """Every unit has an id of its own."""
    lines = [
        line(
            line_id,
            tuple(unit(place * 10 + n, str(draw(_PRICES)), str(draw(_PRICES))) for n in range(draw(st.integers(1, 6)))),
            status=draw(st.sampled_from(_STATUSES)),
        )
        for place, line_id in enumerate(draw(st.lists(st.integers(1, 4), min_size=1, max_size=5)))
    ]
    return package(*lines)


@st.composite
def parts_of(draw: st.DrawFn, package: Package, most: int) -> list[dict[int, int]]:
    """Up to so many parts of what the package can give: line id to quantity, none of them empty."""
    left = dict(package.givable)
    parts = []
    for _ in range(draw(st.integers(1, most))):
        units = {line_id: draw(st.integers(0, quantity)) for line_id, quantity in left.items()}
        for line_id, quantity in units.items():
            left[line_id] -= quantity
        parts.append({line_id: quantity for line_id, quantity in units.items() if quantity})
    return [part for part in parts if part]


def pieces(lines: Iterable[Line]) -> Counter[tuple[int, str]]:
    """Every unit of the lines, with its line."""
    return Counter((each.line_id, piece.unit_id) for each in lines for piece in each.units)


def quantities(lines: Iterable[Line]) -> Mapping[int, int]:
    """Line id to units."""
    found: Counter[int] = Counter()
    for each in lines:
        found[each.line_id] += each.quantity
    return dict(found)
