"""A table in this process with DynamoDB's semantics: the low-level client's calls that the store makes, no more.

``tests/simulation/test_engine.py`` holds it against the local engine. Each call is atomic.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from botocore.exceptions import ClientError
from cleave.table.limits import BATCH_GET_KEYS, ITEM_BYTES, QUERY_BYTES, TRANSACTION_WRITES

from tests.simulation.expressions import Image, InvalidExpression, condition
from tests.simulation.items import Items, Place, place_of
from tests.simulation.query import ask
from tests.simulation.updates import update

type Answer = dict[str, Any]
_TOKEN_MS = 10 * 60 * 1000


def failure(operation: str, code: str, message: str = "", more: Mapping[str, object] | None = None) -> ClientError:
    """What the SDK raises."""
    return ClientError({"Error": {"Code": code, "Message": message}, **(more or {})}, operation)  # type: ignore[typeddict-item]


def cancelled(reasons: Sequence[Mapping[str, Any]]) -> ClientError:
    """What the SDK raises for a transaction that was cancelled."""
    return failure("TransactWriteItems", "TransactionCanceledException", more={"CancellationReasons": list(reasons)})


@dataclass
class Engine:
    """``now`` is in milliseconds, and ends the time for which a transaction's token is remembered.

    ``written`` hears of each item that changed: its place, what it was and what it is.
    """

    now: Callable[[], int] = lambda: 0
    items: Items = field(default_factory=Items)
    written: Callable[[Place, Image | None, Image | None], None] = lambda *_: None
    most_item_bytes: int = ITEM_BYTES
    most_page_bytes: int = QUERY_BYTES
    _tokens: dict[str, tuple[int, str]] = field(default_factory=dict)

    def get_item(self, **request: Any) -> Answer:
        """As in boto3."""
        found = self.items.get(place_of(request["Key"]))
        return {} if found is None else {"Item": found}

    def batch_get_item(self, **request: Any) -> Answer:
        """As in boto3, of one table."""
        ((table, wanted),) = request["RequestItems"].items()
        places = [place_of(key) for key in wanted["Keys"]]
        if not places or len(places) > BATCH_GET_KEYS or len(set(places)) < len(places):
            raise _invalid("BatchGetItem", f"{len(places)} keys, or one of them twice")
        found = [image for place in places if (image := self.items.get(place)) is not None]
        return {"Responses": {table: found}, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> Answer:
        """As in boto3."""
        return ask(self.items, request, self.most_page_bytes)

    def get_paginator(self, operation: str) -> "Engine":
        """Its own pages, of a scan."""
        if operation != "scan":
            raise _invalid(operation, "has no pages here")
        return self

    def paginate(self, **_: object) -> Iterator[Answer]:
        """All items on one page, whole."""
        yield {"Items": list(self.items.images.values())}

    def put_item(self, **request: Any) -> Answer:
        """As in boto3."""
        self._write_one("PutItem", {"Put": request})
        return {}

    def update_item(self, **request: Any) -> Answer:
        """As in boto3; answers the whole item, as it is then or was before."""
        old, new = self._write_one("UpdateItem", {"Update": request})
        found = old if request["ReturnValues"] == "ALL_OLD" else new
        return {} if found is None else {"Attributes": found}

    def delete_item(self, **request: Any) -> Answer:
        """As in boto3."""
        self._write_one("DeleteItem", {"Delete": request})
        return {}

    def _write_one(self, operation: str, action: Mapping[str, Any]) -> tuple[Image | None, Image | None]:
        place, write, kind = _opened(action)
        old = self.items.get(place)
        if not _holds(write, old):
            item = {} if old is None else {"Item": old}
            raise failure(operation, "ConditionalCheckFailedException", more=item)
        try:
            new = self._made(kind, write, old)
        except InvalidExpression as error:
            raise _invalid(operation, str(error)) from None
        self._apply(place, old, new)
        return old, new

    def transact_write_items(self, **request: Any) -> Answer:
        """As in boto3; all or nothing, and once for each ``ClientRequestToken``."""
        actions = request["TransactItems"]
        token, content = request.get("ClientRequestToken"), _content(actions)
        known = self._tokens.get(token or "")
        if known is not None and self.now() - known[0] <= _TOKEN_MS:
            if known[1] != content:
                raise failure("TransactWriteItems", "IdempotentParameterMismatchException")
            return {}
        for place, old, new in self._checked(actions):
            self._apply(place, old, new)
        if token is not None:
            self._tokens[token] = self.now(), content
        return {}

    def _checked(self, actions: Sequence[Mapping[str, Any]]) -> list[tuple[Place, Image | None, Image | None]]:
        opened = [_opened(action) for action in actions]
        if len(opened) > TRANSACTION_WRITES or len({place for place, _, _ in opened}) < len(opened):
            raise _invalid("TransactWriteItems", f"{len(opened)} items, or one of them twice")
        reasons: list[dict[str, Any]] = []
        changes: list[tuple[Place, Image | None, Image | None]] = []
        for place, write, kind in opened:
            old = self.items.get(place)
            reasons.append(self._reason(write, old))
            if reasons[-1]["Code"] == "None":
                try:
                    changes.append((place, old, self._made(kind, write, old)))
                except InvalidExpression as error:
                    reasons[-1] = {"Code": "ValidationError", "Message": str(error)}
        if any(reason["Code"] != "None" for reason in reasons):
            raise cancelled(reasons)
        return changes

    def _reason(self, write: Mapping[str, Any], old: Image | None) -> dict[str, Any]:
        if _holds(write, old):
            return {"Code": "None"}
        wants_old = write.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        return {"Code": "ConditionalCheckFailed", **({"Item": old} if wants_old and old is not None else {})}

    def _made(
        self, kind: Literal["Put", "Update", "Delete"], write: Mapping[str, Any], old: Image | None
    ) -> Image | None:
        """The item after the write. Raises InvalidExpression for one that DynamoDB does not take."""
        if kind == "Delete":
            return None
        if kind == "Put":
            new: Image = write["Item"]
        else:
            names, values = write.get("ExpressionAttributeNames", {}), write.get("ExpressionAttributeValues", {})
            new = update(write["UpdateExpression"])(old or write["Key"], names, values)
        if _bytes(new) > self.most_item_bytes:
            raise InvalidExpression("Item size has exceeded the maximum allowed size")
        return new

    def _apply(self, place: Place, old: Image | None, new: Image | None) -> None:
        """What changes nothing leaves no record in the stream."""
        if old == new:
            return
        self.items.replace(place, new)
        self.written(place, old, new)


def _opened(action: Mapping[str, Any]) -> tuple[Place, Mapping[str, Any], Literal["Put", "Update", "Delete"]]:
    ((kind, write),) = action.items()
    return place_of(write["Item"] if kind == "Put" else write["Key"]), write, kind  # type: ignore[return-value]


def _holds(write: Mapping[str, Any], old: Image | None) -> bool:
    text = write.get("ConditionExpression")
    if text is None:
        return True
    names, values = write.get("ExpressionAttributeNames", {}), write.get("ExpressionAttributeValues", {})
    return condition(text)(old, names, values)


def _invalid(operation: str, message: str) -> ClientError:
    return failure(operation, "ValidationException", message)


def _content(actions: object) -> str:
    return json.dumps(actions, default=repr, sort_keys=True)


def _bytes(image: Mapping[str, Any]) -> int:
    """About what DynamoDB counts: names, and values as text."""
    size = 0
    for name, value in image.items():
        ((kind, content),) = value.items()
        size += len(name) + _value_bytes(kind, content)
    return size


def _value_bytes(kind: str, content: Any) -> int:
    match kind:
        case "M":
            return 3 + _bytes(content)
        case "L":
            return 3 + sum(1 + _value_bytes(*next(iter(each.items()))) for each in content)
        case "S" | "B" | "N":
            return len(content)
        case _:
            return 1
