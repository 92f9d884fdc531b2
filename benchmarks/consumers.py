"""The processor time that the two consumers take for one cancellation."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

from cleave.observability import logger

from benchmarks import prices
from benchmarks.functions import environment_of, memory_of
from benchmarks.journey import travel
from benchmarks.meter import Bill
from benchmarks.scale import to_nowhere
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


@dataclass(frozen=True, slots=True)
class Consumers:
    """Seconds of a processor for the split with its fan-out, and for the delivery of two messages; receivers are left
    out. With them, the round trips of each."""

    split: float
    deliver: float
    split_trips: int
    deliver_trips: int

    @property
    def quiet(self) -> float:
        """Seconds that the split waits for more cancellations."""
        return int(environment_of("PackageStream")["SPLIT_QUIET_MS"]) / 1000

    @property
    def split_seconds(self) -> float:
        """As Lambda takes them, without the quiet period."""
        return prices.Run(self.split, self.split_trips * prices.ROUND_TRIP_SECONDS, memory_of("PackageStream")).seconds

    @property
    def deliver_seconds(self) -> float:
        """As Lambda takes them, with a receiver that answers at once."""
        waits = self.deliver_trips * prices.ROUND_TRIP_SECONDS
        return prices.Run(self.deliver, waits, memory_of("DeliverWebhook")).seconds


def measure_alone(repeats: int) -> Consumers:
    """``measure_consumers`` in a process of its own, like the commit that it is compared with: what a benchmark has in
    its memory costs time whenever Python looks for garbage."""
    command = [sys.executable, "-m", "benchmarks.consumers", str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Consumers(**json.loads(done.stdout.splitlines()[-1]))


def measure_consumers(repeats: int) -> Consumers:
    """Medians."""
    meter: Any = ProcessorOnly()
    with engine_world(webhooks=1) as one:
        travel(one)  # makes what is made once
        counted = travel(one)
        journeys = [travel(replace(one, meter=meter)) for _ in range(repeats)]
    return Consumers(
        median(bill.cpu for each in journeys for bill in each.split),
        median(bill.cpu for each in journeys for bill in each.deliver),
        counted.split[0].round_trips,
        counted.deliver[0].round_trips,
    )


if __name__ == "__main__":
    to_nowhere(logger)
    print(json.dumps(asdict(measure_consumers(int(sys.argv[1])))))
