"""`cleave redrive`: sends batches that the stream's sources gave up to their functions again."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from cleave_cli.console import console, showing_each
from cleave_cli.errors import CleaveError
from cleave_cli.operate import find_stack
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.reporting import reporting_errors

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Redriven:
    """One object of the bucket: how many records were in it, and how many failed again."""

    key: str
    records: int
    failed: int


@dataclass(frozen=True)
class Redrive:
    """Sends each batch to the function that failed at it, as the source did, under that function's own role. Repeated
    work has no effect. ``function`` is used for records that do not name one."""

    s3: "S3Client"
    functions: "LambdaClient"
    bucket: str
    function: str

    def __call__(self) -> Iterator[Redriven]:
        """The oldest first. An object is deleted once all its records succeeded; the others stay for the next time."""
        for key in sorted(self._keys(), key=lambda key: key.rpartition("/")[2]):
            body = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
            record = json.loads(body)
            payload: str = record["payload"]
            records = len(json.loads(payload)["Records"])
            failed = self._failed(record["requestContext"].get("functionArn", self.function), payload, records)
            if not failed:
                self.s3.delete_object(Bucket=self.bucket, Key=key)
            yield Redriven(key, records, failed)

    def _keys(self) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return [each["Key"] for page in pages for each in page.get("Contents", [])]

    def _failed(self, function: str, payload: str, records: int) -> int:
        answer = self.functions.invoke(FunctionName=function, Payload=payload.encode())
        if "FunctionError" in answer:
            return records
        return len(json.loads(answer["Payload"].read())["batchItemFailures"])


@reporting_errors()
def redrive(
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Send the records that the stream gave up to their functions again; status 1 if some still fail."""
    found = find_stack(stack, state)
    again = Redrive(
        found.s3,
        found.session.client("lambda", endpoint_url=found.endpoint),
        found.outputs["FailedRecordsBucket"],
        found.outputs["PackageStreamFunctionName"],
    )
    failed = 0
    with showing_each(as_json=as_json) as show_one:
        for batch in again():
            show_one(asdict(batch), f"{batch.key}: {batch.records - batch.failed} of {batch.records} records done")
            failed += batch.failed
    if failed:
        raise CleaveError(f"{failed} records failed again and stay in the bucket. The function's log says why.")
    if not as_json:
        console.print("No batch is left in the bucket.")
