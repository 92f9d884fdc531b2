"""The processor time that the two consumers take for one cancellation."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from statistics import median
from typing import Any

from benchmarks.journey import travel
from benchmarks.meter import Bill
from benchmarks.world import engine_world


class ProcessorOnly:
    """In place of the meter, whose looks at requests and answers take time too."""

    @contextmanager
    def open(self) -> Iterator[Bill]:
        """Only ``cpu`` is known."""
        bill = Bill()
        started = time.process_time()
        yield bill
        bill.cpu = time.process_time() - started


def processor_of_consumers(repeats: int) -> float:
    """Seconds of the split with its fan-out and of the delivery of two messages; receivers are left out."""
    meter: Any = ProcessorOnly()
    with engine_world(webhooks=1) as one:
        travel(one)  # makes what is made once
        journeys = [travel(replace(one, meter=meter)) for _ in range(repeats)]
    return median(sum(bill.cpu for bill in (*each.split, *each.deliver)) for each in journeys)
