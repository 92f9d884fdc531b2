"""The only place that reads the time, so that tests can freeze it. It also converts times to milliseconds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970. Exact: float timestamps lose milliseconds to rounding."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """Aware UTC."""
    return _EPOCH + milliseconds * _MILLISECOND


def now() -> datetime:
    """Aware UTC, to the millisecond: the wire and the table keep no more."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def optional_ms(moment: datetime | None) -> int | None:
    """``to_ms`` of a time that may be missing."""
    return None if moment is None else to_ms(moment)


def optional_moment(milliseconds: int | Decimal | None) -> datetime | None:
    """``from_ms`` of a number that may be missing; DynamoDB's numbers are Decimals."""
    return None if milliseconds is None else from_ms(int(milliseconds))
