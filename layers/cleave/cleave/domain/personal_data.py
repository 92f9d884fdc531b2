"""The personal data in a package, and the package without it.

No rule reads it. Others chose the names of the fields, so a field is recognised by the words in its name, in any
spelling: ``invoiceTaxNumber``, ``invoice_tax_number`` and ``INVOICE-TAX-NUMBER`` are the same words. Everything inside
an address or a person is personal, under any name.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from cleave.domain.package import Line, Package
from cleave.domain.personal_words import (
    BARE_NAMES,
    IDENTITIES,
    NAMES,
    OF_A_KIND,
    OF_A_PERSON,
    PERSONAL,
    REACHED_AT,
    RUN_TOGETHER,
    STEMS,
)

# Replaces texts; numbers become 0, so that a typed client can still read them.
ERASED = "***"
# The field that marks an erased package.
MARK = "personalDataErased"


# Fields that hold another field's name.
_KEYS = ("key", "name", "field", "label", "type", "code")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_EMAIL = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+\.\w+")
_FOLDED = str.maketrans({"\u0131": "i", "\u0130": "I"})  # Turkish letters that have no accent to drop


def erase(package: Package) -> Package:
    """The package without personal data; units, money and history stay as they were. Erasing twice changes nothing
    more."""
    lines = tuple(_erased_line(line) for line in package.lines)
    details = {**_erased_object(package.details, frozenset()), MARK: True}
    return replace(package, lines=lines, details=details, own=_erased_object(package.own, frozenset()))


def _erased_line(line: Line) -> Line:
    return replace(
        line,
        details=_erased_object(line.details, frozenset()),
        own=_erased_object(line.own, frozenset()),
        units=tuple(replace(unit, details=_erased_object(unit.details, frozenset())) for unit in line.units),
    )


def is_erased(package: Package) -> bool:
    return MARK in package.details


def is_personal(name: str) -> bool:
    """Whether a field of that name is personal; everything in it is, too, if it is an object."""
    match words := _words(name):
        case []:
            return False
        case [word]:
            return not word.endswith(OF_A_KIND) and (_is_one(word) or any(part in word for part in RUN_TOGETHER))
        case _:
            pairs = (first + second for first, second in pairwise(words))
            return words[-1] not in OF_A_KIND and any(_is_one(word) for word in (*words, *pairs))


def _is_one(word: str) -> bool:
    return word in PERSONAL or word.startswith(STEMS)


def _words(name: str) -> list[str]:
    """The words of a field's name, in lower case and without accents."""
    plain = unicodedata.normalize("NFKD", name.translate(_FOLDED))
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    return [word.lower() for word in _WORD.findall(letters)]


def _erased_object(values: Mapping[str, Any], around: frozenset[str]) -> dict[str, Any]:
    of_a_person = bool(around & OF_A_PERSON) or any(map(_says_who, values))
    named = _named_by_a_value(values)
    return {
        name: _emptied(value) if name == named or (of_a_person and _is_bare_name(name)) else _erased_field(name, value)
        for name, value in values.items()
    }


def _says_who(name: str) -> bool:
    """Whether a field called ``name`` beside it is the name of a person, not of a thing."""
    words = _words(name)
    found = {*words, *(first + second for first, second in pairwise(words))}
    return is_personal(name) and bool(found & (NAMES | REACHED_AT | IDENTITIES))


def _is_bare_name(name: str) -> bool:
    return len(words := _words(name)) == 1 and words[0] in BARE_NAMES


def _named_by_a_value(values: Mapping[str, Any]) -> str | None:
    """The field that holds what another one names: ``{"key": "phone", "value": …}``."""
    names = {name.lower(): value for name, value in values.items()}
    is_about_a_person = any(isinstance(names.get(each), str) and is_personal(names[each]) for each in _KEYS)
    return next((name for name in values if name.lower() == "value"), None) if is_about_a_person else None


def _erased_field(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever came in
    return _emptied(value) if is_personal(name) else _erased(value, frozenset(_words(name)))


def _erased(value: Any, around: frozenset[str]) -> Any:  # noqa: ANN401 - whatever came in
    match value:
        case str():
            return _EMAIL.sub(ERASED, value)
        case Mapping():
            return _erased_object(value, around)
        case list():
            return [_erased(each, around) for each in value]
    return value


def _emptied(value: Any) -> Any:  # noqa: ANN401 - whatever came in
    """The value with its content erased and its shape kept. Empty values stay unchanged."""
    match value:
        case Mapping():
            return {name: _emptied(each) for name, each in value.items()}
        case list():
            return [_emptied(each) for each in value]
        case str():
            return ERASED if value else value
        case bool():
            return False
        case None:
            return None
    return 0
