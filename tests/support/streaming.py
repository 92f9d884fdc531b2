"""The stream function's work on records of a test's own choice."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cleave.application.split.due_work import Cleared, Worker
from cleave.application.split.quiet_period import QuietPeriod
from cleave.application.tell.wake_queue import SendWake
from cleave.entry.stream import consume_stream
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.table import Table

from tests.support.splits import unheard
from tests.support.stream import stream_records
from tests.support.stream_source import SourceConfig

type Record = dict[str, Any]

QUIET = QuietPeriod(timedelta(milliseconds=250), timedelta(seconds=1))
_FILTER = SourceConfig.from_template().lets_through


def due_records(table: Table) -> list[Record]:
    """What the event source lets through, of all since the table was made."""
    return [record for record in stream_records(table) if _FILTER(record)]


def place_of(record: Record) -> str:
    """By which Lambda is told which record failed."""
    place: str = record["dynamodb"]["SequenceNumber"]
    return place


@dataclass
class Consumer:
    """One environment of the function; ``sleeps`` are what it rested."""

    table: Table
    send_wake: SendWake = unheard
    quiet: QuietPeriod = field(default_factory=QuietPeriod)
    pause: Any = None
    cleared: Cleared = field(default_factory=Cleared)
    numbers: TrackingNumbers = field(default_factory=TrackingNumbers)

    def __call__(self, records: list[Record]) -> list[str]:
        """The places of the records that failed."""
        pause = self.pause or _never
        worker = Worker(self.table, self.send_wake, self.numbers, self.quiet, self.cleared, pause)
        failures = consume_stream(worker, {"Records": records})["batchItemFailures"]
        return [each["itemIdentifier"] for each in failures]

    def everything(self) -> None:
        """All that was written, until its own writes bring nothing new."""
        seen = 0
        while len(records := due_records(self.table)) > seen:
            assert self(records[seen:]) == []
            seen = len(records)


def _never(seconds: float) -> None:
    raise AssertionError(f"it slept {seconds} s")
