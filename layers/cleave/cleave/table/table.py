"""A DynamoDB table in plain Python values: reads, conditional writes, and transactions that report failed conditions by
label."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from cleave.table.attributes import Attributes, Item, to_attributes, to_item
from cleave.table.failures import ConditionsFailed, Contended, explained, is_transient
from cleave.table.limits import BATCH_GET_KEYS
from cleave.table.requests import Create, Delete, IndexQuery, Key, Put, Update, Write
from cleave.table.retry import random_pause

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Table:
    """``client`` may be shared between threads. ``pause`` sleeps after a lost attempt; tests replace it.

    After ``deadline``, a ``time.monotonic()``, no lost attempt is repeated: a caller has to get its answer before
    Lambda or API Gateway ends the call. ``kept`` is how long items are kept after their last change.
    """

    client: "DynamoDBClient"
    name: str
    pause: Callable[[float], None] = time.sleep
    deadline: float = math.inf
    kept: timedelta = timedelta(days=730)

    @property
    def is_out_of_time(self) -> bool:
        return time.monotonic() >= self.deadline

    def get(self, key: Key) -> Item | None:
        """Strongly consistent."""
        answer = self.ask(self.client.get_item, Key=to_attributes(key), TableName=self.name, ConsistentRead=True)
        return to_item(answer["Item"]) if "Item" in answer else None

    def batch_get(self, keys: Sequence[Key], attributes: Sequence[str] = ()) -> list[Item]:
        """Strongly consistent; any number of distinct keys, in round trips of 100; in no particular order.

        ``attributes`` are the only ones that are read, without any: all. It costs the same, but an item's others take
        no memory.
        """
        only = _only(attributes)
        found: list[Item] = []
        pending = [to_attributes(key) for key in keys]
        attempt = 0
        while pending:
            request = {"Keys": pending[:BATCH_GET_KEYS], "ConsistentRead": True, **only}
            answer = self.ask(self.client.batch_get_item, RequestItems={self.name: request})
            found += [to_item(attributes) for attributes in answer["Responses"].get(self.name, [])]
            unread: list[Any] = [*answer["UnprocessedKeys"][self.name]["Keys"]] if answer["UnprocessedKeys"] else []
            pending = [*unread, *pending[BATCH_GET_KEYS:]]
            attempt = attempt + 1 if unread else 0
            if unread:
                self._wait(attempt)
        return found

    def query(self, partition: str, sort_prefix: str) -> Iterator[Item]:
        """Items of a partition whose sort key begins with ``sort_prefix``, in its order; strongly consistent."""
        request = {
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)",
            "ExpressionAttributeValues": to_attributes({":pk": partition, ":sk": sort_prefix}),
            "ConsistentRead": True,
        }
        return map(to_item, self._entries(request))

    def query_index(self, query: IndexQuery) -> Iterator[Attributes]:
        """Entries of an index in DynamoDB's typed form; eventually consistent, as every global index is.

        They are not converted: a caller that counts ten thousand of them reads one or two attributes.
        """
        request: dict[str, Any] = {
            "IndexName": query.index,
            "KeyConditionExpression": query.condition,
            "ProjectionExpression": query.projection,
            "ExpressionAttributeNames": {f"#{name}": attribute for name, attribute in query.names.items()},
            "ExpressionAttributeValues": to_attributes({f":{name}": value for name, value in query.values.items()}),
            "ScanIndexForward": not query.descending,
        }
        request |= {"FilterExpression": query.only} if query.only else {}
        request |= {"Limit": query.limit} if query.limit else {}
        return self._entries(request)

    def scan(self, projection: str) -> Iterator[Item]:
        """These attributes of every item, in no particular order. Only for operators' commands: it reads the whole
        table, and no function may."""
        for page in self.client.get_paginator("scan").paginate(TableName=self.name, ProjectionExpression=projection):
            yield from map(to_item, page["Items"])

    def _entries(self, request: Mapping[str, Any]) -> Iterator[Attributes]:
        start: dict[str, Any] = {}
        while True:
            answer = self.ask(self.client.query, TableName=self.name, **request, **start)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def page(
        self, partition: str, limit: int, *, after: str = "", before: str = "~", newest_first: bool = False
    ) -> list[Item]:
        """At most ``limit`` items whose sort keys lie between the two, both excluded; strongly consistent.

        Fewer than ``limit`` mean that there are no more, whatever their sizes.
        """
        if after >= before:
            return []  # DynamoDB refuses to look between two keys in the wrong order
        found: list[Item] = []
        start: dict[str, Any] = {}
        while True:
            answer = self.ask(
                self.client.query,
                TableName=self.name,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :after AND :before",
                ExpressionAttributeValues=to_attributes({":pk": partition, ":after": after + "\0", ":before": before}),
                ConsistentRead=True,
                ScanIndexForward=not newest_first,
                Limit=limit - len(found) + 1,
                **start,
            )
            found += [to_item(attributes) for attributes in answer["Items"] if attributes["sk"]["S"] != before]
            if len(found) >= limit or "LastEvaluatedKey" not in answer:
                return found[:limit]
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def ask(self, read: Callable[..., Any], **request: Any) -> Any:  # noqa: ANN401 - an operation of the client's
        """A read's answer. Raises Contended if it was throttled, also after the SDK's own repeats."""
        try:
            return read(**request)
        except ClientError as error:
            if is_transient(error):
                raise Contended(error.response["Error"]["Code"]) from error
            raise

    def create(self, write: Create) -> None:
        """Put one item that must not exist, outside of a transaction. Raises ConditionsFailed, or Contended.

        If its answer is lost, the SDK repeats it and meets its own item: ConditionsFailed may mean either.
        """
        self._persist(lambda: self.client.put_item(**self._transact_item(write)["Put"]), [write])

    def put(self, write: Put) -> None:
        """Put one item, in place of an existing one, outside of a transaction. Raises Contended."""
        self._persist(lambda: self.client.put_item(**self._transact_item(write)["Put"]), [write])

    def delete(self, write: Delete) -> None:
        """Delete one item outside of a transaction. Raises ConditionsFailed, or Contended."""
        self._persist(lambda: self.client.delete_item(**self._transact_item(write)["Delete"]), [write])

    def update(self, write: Update, *, returns: Literal["ALL_NEW", "ALL_OLD"] = "ALL_NEW") -> Item:
        """One conditional update outside of a transaction, at half the price. Returns the item after it, or before it.

        Raises ConditionsFailed, Misfit, or Contended. It does not suit changes that must not happen twice: the SDK
        repeats an update whose answer was lost.
        """
        request = self._transact_item(write)["Update"]
        ask = lambda: self.client.update_item(**request, ReturnValues=returns)  # noqa: E731 - the type of the answer
        answer: Any = self._persist(ask, [write])
        return to_item(answer["Attributes"])

    def try_update(self, write: Update) -> bool:
        """Like ``update``, but False if its condition fails; then nothing is changed."""
        try:
            self.update(write)
        except ConditionsFailed:
            return False
        return True

    def write(self, writes: Sequence[Write]) -> None:
        """All writes or none. Raises ConditionsFailed, Misfit, or Contended after bounded retries.

        A repeat after a lost answer is safe: the SDK repeats with the same token, which DynamoDB applies once.
        """
        items: Any = [self._transact_item(write) for write in writes]
        self._persist(lambda: self.client.transact_write_items(TransactItems=items), writes)

    def _persist[T](self, persist: Callable[[], T], writes: Sequence[Write]) -> T:
        """Write, and repeat while other writers hold the items."""
        for attempt in count():
            try:
                return persist()
            except ClientError as error:
                if not is_transient(error):
                    raise explained(error, writes) from error
            self._wait(attempt)
        raise AssertionError("unreachable: waiting ends with an error")

    def _wait(self, attempt: int) -> None:
        """Raises Contended if no time is left, or if another attempt cannot help."""
        seconds = random_pause(attempt)
        if attempt + 1 >= _ATTEMPTS or time.monotonic() + seconds >= self.deadline:
            raise Contended(f"after {attempt + 1} attempts")
        self.pause(seconds)

    def _transact_item(self, write: Write) -> dict[str, Any]:
        match write:
            case Create():
                return {"Put": {"Item": to_attributes(write.item), **self._common("attribute_not_exists(pk)")}}
            case Put():
                return {"Put": {"Item": to_attributes(write.item), "TableName": self.name}}
            case Delete():
                return {"Delete": {"Key": to_attributes(write.key), **self._delete_condition(write)}}
            case Update():
                return {"Update": self._update_item(write)}

    def _update_item(self, write: Update) -> dict[str, Any]:
        names = {f"#{name}": attribute for name, attribute in write.names.items()}
        values = to_attributes({f":{name}": value for name, value in write.values.items()})
        update = {"Key": to_attributes(write.key), "UpdateExpression": write.change}
        update |= {"ExpressionAttributeValues": values} if values else {}  # DynamoDB refuses empty ones
        update |= {"ExpressionAttributeNames": names} if names else {}
        return {**update, **self._common(write.condition)}

    def _delete_condition(self, write: Delete) -> dict[str, Any]:
        if write.condition is None:
            return {"TableName": self.name}
        values = to_attributes({f":{name}": value for name, value in write.values.items()})
        return {**self._common(write.condition), **({"ExpressionAttributeValues": values} if values else {})}

    def _common(self, condition: str) -> dict[str, str]:
        return {
            "TableName": self.name,
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


def _only(attributes: Sequence[str]) -> dict[str, Any]:
    if not attributes:
        return {}
    names = {f"#{name}": name for name in attributes}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
