"""Errors of functions that serve both dialects: each caller gets them in its own dialect's shape."""

from collections.abc import Sequence

from cleave.dialects.hepsiglobal.errors import ProblemDetails
from cleave.dialects.trendyol.errors import TrendyolErrors
from cleave.domain.refusals import Refusal
from cleave.entry.endpoint import ErrorShape
from cleave.entry.gateway import Call, Response


class ShapeOfPath:
    """The shape of the path's dialect."""

    def refused(self, call: Call, refusals: Sequence[Refusal], status: int) -> Response:
        return _shape(call).refused(call, refusals, status)

    def failed(self, call: Call) -> Response:
        return _shape(call).failed(call)


def is_sellers(call: Call) -> bool:
    """Whether the path is Trendyol's: these name a seller."""
    return "sellerId" in call.path


def _shape(call: Call) -> ErrorShape:
    return TrendyolErrors() if is_sellers(call) else ProblemDetails()
