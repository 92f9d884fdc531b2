"""The kinds of values in wire models, in the forms that clients write. docs/values.md has the table.

Java services accept a text of digits as a number and a number as a text, and clients rely on it. A value means the same
in every form: later code does not see how it was written.
"""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

# Above this a JSON number is no longer exact in the clients that read it.
MAX_ID = 2**53 - 1
# The end of the year 9999, in milliseconds: Python has no later time.
MAX_TIME = 253_402_300_799_999
_MAX_TEXT = 1000
_NUMBER = re.compile(r"-?[0-9]{1,40}(?:[.][0-9]{1,40})?")
_JOINTS = re.compile("[_-]")
_TRUTHS = {"true": True, "false": False}

# Patterns of texts, and the message for a text that does not fit: callers should not have to read regular expressions.
# The form of any status, known or unknown.
STATUS_WORD = r"^[A-Za-z][A-Za-z0-9_]{0,39}$"
COUNTRY_CODE = r"^[A-Za-z]{2}$"
NAMES = r"^[^\s#]+$"
PRINTABLE = r"^[\x21-\x7e]+$"
PRINTABLE_OR_SPACE = r"^[\x20-\x7e]+$"
PATTERNS = {
    STATUS_WORD: "must be one word of letters and digits",
    COUNTRY_CODE: "must be a country code of two letters",
    NAMES: "must have no spaces and no #",
    PRINTABLE: "must have letters, digits and signs of ASCII only, without spaces",
    PRINTABLE_OR_SPACE: "must have letters, digits, signs and spaces of ASCII only",
}


def plain_fault(message: str) -> PydanticCustomError:
    """A fault for our validators to raise; callers get its message unchanged."""
    return PydanticCustomError("plain", "{message}", {"message": message})


def as_number(value: object) -> object:
    """The number of a text or an int, as Decimal. Any other value is returned unchanged, for pydantic to check."""
    if isinstance(value, str) and _NUMBER.fullmatch(text := value.strip()):
        return Decimal(text)
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def as_amount(value: object) -> object:
    """An amount of money. Raises a fault if it is not a number."""
    number = as_number(value)
    if not isinstance(number, Decimal):
        raise plain_fault("must be a number")
    return number


def as_whole(value: object) -> object:
    """A number without a fraction: 1.0 is 1."""
    number = as_number(value)
    return int(number) if isinstance(number, Decimal) and number == number.to_integral_value() else value


def as_text(value: object) -> object:
    """The text of a number."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def as_truth(value: object) -> object:
    """True or false from the two words, in any letter case. A number is neither: 1 may be meant as a quantity."""
    return _TRUTHS.get(value.strip().lower(), value) if isinstance(value, str) else value


def _as_said(value: object) -> object:
    """A text or a number, kept unchanged to be shown again."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise plain_fault("must be text or a whole number")
    return value


def any_case(*words: str) -> BeforeValidator:
    """One of the words, in any letter case, with or without separators."""
    folded = {_folded(word): word for word in words}

    def as_word(value: object) -> object:
        return folded.get(_folded(value), value) if isinstance(value, str) else value

    return BeforeValidator(as_word)


def _folded(word: str) -> str:
    return _JOINTS.sub("", word.strip().casefold())


type Id = Annotated[int, Field(gt=0, le=MAX_ID), BeforeValidator(as_whole)]
type Quantity = Annotated[int, Field(gt=0, le=1_000_000), BeforeValidator(as_whole)]
type Number = Annotated[int, Field(ge=-MAX_ID, le=MAX_ID), BeforeValidator(as_whole)]
type Time = Annotated[int, Field(ge=0, le=MAX_TIME), BeforeValidator(as_whole)]
type Money = Annotated[Decimal, Field(max_digits=15, decimal_places=4), BeforeValidator(as_amount)]
type Price = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=4), BeforeValidator(as_amount)]
type Truth = Annotated[bool, BeforeValidator(as_truth)]
type Text = Annotated[str, StringConstraints(max_length=_MAX_TEXT), BeforeValidator(as_text)]
type Label = Annotated[str, StringConstraints(min_length=1, max_length=300), BeforeValidator(as_text)]
type Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NAMES), BeforeValidator(as_text)]
# An imported item's number is the order's, a low line, and the stock code.
type ItemNumber = Annotated[str, StringConstraints(min_length=1, max_length=100 + 1 + 300), BeforeValidator(as_text)]
type Said = Annotated[
    Annotated[str, StringConstraints(max_length=_MAX_TEXT)] | Annotated[int, Field(ge=-MAX_ID, le=MAX_ID)],
    BeforeValidator(_as_said),
]
