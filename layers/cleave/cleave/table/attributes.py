"""DynamoDB's typed attributes, and the plain values that they stand for.

We convert them ourselves, because boto3's serializers import all of boto3: a fifth of a function's cold start.
"""

import base64
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

type Item = dict[str, Any]
type Attributes = Mapping[str, Any]


def to_attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB's typed form of an item or key. Raises TypeError for values without an exact form, such as floats."""
    return {name: _typed(value) for name, value in item.items()}


def to_item(attributes: Mapping[str, Any]) -> Item:
    """The plain form of DynamoDB's. Numbers become Decimal. Binaries may be base64, as in JSON."""
    return {name: _plain(typed) for name, typed in attributes.items()}


def _typed(value: object) -> dict[str, Any]:
    # In this order: a bool is an int too.
    if isinstance(value, str):
        return {"S": value}
    if value is None or isinstance(value, bool):
        return {"NULL": True} if value is None else {"BOOL": value}
    if isinstance(value, int | Decimal):
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": {name: _typed(each) for name, each in value.items()}}
    if isinstance(value, list):
        return {"L": [_typed(each) for each in value]}
    if isinstance(value, bytes):
        return {"B": value}
    raise TypeError(f"{type(value).__name__} in an item")


_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "S": str,
    "N": Decimal,
    "B": lambda value: base64.b64decode(value) if isinstance(value, str) else bytes(value),
    "BOOL": bool,
    "NULL": lambda _: None,
    "M": to_item,
    "L": lambda values: [_plain(each) for each in values],
}


def _plain(typed: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever it stands for
    ((kind, value),) = typed.items()
    read = _PLAIN.get(kind)
    return value if read is None else read(value)  # only a damaged value is of another kind; its reader reports it
