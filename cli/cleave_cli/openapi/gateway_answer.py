"""What API Gateway answers itself, as `gateway_responses.py` and the template word it."""

from typing import Any, Literal, TypedDict

from cleave.dialects.trendyol.answers import TrendyolErrorEntry


class GatewayAnswer(TypedDict):
    """What API Gateway answers itself: the members of both dialects' errors."""

    timestamp: int
    exception: str
    errors: list[TrendyolErrorEntry]
    type: Literal["about:blank"]
    detail: Any
