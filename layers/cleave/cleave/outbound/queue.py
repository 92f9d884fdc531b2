"""The queue of wakes: a message only says where to look, so it may come twice, late and in any order."""

import json
import math
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from cleave.application.tell.wake_queue import Wake
from cleave.logs import Log, note

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class WakeQueue:
    """Implements ``cleave.application.tell.wake_queue.SendWake``."""

    client: "SQSClient"
    url: str

    def __call__(self, wake: Wake, delay: timedelta) -> None:
        """Raises botocore's ClientError if the queue did not take the message."""
        seconds = math.ceil(delay.total_seconds())
        self.client.send_message(QueueUrl=self.url, MessageBody=json.dumps(asdict(wake)), DelaySeconds=seconds)


@dataclass(frozen=True, slots=True)
class WakeHints:
    """The queue for a caller's request, whose work is done by then. If a message is lost, the reconcile finds the work
    in the table within a minute."""

    queue: WakeQueue

    def __call__(self, wake: Wake, delay: timedelta) -> None:
        """Raises nothing."""
        try:
            self.queue(wake, delay)
        except (ClientError, BotoCoreError):
            note(Log.WAKE_NOT_SENT, subscription=wake.subscription_id)


def count_messages(client: "SQSClient", url: str) -> int:
    """The approximate number of messages in a queue."""
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
