"""Removes our secrets from a receiver's answer, in whatever form it repeats them.

No list of the forms of a secret is complete. So the text is read in each way in which web servers encode text, one
after the other. If any reading contains a part of a secret, none of the text is shown.
"""

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from urllib.parse import unquote_plus

STRUCK = "***"
# A run of so many characters of a secret hardly ever appears by chance, and reveals little.
_PART = 8
# A shorter secret may appear in any text, so only its exact form is struck out.
_LEAST = 4
# Encodings may be nested three deep. A text of more readings than this is made to have them.
_DEPTH = 3
_MOST_READINGS = 1500
_ESCAPES = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))"
    r"|%u([0-9a-fA-F]{4})",
    re.DOTALL,
)
_BREAKS = frozenset("nrtfbv")
_TAG = re.compile(r"<[^<>]*>")
_QUOTED = re.compile(r"=(?:\r?\n|([0-9a-fA-F]{2}))")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{6,}")
_BASE32 = re.compile(r"[A-Z2-7]{8,}")
# No encoding ends at these lengths; each is too long by so many characters.
_LEFT_OVER = {1: 1, 3: 1, 6: 1}
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F](?:[\s:,;-]|0x|[0-9a-fA-F]){5,}")
_NO_HEX = re.compile(r"0x|[^0-9a-fA-F]")
_BYTES = re.compile(r"\d{1,3}(?:[\s,;]+\d{1,3}){3,}")
_LAST_CHARACTER, _BYTE = 0x10FFFF, 256


def strike_out(text: str, secrets: Sequence[str], most: int | None = None) -> str:
    """The text's first ``most`` characters, with STRUCK in place of each secret; only STRUCK if they have any part of
    one in another form."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, STRUCK)
    shown = text[:most]  # what is not shown need not be read
    finders = [_finder(secrets, fold) for fold in (_folded, _joined)]
    readings = list(islice(_readings(shown), _MOST_READINGS))
    is_said = len(readings) == _MOST_READINGS or any(said(reading) for reading in readings for said in finders)
    return STRUCK if is_said else shown


def _finder(secrets: Sequence[str], fold: Callable[[str], str]) -> Callable[[str], bool]:
    """Whether a reading contains a part of a secret, or the whole of a short one."""
    folded = [fold(secret) for secret in secrets]
    parts = frozenset(part for each in folded for part in _parts(each))
    short = [each for each in folded if _LEAST <= len(each) < _PART]

    def is_said(reading: str) -> bool:
        said = fold(reading)
        return not parts.isdisjoint(_parts(said)) or any(each in said for each in short)

    return is_said


def _folded(text: str) -> str:
    """Only letters and digits: separators, quotes and zero bytes hide nothing."""
    return "".join(filter(str.isalnum, text.casefold()))


def _joined(text: str) -> str:
    """All that is printed: a secret may be of signs alone."""
    return _without_gaps(text).casefold()


def _without_gaps(text: str) -> str:
    """What is broken over lines, or has two bytes a character, in one piece."""
    return "".join(each for each in text if each.isprintable() and not each.isspace())


def _parts(folded: str) -> Iterator[str]:
    return (folded[start : start + _PART] for start in range(len(folded) - _PART + 1))


def _readings(text: str) -> Iterator[str]:
    """The text itself, and every text that it may encode."""
    known, latest = {text}, [text]
    yield text
    for _ in range(_DEPTH):
        found = [read(each) for each in latest for read in _WAYS]
        latest = list(dict.fromkeys(each for each in found if each and each not in known))
        known.update(latest)
        yield from latest


def _unescaped(text: str) -> str:
    return _ESCAPES.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    braced, four, byte, eight, octal, itself, script = found.groups()
    if itself is not None:
        return "\n" if itself in _BREAKS else str(itself)
    number = int(octal, 8) if octal else int(braced or four or byte or eight or script, 16)
    return chr(number) if number <= _LAST_CHARACTER else ""


def _unquoted(text: str) -> str:
    return _QUOTED.sub(lambda found: chr(int(found[1], 16)) if found[1] else "", text)


def _of_base64(text: str) -> str:
    """The decoded form of each long enough word, from each position at which the encoding may begin."""
    words = [*_BASE64.findall(text), *_BASE64.findall(_without_gaps(text))]
    return "\n".join(_decoded(word[start:]) for word in words for start in range(4))


def _decoded(word: str) -> str:
    whole = word.translate(str.maketrans("-_", "+/"))
    whole = whole[: -1 if len(whole) % 4 == 1 else None]
    return base64.b64decode(whole + "=" * (-len(whole) % 4)).decode(errors="replace")


def _of_base32(text: str) -> str:
    words = (word[: len(word) - _LEFT_OVER.get(len(word) % 8, 0)] for word in _BASE32.findall(text))
    return "\n".join(base64.b32decode(word + "=" * (-len(word) % 8)).decode(errors="replace") for word in words)


def _of_hex(text: str) -> str:
    """Of each run of digits, whichever of the first two begins a byte."""
    runs = (_NO_HEX.sub("", each) for each in _HEX.findall(text))
    found = (run[start : len(run) - (len(run) - start) % 2] for run in runs for start in (0, 1))
    return "\n".join(binascii.unhexlify(each).decode(errors="replace") for each in found)


def _of_bytes(text: str) -> str:
    """As programs print them, in decimals."""
    found = ([int(each) for each in re.findall(r"\d+", run)] for run in _BYTES.findall(text))
    return "\n".join(bytes(each for each in run if each < _BYTE).decode(errors="replace") for run in found)


def _untagged(text: str) -> str:
    return _TAG.sub("", text)


def _reversed(text: str) -> str:
    return text[::-1]


_WAYS: tuple[Callable[[str], str], ...] = (
    _unescaped,
    unquote_plus,
    html.unescape,
    _unquoted,
    _of_base64,
    _of_base32,
    _of_hex,
    _of_bytes,
    _without_gaps,
    _untagged,
    _reversed,
)
