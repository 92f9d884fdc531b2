"""The bucket in which the stream's event source keeps what it gave up."""

from typing import TYPE_CHECKING

from cleave.metrics import Metric, emit

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def gauge_failed_batches(client: "S3Client", bucket: str) -> None:
    """Emit how many are there, 1,000 at most: S3's own metric comes once a day."""
    found = client.list_objects_v2(Bucket=bucket)
    emit({Metric.FAILED_BATCHES: [found["KeyCount"]]})
