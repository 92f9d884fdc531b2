"""Query parameters, and the refusal of an invalid one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cleave.clock import to_ms
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.status import status_word
from cleave.entry.values import MAX_ID, MAX_TIME, STATUS_WORD

TWO_WEEKS = timedelta(days=14)
# Callers count two weeks back from their own clocks, and before the request has travelled.
_LEEWAY = timedelta(minutes=1)
_MAX_DIGITS = len(str(MAX_ID))
_ORDER_NUMBER = re.compile(r"[^\s#]{1,100}")  # as an import takes them; DynamoDB fails on a key above 1 KB
_MAX_STATUSES = 50  # each is a part of a query's expression
_PLACE = re.compile(r"\[[0-9]*\]$")
_STATUS = re.compile(STATUS_WORD)


@dataclass(frozen=True, slots=True)
class Parameters:
    """``query`` has a list for each name, as API Gateway passes it. An empty value counts as missing.

    A list may be named ``name``, ``name[]``, or ``name[0]``, ``name[1]``, as PHP writes it.
    """

    query: Mapping[str, list[str]]

    def text(self, name: str) -> str | None:
        """The parameter's last value."""
        values = [value.strip() for value in self.query.get(name, []) if value.strip()]
        return values[-1] if values else None

    def texts(self, name: str) -> list[str]:
        """All values under all forms of the name; each may be a comma list."""
        values = [value for each, found in self.query.items() if _PLACE.sub("", each) == name for value in found]
        return [text.strip() for value in values for text in value.split(",") if text.strip()]

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """Raises Refusal unless it is a whole number from ``least`` to ``most``."""
        text = self.text(name)
        number = default if text is None else whole_number(name, text)
        if not least <= number <= most:
            raise refused(name, f"must be from {least} to {most}")
        return number

    def order_number(self, name: str) -> str | None:
        """Raises Refusal if it cannot be an order's number."""
        number = self.text(name)
        if number is not None and not _ORDER_NUMBER.fullmatch(number):
            raise refused(name, "must have 1 to 100 characters, without spaces and #")
        return number

    def time(self, name: str) -> int | None:
        """Milliseconds since 1970. Raises Refusal."""
        return None if self.text(name) is None else self.number(name, 0, least=0, most=MAX_TIME)

    def choice[T](self, name: str, choices: Mapping[str, T]) -> T:
        """The choice that the value names, in any letter case; without a value the first one. Raises Refusal."""
        folded = {each.casefold(): meaning for each, meaning in choices.items()}
        text = (self.text(name) or next(iter(choices))).casefold()
        if text not in folded:
            raise refused(name, f"must be one of {', '.join(choices)}")
        return folded[text]

    def statuses(self, name: str) -> frozenset[str]:
        """Statuses in any letter case, also unknown ones, since packages may have been imported with them. Raises
        Refusal."""
        texts = self.texts(name)
        if len(texts) > _MAX_STATUSES or not all(_STATUS.match(text) for text in texts):
            raise refused(name, f"must be at most {_MAX_STATUSES} words of letters, digits and underscores")
        return frozenset(status_word(text) for text in texts)

    def window(self, start: str, end: str, at: datetime, default: timedelta) -> tuple[int, int | None]:
        """The milliseconds from ``start`` to ``end``; without an end, up to now and open. Raises Refusal.

        A missing start is ``default`` before the end. The two are at most two weeks apart.
        """
        start_ms, end_ms = self.time(start), self.time(end)
        last_ms = to_ms(at) if end_ms is None else end_ms
        if start_ms is None:
            return max(last_ms - _milliseconds(default), 0), end_ms
        if start_ms > last_ms:
            raise refused(start, f"must not be after {end if end_ms is not None else 'now'}")
        leeway = _LEEWAY if end_ms is None else timedelta(0)
        if last_ms - start_ms > _milliseconds(TWO_WEEKS + leeway):
            raise refused(start, f"must be at most {TWO_WEEKS.days} days before {end}, which is now if it is absent")
        return start_ms, end_ms


def whole_number(name: str, text: str) -> int:
    """Raises Refusal, naming the parameter."""
    if not (text.isascii() and text.isdigit()) or len(text) > _MAX_DIGITS:
        raise refused(name, "must be a whole number")
    return int(text)


def refused(name: str, message: str) -> Refusal:
    """The refusal of a parameter's value."""
    return Refusal(RefusalCode.BODY_INVALID, message, field=name)


def _milliseconds(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)
