"""API Gateway's own answers, as `gateway_responses.py` and the template word them."""

from typing import Any, Literal, TypedDict

from cleave.dialects.trendyol.answers import TrendyolErrorEntry


class GatewayAnswer(TypedDict):
    """An answer of API Gateway itself, with the members of both dialects' errors."""

    timestamp: int
    exception: str
    errors: list[TrendyolErrorEntry]
    type: Literal["about:blank"]
    detail: Any
