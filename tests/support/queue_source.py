"""SQS and its event source, as far as the delivery function can tell: delays, visibility, dead letters."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

VISIBILITY_SECONDS = 360.0
MAX_RECEIVES = 10

type QueueHandler = Callable[[dict[str, Any], object], dict[str, Any]]


@dataclass
class _Message:
    number: int
    body: str
    due: float
    receives: int = 0


@dataclass
class QueueSource:
    """A standard queue. ``now`` is in seconds. Implements what the functions use of the SQS client."""

    now: Callable[[], float]
    messages: list[_Message] = field(default_factory=list)
    dead: list[_Message] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def send_message(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - as in boto3
        """As in boto3."""
        due = self.now() + request.get("DelaySeconds", 0)
        self.messages.append(_Message(next(self._numbers), request["MessageBody"], due))
        return {"MessageId": "sent"}

    def invoke_once(self, handler: QueueHandler) -> bool:
        """Hand one message over; answers whether there was one. A raised exception is the caller's."""
        message = next((each for each in self.messages if each.due <= self.now()), None)
        if message is None:
            return False
        if message.receives == MAX_RECEIVES:
            self.messages.remove(message)
            self.dead.append(message)
            return True
        message.receives += 1
        message.due = self.now() + VISIBILITY_SECONDS
        if not handler({"Records": [_record(message)]}, None)["batchItemFailures"]:
            self.messages.remove(message)
        return True


def _record(message: _Message) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": str(message.receives)}
    return {"messageId": str(message.number), "body": message.body, "attributes": attributes, "eventSource": "aws:sqs"}
