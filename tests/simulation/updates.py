"""DynamoDB's update expressions, as far as the store uses them: SET and REMOVE, compiled once for each text."""

import functools
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from tests.simulation.expressions import Image, InvalidExpression, Names, Path, Tokens, Value, Values, operand, resolved

type Update = Callable[[Image | None, Names, Values], dict[str, Value]]
type Assignment = Callable[[Image | None, Names, Values], Value]


@functools.cache
def update(text: str) -> Update:
    """A function from an item to what the update makes of it; what it reads is the item as it was."""
    sets, removes = _clauses(Tokens(text))

    def apply(image: Image | None, names: Names, values: Values) -> dict[str, Value]:
        new = dict(image or {})
        assigned = [(resolved(path, names), make(image, names, values)) for path, make in sets]
        for path, value in assigned:
            _set(new, path, value)
        for removed in removes:
            _remove(new, resolved(removed, names))
        return new

    return apply


def _clauses(tokens: Tokens) -> tuple[Sequence[tuple[str, Assignment]], Sequence[str]]:
    sets: list[tuple[str, Assignment]] = []
    removes: list[str] = []
    while word := tokens.take():
        if word.upper() not in {"SET", "REMOVE"}:
            raise InvalidExpression(word)
        while True:
            path = tokens.take()
            if word.upper() == "SET":
                tokens.expect("=")
                sets.append((path, _assignment(tokens)))
            else:
                removes.append(path)
            if not tokens.accept(","):
                break
    return sets, removes


def _assignment(tokens: Tokens) -> Assignment:
    left = operand(tokens)
    sign = tokens.accept("+", "-")
    if not sign:
        return lambda i, n, v: _required(left(i, n, v))
    right = operand(tokens)
    factor = 1 if sign == "+" else -1
    return lambda i, n, v: _sum(_required(left(i, n, v)), _required(right(i, n, v)), factor)


def _required(value: Value | None) -> Value:
    if value is None:
        raise InvalidExpression("The provided expression refers to an attribute that does not exist in the item")
    return value


def _sum(one: Value, other: Value, factor: int) -> Value:
    if "N" not in one or "N" not in other:
        raise InvalidExpression("An operand in the update expression has an incorrect data type")
    return {"N": str(Decimal(one["N"]) + factor * Decimal(other["N"]))}


def _set(new: dict[str, Value], path: Path, value: Value) -> None:
    """The item that it came of stays as it is: maps on the way are copied."""
    if len(path) == 1:
        new[path[0]] = value
        return
    inner: dict[str, Value] = dict(_map_at(new, path[0]))
    _set(inner, path[1:], value)
    new[path[0]] = {"M": inner}


def _remove(new: dict[str, Value], path: Path) -> None:
    if len(path) == 1:
        new.pop(path[0], None)
        return
    inner: dict[str, Value] = dict(_map_at(new, path[0]))
    _remove(inner, path[1:])
    new[path[0]] = {"M": inner}


def _map_at(new: dict[str, Value], name: str) -> Any:
    found = new.get(name)
    if found is None or "M" not in found:
        raise InvalidExpression("The document path provided in the update expression is invalid for update")
    return found["M"]
