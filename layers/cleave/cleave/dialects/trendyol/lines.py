"""Lines in requests: a line id and a number of units."""

from collections.abc import Sequence

from cleave.domain.refusals import LineFields, Refusal, RefusalCode, Refusals
from cleave.entry.values import Id, Quantity
from cleave.entry.wire import WireModel


class NamedLine(WireModel):
    """``quantity`` units of a line of the package."""

    lineId: Id
    quantity: Quantity


def line_fields(lines: Sequence[NamedLine]) -> dict[int, LineFields]:
    """The places of the lines in the request's ``lines``, for refusals."""
    return {
        line.lineId: LineFields(f"lines.{place}.lineId", f"lines.{place}.quantity") for place, line in enumerate(lines)
    }


def refuse_repeated(lines: Sequence[NamedLine]) -> None:
    """A line that is named twice may be a sum or a mistake. The effect cannot be undone, so we do not guess."""
    seen: set[int] = set()
    repeated: list[Refusal] = []
    for place, line in enumerate(lines):
        if line.lineId in seen:
            message = f"line {line.lineId} stands in the request twice"
            repeated.append(Refusal(RefusalCode.BODY_INVALID, message, field=f"lines.{place}.lineId"))
        seen.add(line.lineId)
    if repeated:
        raise Refusals(tuple(repeated))
