"""SQS and its event source, as far as the delivery function can tell: delays, groups in order, visibility."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

VISIBILITY_SECONDS = 360.0

type QueueHandler = Callable[[dict[str, Any], object], dict[str, Any]]


@dataclass
class _Message:
    number: int
    body: str
    group: str | None
    due: float
    receives: int = 0


@dataclass
class QueueSource:
    """``now`` is in seconds. Implements what the functions use of the SQS client."""

    now: Callable[[], float]
    messages: list[_Message] = field(default_factory=list)
    deduplicated: dict[str, float] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def send_message(
        self,
        *,
        QueueUrl: str,
        MessageBody: str,
        MessageGroupId: str | None = None,
        MessageDeduplicationId: str | None = None,
        DelaySeconds: int = 0,
    ) -> dict[str, Any]:
        """As in boto3."""
        del QueueUrl
        fresh = self.deduplicated.get(MessageDeduplicationId or "", -1e9) + 300 <= self.now()
        if MessageDeduplicationId is None or fresh:
            self.deduplicated[MessageDeduplicationId or ""] = self.now()
            due = self.now() + DelaySeconds
            self.messages.append(_Message(next(self._numbers), MessageBody, MessageGroupId, due))
        return {"MessageId": "sent"}

    def invoke_once(self, handler: QueueHandler, size: int = 1) -> bool:
        """Hand at most ``size`` messages over; answers whether there were any. A raised exception is the caller's."""
        batch = self._receivable()[:size]
        if not batch:
            return False
        for message in batch:
            message.receives += 1
            message.due = self.now() + VISIBILITY_SECONDS
        answer = handler({"Records": [_record(message) for message in batch]}, None)
        failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        done = {message.number for message in batch if str(message.number) not in failed}
        self.messages = [message for message in self.messages if message.number not in done]
        return True

    def _receivable(self) -> list[_Message]:
        """A group with a message in flight waits for it."""
        blocked: set[str] = set()
        found = []
        for message in self.messages:
            if message.group is not None and message.group in blocked:
                continue
            if message.due <= self.now():
                found.append(message)
            elif message.group is not None:
                blocked.add(message.group)
        return found


def _record(message: _Message) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": str(message.receives)}
    if message.group is not None:
        attributes["MessageGroupId"] = message.group
    return {"messageId": str(message.number), "body": message.body, "attributes": attributes, "eventSource": "aws:sqs"}
