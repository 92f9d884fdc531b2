"""The stream: lanes of it, each with AWS's contract of an event source."""

import functools
import json
from typing import TYPE_CHECKING, Any

from tests.simulation.scheduler import Actor
from tests.support.stream_source import Record, SourceConfig, StreamSource

if TYPE_CHECKING:
    from tests.simulation.world import World

POLL_MS = 20


@functools.cache
def source_config() -> SourceConfig:
    """The template's."""
    return SourceConfig.from_template()


class Lane:
    """One shard's stream, or a part of it that is read beside the others: one batch at a time."""

    def __init__(self, world: "World") -> None:
        """Nothing waits."""
        self.world = world
        self.source = StreamSource(source_config(), self._handle, lambda: world.scheduler.now / 1000)
        self.actor: Actor | None = None

    def take(self, record: Record) -> None:
        """A record of the lane."""
        self.source.take([record])
        if self.source.waiting and self.actor is not None:
            self.world.scheduler.wake(self.actor, POLL_MS)

    def run(self) -> None:
        """Invoke while there are records; at times old ones come again."""
        scheduler = self.world.scheduler
        while True:
            rates, rng = self.world.air.rates, scheduler.current.rng
            if rng.random() < rates.redeliver and self.source.history:
                self.source.redeliver(max(len(self.source.history) - 1 - rng.randrange(12), 0), 1 + rng.randrange(6))
            size = 1 + rng.randrange(4) if rng.random() < rates.cut else None
            if not self.source.invoke_once(size):
                scheduler.park()
            elif self.source.waiting:
                scheduler.sleep(POLL_MS)

    def _handle(self, event: dict[str, Any], _: object) -> dict[str, Any]:
        answer = self.world.invoke("package_stream", event)
        if answer is None:
            raise ConnectionError("the invocation ended")
        if answer["batchItemFailures"]:
            self.world.blame("package_stream")
            self.world.scheduler.sleep(1000)  # Lambda waits before it tries again
        return answer

    def redrive(self) -> int:
        """Bring again what was given up; how many batches failed again."""
        left = []
        for batch in self.source.given_up:
            answer = self.world.invoke("package_stream", json.loads(batch["payload"]))
            if answer is None or answer["batchItemFailures"]:
                left.append(batch)
        self.source.given_up[:] = left
        return len(left)
