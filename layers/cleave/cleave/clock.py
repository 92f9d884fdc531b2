"""The only place that reads the time, so that tests can freeze it; and instants as milliseconds."""

from datetime import UTC, datetime, timedelta

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
