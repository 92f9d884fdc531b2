"""What every wire model shares, and how a body that does not fit one is refused."""

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from cleave.domain.refusals import Refusal, RefusalCode, Refusals

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# Above this a JSON number is no longer exact in the clients that read it.
MAX_ID = 2**53 - 1
# The end of the year 9999, in milliseconds: Python has no later time.
MAX_TIME = 253_402_300_799_999
# In bytes of JSON, without its units. A closed package shows a line once for each cancellation that took from it, and
# compression finds what is repeated only up to 32 KB back.
LINE_LIMIT = 16 * 1024
# What a status may look like, of those too that nobody has told us of.
STATUS_WORD = r"^[A-Za-z][A-Za-z0-9_]{0,39}$"

type Id = Annotated[int, Field(gt=0, le=MAX_ID)]
type Quantity = Annotated[int, Field(gt=0, le=1_000_000)]
type Number = Annotated[int, Field(ge=-MAX_ID, le=MAX_ID)]
type Text = Annotated[str, StringConstraints(max_length=1000)]
type Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\s#]+$")]


def _integers_are_money(value: object) -> object:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


type Money = Annotated[Decimal, BeforeValidator(_integers_are_money), Field(max_digits=15, decimal_places=4)]


class WireModel(BaseModel):
    """Strict: ``"1"``, ``1.0`` and ``true`` are not the number 1. Errors never repeat what was sent."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)


def parse[T: WireModel](model: type[T], document: Any) -> T:  # noqa: ANN401 - whatever JSON holds
    """Validate a JSON document; raises Refusals with one refusal for each field at fault."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise Refusals(tuple(_refusal(detail) for detail in details)) from None


def _refusal(detail: "ErrorDetails") -> Refusal:
    # pydantic's own words for this one name our class
    message = "must be a JSON object" if detail["type"] == "model_type" else detail["msg"]
    field = ".".join(str(part) for part in detail["loc"]) or None
    return Refusal(RefusalCode.BODY_INVALID, message, field=field)


def to_json(document: object) -> str:
    """Compact JSON; a Decimal becomes the number that prints the same, exact up to 15 digits."""
    return json.dumps(document, default=float, separators=(",", ":"), ensure_ascii=False)


def json_size(document: object) -> int:
    """Bytes of the document as ``to_json`` writes it."""
    return len(to_json(document).encode())
