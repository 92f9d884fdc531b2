"""`cleave redrive`: sends batches that the stream's sources gave up to their functions again."""

import json
from collections.abc import Iterator, Sequence
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
    """One object of the bucket: how many records were in it, and how many failed again; None if it cannot be read."""

    key: str
    records: int | None
    failed: int | None

    @property
    def words(self) -> str:
        """A line for a person."""
        if self.records is None or self.failed is None:
            return f"{self.key} cannot be read"
        return f"{self.key}: {self.records - self.failed} of {self.records} records done"


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
            try:
                function, payload, records = self._opened(body)
            except (ValueError, LookupError, TypeError, AttributeError):
                yield Redriven(key, None, None)
                continue
            failed = self._failed(function, payload, records)
            if not failed:
                self.s3.delete_object(Bucket=self.bucket, Key=key)
            yield Redriven(key, records, failed)

    def _opened(self, body: bytes) -> tuple[str, str, int]:
        """The function that failed, its payload, and the number of its records. Raises an error for any other text."""
        record = json.loads(body)
        payload: str = record["payload"]
        return record["requestContext"].get("functionArn", self.function), payload, len(json.loads(payload)["Records"])

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
    done: list[Redriven] = []
    with showing_each(as_json=as_json) as show_one:
        for batch in again():
            show_one(asdict(batch), batch.words)
            done.append(batch)
    _check(done)
    if not as_json:
        console.print("No batch is left in the bucket.")


def _check(done: Sequence[Redriven]) -> None:
    """Raises CleaveError if something stays in the bucket."""
    unreadable = sum(batch.failed is None for batch in done)
    failed = sum(batch.failed or 0 for batch in done)
    if unreadable:
        raise CleaveError(f"{unreadable} batches cannot be read and stay in the bucket; {failed} records failed again.")
    if failed:
        raise CleaveError(f"{failed} records failed again and stay in the bucket. The function's log says why.")
