"""What of a package says who a person is, and the package without it.

Rules read none of it. It came in under names of fields that others chose, so a field is recognised by the words of its
name, in any spelling: ``invoiceTaxNumber``, ``invoice_tax_number`` and ``INVOICE-TAX-NUMBER`` are the same words. All
that stands inside an address or a person is theirs, whatever it is called.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from cleave.domain.package import Line, Package

# Texts become this one; numbers become 0, so that a typed client can still read them.
ERASED = "***"
# An erased package says so, under this name among its details.
MARK = "personalDataErased"


def _words_of(*texts: str) -> frozenset[str]:
    return frozenset(" ".join(texts).split())


# Words, and pairs of words, of a field's name. What holds a person or an address is theirs with everything in it.
_PERSON = _words_of(
    "customer buyer recipient receiver consignee addressee purchaser payer shopper cardholder contact person user",
    "musteri alici",
)
_ADDRESS = _words_of("address addresses adres adresi")
# Of objects in which a bare name is a person's.
_OF_A_PERSON = _words_of("billing invoice shipping shipment delivery")
_NAMES = _words_of(
    "firstname lastname middlename fullname givenname familyname maidenname secondname surname forename nickname",
    "username adsoyad soyad soyadi",
)
_PLACES = _words_of(
    "street sokak cadde mahalle neighborhood neighbourhood district ilce city town village county postal postcode zip",
    "zipcode latitude longitude coordinates buildingno buildingnumber doorno doornumber apartmentno apartmentnumber",
    "housenumber",
)
_REACHED_AT = _words_of("phone telephone phonenumber tel telefon gsm mobile msisdn fax whatsapp email mail eposta")
_IDENTITIES = _words_of(
    "identity tckn tckimlik kimlik passport ssn nationalid citizenid vkn taxnumber taxno taxid taxoffice",
    "taxidentification vergi vatnumber vatno vatid iban cardnumber birth birthdate birthday dob gender",
)
_WORDS_TO = _words_of("giftmessage giftnote deliverynote ordernote")
_PERSONAL = _PERSON | _ADDRESS | _NAMES | _PLACES | _REACHED_AT | _IDENTITIES | _WORDS_TO
# In one run of letters words cannot be told apart: those count there that are too long to be part of another.
_LONG = 7
_RUN_TOGETHER = tuple(sorted(word for word in _PERSONAL if len(word) >= _LONG))
# A field whose name ends so says of what kind something is, or how much, and not who.
_OF_A_KIND = tuple(
    sorted(
        _words_of(
            "type types status count kind option options format language currency",
            "price amount total discount fee rate quantity commission",
        )
    )
)

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_EMAIL = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+\.\w+")
_FOLDED = str.maketrans({"\u0131": "i", "\u0130": "I"})  # Turkish letters that have no accent to drop


def erase(package: Package) -> Package:
    """The package without personal data, its units, money and story as they were. Again, it is the same."""
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
    """Whether it was."""
    return MARK in package.details


def is_personal(name: str) -> bool:
    """Whether a field of that name says who or where somebody is; what it holds, if it is an object, is too."""
    match _words(name):
        case []:
            return False
        case [word]:
            return not word.endswith(_OF_A_KIND) and (word in _PERSONAL or any(part in word for part in _RUN_TOGETHER))
        case words:
            pairs = {first + second for first, second in pairwise(words)}
            return words[-1] not in _OF_A_KIND and bool({*words, *pairs} & _PERSONAL)


def _words(name: str) -> list[str]:
    """In lower case and without accents."""
    plain = unicodedata.normalize("NFKD", name.translate(_FOLDED))
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    return [word.lower() for word in _WORD.findall(letters)]


def _erased_object(values: Mapping[str, Any], around: frozenset[str]) -> dict[str, Any]:
    return {name: _erased_field(name, value, around) for name, value in values.items()}


def _erased_field(name: str, value: Any, around: frozenset[str]) -> Any:  # noqa: ANN401 - whatever came in
    words = frozenset(_words(name))
    if is_personal(name) or (words == {"name"} and around & _OF_A_PERSON):
        return _emptied(value)
    return _erased(value, words)


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
    """All that is in it gone, its shape kept; what says nothing stays as it is."""
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
