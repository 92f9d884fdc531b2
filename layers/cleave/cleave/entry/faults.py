"""Words for faults of a value: callers know neither our models nor the library that reads them."""

from collections.abc import Mapping
from typing import Any

from cleave.entry.values import PATTERNS

_WORDS = {
    "missing": "is missing",
    "model_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
    "list_type": "must be a list",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "decimal_type": "must be a number",
    "bool_type": "must be true or false",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must not be empty",
    "too_long": "may have at most {max_length} entries",
    "string_too_short": "must not be empty",
    "string_too_long": "may have at most {max_length} characters",
    "decimal_max_digits": "may have at most {max_digits} digits",
    "decimal_max_places": "may have at most {decimal_places} digits after the point",
    "decimal_whole_digits": "may have at most {whole_digits} digits before the point",
}
_OTHERWISE = "is not what it should be"


def words_for(kind: str, context: Mapping[str, Any], message: str) -> str:
    """``kind`` and ``context`` are pydantic's, ``message`` is its text. Faults of ours are returned unchanged."""
    match kind:
        case "string_pattern_mismatch":
            return PATTERNS.get(context["pattern"], _OTHERWISE)
        case "literal_error" | "enum":
            return f"must be one of {context['expected'].replace(' or ', ', ').replace("'", '')}"
        case "plain":
            return message
    return _WORDS.get(kind, _OTHERWISE).format(**context)
