"""What DynamoDB refuses and no engine of ours looks for, checked in every request that tests make."""

import functools
import importlib.resources
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cleave.table.limits import EXPRESSION_BYTES

_KINDS = (
    "KeyConditionExpression", "FilterExpression", "ProjectionExpression", "ConditionExpression", "UpdateExpression",
)  # fmt: skip
_WORD = re.compile(r"[#:]?\w+")
_KEYWORDS = {"set", "remove", "add", "delete", "and", "or", "not", "between", "in"}
_FUNCTIONS = {
    "if_not_exists", "list_append", "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with",
    "contains", "size",
}  # fmt: skip


class ForbiddenExpressionError(AssertionError):
    """Says what of an expression DynamoDB would refuse."""


@functools.cache
def reserved_words() -> frozenset[str]:
    """DynamoDB's, in lower case."""
    listed = importlib.resources.files("moto") / "dynamodb/parsing/reserved_keywords.txt"
    return frozenset(listed.read_text().lower().split())


def check_event(**event: Any) -> None:  # noqa: ANN401 - botocore's
    """For a client's event ``before-parameter-build``. Raises ForbiddenExpressionError."""
    check_request(event["params"])


def check_request(params: Mapping[str, Any]) -> None:
    """Raises ForbiddenExpressionError."""
    for part in _parts(params):
        expressions = tuple(part[kind] for kind in _KINDS if kind in part)
        names, values = (part.get(f"ExpressionAttribute{kind}") for kind in ("Names", "Values"))
        if names == {} or values == {}:
            raise ForbiddenExpressionError(f"{expressions}: placeholders may be absent, not empty")
        check_expressions(expressions, tuple(names or ()), tuple(values or ()))


def _parts(params: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield params
    for item in params.get("TransactItems", ()):
        yield from item.values()


@functools.cache
def check_expressions(expressions: tuple[str, ...], names: tuple[str, ...], values: tuple[str, ...]) -> None:
    """Of one request, or one write of a transaction, with all its placeholders."""
    words = [word for expression in expressions for word in _WORD.findall(expression)]
    plain = {word.lower() for word in words if word[0] not in "#:"}
    forbidden = (plain - _KEYWORDS - _FUNCTIONS) & reserved_words()
    if forbidden:
        raise ForbiddenExpressionError(f"{expressions}: reserved words {sorted(forbidden)}")
    used = {word for word in words if word[0] in "#:"}
    if used != {*names, *values}:
        raise ForbiddenExpressionError(f"{expressions}: placeholders {sorted(used ^ {*names, *values})}")
    if any(len(expression.encode()) > EXPRESSION_BYTES for expression in expressions):
        raise ForbiddenExpressionError(f"an expression of more than {EXPRESSION_BYTES} bytes")
