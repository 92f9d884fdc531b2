"""The delivery queue: FIFO, one message group for each lane."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cleave.application.notify import DeliveryTask

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class DeliveryQueue:
    """Keeps a lane in order, and drops a task that is queued again within five minutes."""

    client: "SQSClient"
    url: str

    def __call__(self, task: DeliveryTask) -> None:
        """Queue a task; raises botocore's ClientError if the queue did not take it."""
        self.client.send_message(
            QueueUrl=self.url,
            MessageBody=task.to_message(),
            MessageGroupId=task.lane,
            MessageDeduplicationId=f"{task.lane}#{task.sequence}",
        )
