"""The bucket of batches that the stream's event source gave up."""

from typing import TYPE_CHECKING

from cleave.application.operate.pending import FailedBatch
from cleave.metrics import Metric, emit

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def gauge_failed_batches(client: "S3Client", bucket: str) -> None:
    """Emit their number: S3's own metric comes only once a day."""
    emit({Metric.FAILED_BATCHES: [count_failed_batches(client, bucket)]})


def count_failed_batches(client: "S3Client", bucket: str) -> int:
    """Their number, 1,000 at most."""
    return client.list_objects_v2(Bucket=bucket)["KeyCount"]


def list_failed_batches(client: "S3Client", bucket: str) -> list[FailedBatch]:
    """The batches, oldest first, 1,000 at most. Their content is not read, because it holds customers' data."""
    found = client.list_objects_v2(Bucket=bucket).get("Contents", [])
    batches = (FailedBatch(each["Key"], each["LastModified"], each["Size"]) for each in found)
    return sorted(batches, key=lambda batch: batch.at)
