"""Lines as requests name them: a line id and how many units of it."""

from collections.abc import Sequence

from cleave.api.wire import Id, Quantity, WireModel
from cleave.domain.refusals import LineFields


class NamedLine(WireModel):
    """``quantity`` units of a line of the package."""

    lineId: Id
    quantity: Quantity


def line_fields(lines: Sequence[NamedLine]) -> dict[int, LineFields]:
    """Where in ``lines`` of the request each line stands, for refusals."""
    return {
        line.lineId: LineFields(f"lines.{place}.lineId", f"lines.{place}.quantity") for place, line in enumerate(lines)
    }
