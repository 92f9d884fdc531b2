"""The values that the stage's alarms watch."""

from cleave.domain.health import Thresholds
from cleave.entry.resources import settings


def thresholds() -> Thresholds:
    """The values above which they go off."""
    return Thresholds(settings().alarm_pending_seconds, settings().alarm_waiting_seconds)
