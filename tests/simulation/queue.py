"""SQS's standard queue and its event source: any order, delays, visibility, dead letters, a message twice."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.clients import Air
from tests.support.queue_source import MAX_RECEIVES, VISIBILITY_SECONDS


@dataclass(eq=False)
class Message:
    """``due`` is in virtual milliseconds."""

    number: int
    body: str
    due: float
    receives: int = 0


@dataclass
class SimulatedQueue:
    """``arrived`` hears of each message."""

    air: Air
    arrived: Callable[[float], None] = lambda _: None
    messages: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    sent: int = 0

    def send_message(self, **request: Any) -> dict[str, Any]:
        """As in boto3."""
        return self.air.carry("SendMessage", self._send, request)

    def _send(self, **request: Any) -> dict[str, Any]:
        self.sent += 1
        delay = 1000 * request.get("DelaySeconds", 0)
        self.messages.append(Message(self.sent, request["MessageBody"], self.air.scheduler.now + delay))
        self.arrived(delay)
        return {"MessageId": str(self.sent)}

    @property
    def next_due(self) -> float | None:
        """When the first message is to be seen; None for an empty queue."""
        return min((message.due for message in self.messages), default=None)

    def take(self) -> Message | None:
        """One of those that are due, hidden from now on."""
        scheduler = self.air.scheduler
        due = [message for message in self.messages if message.due <= scheduler.now]
        if not due:
            return None
        message = due[scheduler.current.rng.randrange(len(due))]
        if message.receives == MAX_RECEIVES:
            self.messages.remove(message)
            self.dead.append(message)
            return None
        message.receives += 1
        message.due = scheduler.now + 1000 * VISIBILITY_SECONDS
        return message

    def done(self, message: Message) -> None:
        """It is deleted, but for once in a while, when it comes again."""
        if message not in self.messages:
            return
        if self.air.scheduler.current.rng.random() < self.air.rates.redeliver:
            message.due = self.air.scheduler.now
        else:
            self.messages.remove(message)
