"""`cleave erase`: removes persons' names, addresses and numbers from everything that is stored about an order."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer
from cleave.application.operate.erase_order import Erased, erase_order
from cleave.table.failures import Contended

from cleave_cli.console import show
from cleave_cli.errors import CleaveError
from cleave_cli.operate import find_stack
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.reporting import reporting_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@reporting_errors()
def erase(
    number: Annotated[str, typer.Argument(help="The order's number.")],
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Erase an order's personal data, for all its sellers; units and history stay. Repeating it does no harm."""
    found = find_stack(stack, state)
    try:
        erased = erase_order(found.table, number)
    except Contended:
        raise CleaveError("The order is being changed by others all the time; erase it again.") from None
    batches = FailedRecords(found.s3, found.outputs["FailedRecordsBucket"])
    records = batches.forget(number)
    erased.unreadable.update(batches.unreadable)
    if not erased.found and not records and not erased.unreadable:
        raise CleaveError(f"Nothing is kept of an order {number}.")
    document = {**asdict(erased), "unreadable": sorted(erased.unreadable), "records": records}
    show(document, _said(number, erased, records), as_json=as_json)
    if erased.unreadable:
        raise CleaveError(f"These items cannot be read, and may hold personal data: {', '.join(erased.unreadable)}")


def _said(number: str, erased: Erased, records: int) -> str:
    if not erased.writes and not records:
        return f"Order {number}: nothing was left to erase."
    return (
        f"Order {number}: erased in {erased.packages} packages, {erased.events} events, {erased.answers} answers of "
        f"receivers; {records} failed records forgotten. Backups of the table keep it for 35 days."
    )


@dataclass(frozen=True)
class FailedRecords:
    """Records that the stream's event source gave up hold old items. Their work is due in the table too."""

    s3: "S3Client"
    bucket: str
    unreadable: list[str] = field(default_factory=list)

    def forget(self, number: str) -> int:
        """Take those about the order out of every batch. Answers how many they were.

        Batches that cannot be read stay, and are named in ``unreadable``.
        """
        return sum(self._tried(key, number) for key in self._keys())

    def _tried(self, key: str, number: str) -> int:
        try:
            return self._forget_in(key, number)
        except (ValueError, LookupError, TypeError, AttributeError):
            self.unreadable.append(f"s3://{self.bucket}/{key}")
            return 0

    def _keys(self) -> Iterator[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        yield from [each["Key"] for page in pages for each in page.get("Contents", [])]

    def _forget_in(self, key: str, number: str) -> int:
        batch: dict[str, Any] = json.loads(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        payload = json.loads(batch["payload"])
        records = payload["Records"]
        others = [record for record in records if not _is_about(record, number)]
        if not others:
            self.s3.delete_object(Bucket=self.bucket, Key=key)
        elif len(others) < len(records):
            body = json.dumps({**batch, "payload": json.dumps({**payload, "Records": others})})
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=body.encode())
        return len(records) - len(others)


def _is_about(record: dict[str, Any], number: str) -> bool:
    """By an item's key, or by the number that a package's item says; one that says it otherwise is no loss."""
    text = json.dumps(record["dynamodb"], ensure_ascii=False)
    quoted = json.dumps(number, ensure_ascii=False)
    return quoted in text or f"#{quoted[1:]}" in text
