"""The delivery queue: it only says where to look, so its messages may come twice and in any order."""

import json
import math
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cleave.store.tracks import Wake

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class DeliveryQueue:
    """Implements ``cleave.application.wake.Doorbell``."""

    client: "SQSClient"
    url: str

    def __call__(self, wake: Wake, delay: timedelta) -> None:
        """Raises botocore's ClientError if the queue did not take the message."""
        seconds = math.ceil(delay.total_seconds())
        self.client.send_message(QueueUrl=self.url, MessageBody=json.dumps(asdict(wake)), DelaySeconds=seconds)
