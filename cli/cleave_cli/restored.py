"""A restored table: its required shape, and the features that a restore leaves out and that must be switched on."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from cleave.store.formats import Unreadable
from cleave.store.tracking_numbers import leased_numbers, skip_numbers
from cleave.table.table import Table

from cleave_cli.errors import CleaveError
from cleave_cli.template import resources

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Carriers' numbers that may have been leased since the moment of the restore, where no table can tell: a hundred a
# second for a day. A cell has a million times as many.
UNKNOWN_NUMBERS = 10_000_000
_PAUSE_SECONDS = 2.0
_PATIENCE_SECONDS = 3600.0


@dataclass(frozen=True)
class RestoredTable:
    """``name`` names it; ``pause`` sleeps, tests replace it."""

    client: "DynamoDBClient"
    name: str
    pause: Callable[[float], None] = time.sleep

    def wait_until_active(self) -> Mapping[str, Any]:
        """Its description, once the table and its indexes are there. Raises CleaveError."""
        for _ in range(int(_PATIENCE_SECONDS / _PAUSE_SECONDS)):
            described = self._described()
            states = {described["TableStatus"], *(each["IndexStatus"] for each in _indexes(described))}
            if states == {"ACTIVE"}:
                return described
            self.pause(_PAUSE_SECONDS)
        raise CleaveError(f"{self.name} is not active after an hour; the same command again goes on.")

    def _described(self) -> Mapping[str, Any]:
        try:
            return self.client.describe_table(TableName=self.name)["Table"]
        except self.client.exceptions.ResourceNotFoundException:
            raise CleaveError(f"There is no table {self.name} in this account and region.") from None

    def check_shape(self) -> None:
        """Raises CleaveError for a table of other keys or indexes than the template's."""
        (wanted,) = resources("AWS::DynamoDB::Table").values()
        found = self.wait_until_active()
        if _shape(found) != _shape(wanted):
            raise CleaveError(f"{self.name} has other keys or indexes than the template: it is no table of Cleave's.")

    def switch_on(self) -> Iterator[str]:
        """Switch on the features that a restored table lacks, step by step; others stay. Returns the changes."""
        described = self.wait_until_active()
        if not described.get("StreamSpecification", {}).get("StreamEnabled"):
            stream: Any = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
            self.client.update_table(TableName=self.name, StreamSpecification=stream)
            yield "stream"
        elif described["StreamSpecification"]["StreamViewType"] != "NEW_IMAGE":
            raise CleaveError(f"{self.name} has a stream without new images; switch it off first.")
        self.wait_until_active()
        if not described.get("DeletionProtectionEnabled"):
            self.client.update_table(TableName=self.name, DeletionProtectionEnabled=True)
            yield "deletion protection"
        self.wait_until_active()
        yield from self._switch_on_the_rest()

    def _switch_on_the_rest(self) -> Iterator[str]:
        (wanted,) = resources("AWS::DynamoDB::Table").values()
        lives = self.client.describe_time_to_live(TableName=self.name)["TimeToLiveDescription"]
        if lives["TimeToLiveStatus"] not in {"ENABLED", "ENABLING"}:
            self.client.update_time_to_live(
                TableName=self.name, TimeToLiveSpecification=wanted["TimeToLiveSpecification"]
            )
            yield "time to live"
        if not self._has_backups():
            self.client.update_continuous_backups(
                TableName=self.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
            yield "point-in-time recovery"

    def _has_backups(self) -> bool:
        found = self.client.describe_continuous_backups(TableName=self.name)["ContinuousBackupsDescription"]
        return found.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"

    def stream_label(self) -> str:
        """The label of its stream, which follows the table's name."""
        return str(self.wait_until_active()["LatestStreamLabel"])

    def skip_numbers(self, before: str) -> int:
        """Lease no carriers' number that the table ``before`` may have leased since. Answers from which one on."""
        table = Table(self.client, self.name)
        try:
            until = leased_numbers(Table(self.client, before))
        except (ClientError, Unreadable):  # it is gone or damaged, or this account may not read it
            until = leased_numbers(table) + UNKNOWN_NUMBERS
        skip_numbers(table, until)
        return max(until, leased_numbers(table))


def _indexes(described: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(described.get("GlobalSecondaryIndexes", []))


def _shape(of: Mapping[str, Any]) -> object:
    """Keys and indexes, as a description and the template say them alike."""
    types = {each["AttributeName"]: each["AttributeType"] for each in of["AttributeDefinitions"]}
    return types, _keys(of), {each["IndexName"]: (_keys(each), _projection(each)) for each in _indexes(of)}


def _keys(of: Mapping[str, Any]) -> dict[str, str]:
    return {each["KeyType"]: each["AttributeName"] for each in of["KeySchema"]}


def _projection(of: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    projection = of["Projection"]
    return projection["ProjectionType"], frozenset(projection.get("NonKeyAttributes", []))
