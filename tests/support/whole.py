"""The stream and the queue between the functions, without AWS."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3

from functions.deliver_webhook.app import handler as deliver
from functions.package_stream.app import handler as package_stream
from tests.support.stream_source import SourceConfig


@dataclass
class Flow:
    """Called, the stream and the queue bring what is new to their functions, until nothing new comes of it.

    ``take_records`` answers the stream's records since it was last called. ``tries``: how often one is brought.
    """

    take_records: Callable[[], list[dict[str, Any]]]
    queue_url: str
    tries: int = 1

    def __call__(self) -> None:
        while records := self.take_records():
            for record in filter(is_for_the_function, records):
                assert any(self._is_done(record) for _ in range(self.tries))
        sqs = boto3.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                event = {"Records": [{"messageId": message["MessageId"], "body": message["Body"]}]}
                assert deliver(event, None) == {"batchItemFailures": []}
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])

    def _is_done(self, record: dict[str, Any]) -> bool:
        return package_stream({"Records": [record]}, None) == {"batchItemFailures": []}


def is_for_the_function(record: dict[str, Any]) -> bool:
    """The filters of its event source."""
    return SourceConfig.from_template().lets_through(record)
