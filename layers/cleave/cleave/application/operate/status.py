"""Operators' first view: how long work has been due and how much was given up, each value with its threshold."""

from datetime import datetime

from cleave.application.operate.gauges import read_gauges
from cleave.domain.health import Gauge, GaugeName, Thresholds
from cleave.table.table import Table

# A single given-up item is too many. Failing receivers are not our fault, and no alarm counts them.
_ONE = 1


def read_status(
    table: Table, at: datetime, thresholds: Thresholds, *, failed_batches: int, dead_letters: int
) -> list[Gauge]:
    """The gauges in the order of the work, from a cancellation to its receiver."""
    read = read_gauges(table, at)
    return [
        Gauge(GaugeName.CANCELLATION, read.cancellation, thresholds.pending),
        Gauge(GaugeName.EVENT, read.event, thresholds.pending),
        Gauge(GaugeName.FAILED_BATCHES, failed_batches, _ONE),
        Gauge(GaugeName.DELIVERY, read.delivery, thresholds.waiting),
        Gauge(GaugeName.RECEIVERS, read.failing, None),
        Gauge(GaugeName.DEAD_LETTERS, dead_letters, _ONE),
    ]
