"""What a cancellation leaves behind: lines of logs, and bytes in the table."""

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cleave.observability import logger

from benchmarks import prices
from benchmarks.sizes import item_size
from benchmarks.world import World
from tests.support.template import resources

# Lambda's own lines of an invocation (START, END, REPORT), and API Gateway's of a request by the template's format.
_INVOCATION_BYTES, _REQUEST_BYTES = 350, 330
# What DynamoDB stores beside an item, and beside an entry of an index.
_BESIDE = 100
_GIGABYTE = 10**9


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes for each cancellation."""

    logged: float
    stored: float

    def rows(self, how: str) -> list[tuple[str, ...]]:
        """What it is, bytes, dollars per million cancellations."""
        logs = prices.LOGS_WRITTEN + prices.LOGS_COMPRESSED * prices.LOGS_KEPT
        table = prices.TABLE_KEPT + prices.BACKUP_KEPT
        return [
            (f"logs, {how}", f"{self.logged:,.0f}", f"{_millions(self.logged) * logs:.2f}"),
            (f"storage, a month, {how}", f"{self.stored:,.0f}", f"{_millions(self.stored) * table:.2f}"),
        ]


def _millions(size: float) -> float:
    """Gigabytes of a million of so many bytes."""
    return size * 10**6 / _GIGABYTE


def kept_by(world: World, travel: Callable[[], Any], cancellations: int) -> Kept:
    """``travel`` makes so many cancellations of a package that it loads: the package itself is not counted."""
    before = _stored(world)
    with _logged() as lines:
        journey = travel()
    size = len(lines.getvalue().encode()) + len(journey.bills) * _INVOCATION_BYTES + cancellations * _REQUEST_BYTES
    return Kept(size / cancellations, (_stored(world) - before) / cancellations)


@contextlib.contextmanager
def _logged() -> Iterator[io.StringIO]:
    """Lines of the logger and documents of metrics."""
    lines, handler = io.StringIO(), logger.registered_handler
    stream = handler.stream  # type: ignore[attr-defined] # Powertools says logging.Handler; it is a StreamHandler
    handler.stream = lines  # type: ignore[attr-defined]
    try:
        with contextlib.redirect_stdout(lines):
            yield lines
    finally:
        handler.stream = stream  # type: ignore[attr-defined]


def _stored(world: World) -> int:
    properties = resources("AWS::DynamoDB::Table")["Table"]
    indexes = [{each["AttributeName"] for each in index["KeySchema"]} for index in properties["GlobalSecondaryIndexes"]]
    items = world.plain.scan(TableName=world.table.name)["Items"]
    entries = [(item, keys) for item in items for keys in indexes if keys <= item.keys()]
    return sum(item_size(item) + _BESIDE for item in items) + sum(_entry_size(*each) for each in entries)


def _entry_size(item: dict[str, Any], keys: set[str]) -> int:
    kept = keys | {"pk", "sk", "status"}
    return item_size({name: value for name, value in item.items() if name in kept}) + _BESIDE
