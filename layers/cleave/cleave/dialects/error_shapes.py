"""What functions that serve both dialects tell them apart by."""

from collections.abc import Sequence

from cleave.api.endpoint import ErrorShape
from cleave.api.gateway import Call, Response
from cleave.dialects.hepsiglobal.errors import ProblemDetails
from cleave.dialects.trendyol.errors import TrendyolErrors
from cleave.domain.refusals import Refusal


class BothShapes:
    """Each caller gets errors in its own dialect's shape."""

    def refused(self, call: Call, refusals: Sequence[Refusal], status: int) -> Response:
        """In the dialect of the path."""
        return _shape(call).refused(call, refusals, status)

    def failed(self, call: Call) -> Response:
        """The same."""
        return _shape(call).failed(call)


def is_sellers(call: Call) -> bool:
    """A path that names a seller is Trendyol's."""
    return "sellerId" in call.path


def _shape(call: Call) -> ErrorShape:
    return TrendyolErrors() if is_sellers(call) else ProblemDetails()
