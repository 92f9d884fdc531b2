"""Examples in documents, held against what the service really says."""

import json
import re
from typing import Any

_EXAMPLE = re.compile(r"<!-- (.*?) -->\n```json\n(.*?)```", re.DOTALL)


def examples(text: str) -> dict[str, Any]:
    """The JSON examples of a document, by the comment before each."""
    return {name: json.loads(block) for name, block in _EXAMPLE.findall(text)}


def shape(value: object) -> object:
    """Names and types, without the values."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value).__name__


def is_part_of(example: object, whole: object) -> bool:
    """Whether the whole holds all that the example shows, with its values."""
    if isinstance(example, dict) and isinstance(whole, dict):
        return all(name in whole and is_part_of(each, whole[name]) for name, each in example.items())
    if isinstance(example, list) and isinstance(whole, list):
        return all(any(is_part_of(each, other) for other in whole) for each in example)
    return example == whole
