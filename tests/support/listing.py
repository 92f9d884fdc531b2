"""Packages put into the table as they are, for tests that read many of them; and what their index entries weigh."""

import itertools
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from cleave.dialects.trendyol.packages import render_package
from cleave.domain.package import Package
from cleave.domain.status import Status
from cleave.entry.wire import to_json
from cleave.store.packages import package_item
from cleave.table.attributes import to_attributes
from cleave.table.table import Table

from tests.unit import builders

SELLER = 20811
STOREFRONT = "DE"


def package(
    package_id: int,
    modified_at: datetime,
    *,
    created_at: datetime | None = None,
    status: Status = Status.CREATED,
    seller_id: int = SELLER,
    storefront: str = STOREFRONT,
) -> Package:
    return replace(
        builders.package(builders.line(1, 1, status=status), status=status, package_id=package_id),
        seller_id=seller_id,
        storefront=storefront,
        created_at=created_at or modified_at,
        modified_at=modified_at,
    )


def put(table: Table, packages: Iterable[Package]) -> None:
    """Store packages, over what is there: moto takes minutes for transactions with thousands of items."""
    for batch in itertools.batched(packages, 25, strict=False):
        unprocessed: Any = {table.name: [{"PutRequest": {"Item": to_attributes(package_item(each))}} for each in batch]}
        while unprocessed:
            unprocessed = table.client.batch_write_item(RequestItems=unprocessed)["UnprocessedItems"]


def on_the_wire(packages: Iterable[Package]) -> list[dict[str, Any]]:
    """As a caller reads them."""
    read: list[dict[str, Any]] = json.loads(to_json([render_package(each, old_names=True) for each in packages]))
    return read


def entry_size(item: dict[str, Any], attributes: Iterable[str]) -> int:
    """Bytes of an index entry by DynamoDB's rules: names, text in UTF-8, and a number's digits by two and one more."""
    return sum(len(name) + _value_size(item[name]) for name in attributes if name in item)


def _value_size(value: str | int) -> int:
    return len(value.encode()) if isinstance(value, str) else (len(str(value).rstrip("0")) + 1) // 2 + 1
