"""DynamoDB's condition, filter and update expressions, as far as the store uses them, compiled once for each text.

A compiled condition is a function of an item (None: there is none) and the request's names and values. Values are
DynamoDB's typed ones, for example ``{"N": "1"}``; numbers are compared as numbers.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

type Value = Mapping[str, Any]
type Image = Mapping[str, Value]
type Names = Mapping[str, str]
type Values = Mapping[str, Value]
type Condition = Callable[[Image | None, Names, Values], bool]
type Operand = Callable[[Image | None, Names, Values], Value | None]
type Path = tuple[str, ...]

_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+\-]|[#:]?[A-Za-z_][A-Za-z0-9_]*(?:\.[#]?[A-Za-z0-9_]+)*)")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}


class InvalidExpression(ValueError):  # noqa: N818 - DynamoDB's ValidationException
    """DynamoDB would refuse the request."""


class Tokens:
    """What is left of an expression."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        self.place = 0
        at, text = 0, text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise InvalidExpression(text)
            self.tokens.append(found.group(1))
            at = found.end()

    def peek(self) -> str:
        """The next one; empty at the end."""
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        """The next one, which is then behind us."""
        token = self.peek()
        self.place += 1
        return token

    def accept(self, *words: str) -> str:
        """Take the next one if it is one of these, in any case."""
        return self.take() if self.peek().upper() in words else ""

    def expect(self, word: str) -> None:
        """Take it; it must be this."""
        if self.take() != word:
            raise InvalidExpression(f"{word} expected in {self.tokens}")


def resolved(text: str, names: Names) -> Path:
    """A path with its placeholders filled in."""
    return tuple(names[part] if part.startswith("#") else part for part in text.split("."))


def at_path(image: Image | None, path: Path) -> Value | None:
    """The value there; None where there is none."""
    if image is None:
        return None
    value = image.get(path[0])
    for part in path[1:]:
        if value is None or "M" not in value:
            return None
        value = value["M"].get(part)
    return value


def plain(value: Value) -> tuple[str, Any]:
    """The type and what can be compared of it."""
    ((kind, content),) = value.items()
    return kind, Decimal(content) if kind == "N" else content


@functools.cache
def condition(text: str) -> Condition:
    """Compile a condition or filter."""
    tokens = Tokens(text)
    compiled = _any(tokens)
    if tokens.peek():
        raise InvalidExpression(text)
    return compiled


def _any(tokens: Tokens) -> Condition:
    parts = [_all(tokens)]
    while tokens.accept("OR"):
        parts.append(_all(tokens))
    return parts[0] if len(parts) == 1 else lambda i, n, v: any(each(i, n, v) for each in parts)


def _all(tokens: Tokens) -> Condition:
    parts = [_one(tokens)]
    while tokens.accept("AND"):
        parts.append(_one(tokens))
    return parts[0] if len(parts) == 1 else lambda i, n, v: all(each(i, n, v) for each in parts)


def _one(tokens: Tokens) -> Condition:
    if tokens.accept("NOT"):
        inner = _one(tokens)
        return lambda i, n, v: not inner(i, n, v)
    if tokens.accept("("):
        inner = _any(tokens)
        tokens.expect(")")
        return inner
    if tokens.peek().lower() in {"attribute_exists", "attribute_not_exists"}:
        return _existence(tokens)
    if tokens.peek().lower() == "begins_with":
        return _beginning(tokens)
    return _comparison(tokens)


def _existence(tokens: Tokens) -> Condition:
    wanted = tokens.take().lower() == "attribute_exists"
    tokens.expect("(")
    path = tokens.take()
    tokens.expect(")")
    value = _at(path)
    return lambda i, n, v: (value(i, n, v) is not None) == wanted


def _beginning(tokens: Tokens) -> Condition:
    tokens.take()
    tokens.expect("(")
    left = operand(tokens)
    tokens.expect(",")
    right = operand(tokens)
    tokens.expect(")")

    def begins(i: Image | None, n: Names, v: Values) -> bool:
        one, other = left(i, n, v), right(i, n, v)
        return one is not None and other is not None and str(one.get("S", "")).startswith(str(other["S"]))

    return begins


def _comparison(tokens: Tokens) -> Condition:
    left = operand(tokens)
    word = tokens.take()
    if word.upper() == "BETWEEN":
        low = operand(tokens)
        if not tokens.accept("AND"):
            raise InvalidExpression("BETWEEN without AND")
        high = operand(tokens)
        return lambda i, n, v: (
            _compare(">=", left(i, n, v), low(i, n, v)) and _compare("<=", left(i, n, v), high(i, n, v))
        )
    if word.upper() == "IN":
        others = _listed(tokens)
        return lambda i, n, v: any(_equal(left(i, n, v), other(i, n, v)) for other in others)
    right = operand(tokens)
    if word == "=":
        return lambda i, n, v: _equal(left(i, n, v), right(i, n, v))
    if word == "<>":
        return lambda i, n, v: not _equal(left(i, n, v), right(i, n, v))
    return lambda i, n, v: _compare(word, left(i, n, v), right(i, n, v))


def _listed(tokens: Tokens) -> Sequence[Operand]:
    tokens.expect("(")
    found = [operand(tokens)]
    while tokens.accept(","):
        found.append(operand(tokens))
    tokens.expect(")")
    return found


def operand(tokens: Tokens) -> Operand:
    """A value, a path, or one of the functions ``size`` and ``if_not_exists``."""
    token = tokens.take()
    if token.startswith(":"):
        return lambda _, __, v: v[token]
    if token.lower() == "size" and tokens.accept("("):
        inner = operand(tokens)
        tokens.expect(")")
        return lambda i, n, v: _size(inner(i, n, v))
    if token.lower() == "if_not_exists" and tokens.accept("("):
        path = tokens.take()
        tokens.expect(",")
        other = operand(tokens)
        tokens.expect(")")
        return lambda i, n, v: at_path(i, resolved(path, n)) or other(i, n, v)
    return _at(token)


def _at(text: str) -> Operand:
    """What stands at a path. Most have one part, and a placeholder for it or none."""
    if "." in text:
        return lambda i, n, _: at_path(i, resolved(text, n))
    if text.startswith("#"):
        return lambda i, n, _: None if i is None else i.get(n[text])
    return lambda i, _, __: None if i is None else i.get(text)


def _size(value: Value | None) -> Value | None:
    """Numbers have none, nor have yes, no and null."""
    if value is None:
        return None
    kind, content = plain(value)
    return None if kind in {"N", "BOOL", "NULL"} else {"N": str(len(content))}


def _equal(one: Value | None, other: Value | None) -> bool:
    return one is not None and other is not None and (one == other or plain(one) == plain(other))


def _compare(word: str, one: Value | None, other: Value | None) -> bool:
    """Values of different types are neither less nor greater."""
    if one is None or other is None:
        return False
    (kind, a), (other_kind, b) = plain(one), plain(other)
    return kind == other_kind and _COMPARISONS[word](a, b)
