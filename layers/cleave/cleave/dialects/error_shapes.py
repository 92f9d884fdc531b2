"""Errors of functions that serve both dialects: each caller gets them in the shape of its own."""

from collections.abc import Sequence

from cleave.dialects.hepsiglobal.errors import ProblemDetails
from cleave.dialects.trendyol.errors import TrendyolErrors
from cleave.domain.refusals import Refusal
from cleave.entry.endpoint import ErrorShape
from cleave.entry.gateway import Call, Response


class ShapeOfPath:
    """The dialect's whose path it is."""

    def refused(self, call: Call, refusals: Sequence[Refusal], status: int) -> Response:
        return _shape(call).refused(call, refusals, status)

    def failed(self, call: Call) -> Response:
        return _shape(call).failed(call)


def is_sellers(call: Call) -> bool:
    """A path that names a seller is Trendyol's."""
    return "sellerId" in call.path


def _shape(call: Call) -> ErrorShape:
    return TrendyolErrors() if is_sellers(call) else ProblemDetails()
