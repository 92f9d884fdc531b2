"""Requests made up for holding the simulated table against an engine: every form of expression that the store uses."""

import random
from collections.abc import Mapping
from typing import Any

type Request = tuple[str, dict[str, Any]]

TABLE = "simulated"
_PARTITIONS, _SORTS = ("A", "B"), ("PACKAGE", "EVENT#1#00000001", "x", "y")
_OLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def _key(rng: random.Random) -> dict[str, Any]:
    return {"pk": {"S": rng.choice(_PARTITIONS)}, "sk": {"S": rng.choice(_SORTS)}}


def _number(rng: random.Random) -> dict[str, str]:
    """Each in its shortest form: the local engine takes a repeat of any other for another request."""
    return {"N": rng.choice(("0", "1", "2", "10", "-3", "1.5"))}


def _item(rng: random.Random) -> dict[str, Any]:
    optional: Mapping[str, Any] = {
        "due": _number(rng),
        "shard": {"N": rng.choice(("0", "1"))},
        "listing": {"S": "7#DE"},
        "modified": _number(rng),
        "created": _number(rng),
        "status": {"S": rng.choice(("Created", "Cancelled"))},
        "holder": {"S": rng.choice("hi")},
        "rings": _number(rng),
        "flag": {"BOOL": True},
        "document": {"B": rng.choice((b"one", b"two"))},
    }
    item = {name: value for name, value in optional.items() if rng.random() < 0.6}
    left = {name: _number(rng) for name in ("1", "2") if rng.random() < 0.8}
    return {**_key(rng), "version": _number(rng), "left": {"M": left}, "waiting": {"M": {}}, **item}


def _condition(rng: random.Random) -> tuple[str, dict[str, str], dict[str, Any]]:
    """A condition with the names and values that it uses."""
    return rng.choice(
        (
            ("attribute_exists(pk)", {}, {}),
            ("attribute_not_exists(pk)", {}, {}),
            ("version = :version", {}, {":version": _number(rng)}),
            ("#version = :was", {"#version": "version"}, {":was": _number(rng)}),
            ("attribute_not_exists(pk) OR #h = :holder", {"#h": "holder"}, {":holder": {"S": "h"}}),
            (
                "#s IN (:one, :other) AND attribute_not_exists(planned) AND #l.#l0 >= :q AND size(#w) <= :room",
                {"#s": "status", "#l": "left", "#l0": "1", "#w": "waiting"},
                {":one": {"S": "Created"}, ":other": {"S": "Picking"}, ":q": {"N": "1"}, ":room": {"N": "3"}},
            ),
            (
                "attribute_exists(pk) AND #due <= :soon AND (attribute_not_exists(holder) OR #rings < :now)",
                {"#due": "due", "#rings": "rings"},
                {":soon": _number(rng), ":now": _number(rng)},
            ),
            (
                "attribute_exists(pk) AND (holder = :h OR NOT #flag BETWEEN :now AND :latest)",
                {"#flag": rng.choice(("flag", "rings", "document", "holder"))},
                {":h": {"S": "h"}, ":now": {"N": "0"}, ":latest": {"N": "3"}},
            ),
            (
                "attribute_exists(pk) AND (NOT #flag >= :least OR NOT #v = :one) AND NOT #v > :one",
                {"#flag": rng.choice(("flag", "rings", "document", "holder")), "#v": rng.choice(("version", "status"))},
                {":least": {"N": "-9E+125"}, ":one": {"N": "1"}},
            ),
            ("attribute_exists(#due) AND #due > :now", {"#due": "due"}, {":now": _number(rng)}),
        )
    )


def _change(rng: random.Random) -> tuple[str, dict[str, str], dict[str, Any]]:
    """An update with the names and values that it uses."""
    return rng.choice(
        (
            ("SET version = :n1", {}, {":n1": _number(rng)}),
            (
                "SET #l1.#k1 = #l1.#k1 - :n1, #w1.#w2 = :map, #d1 = if_not_exists(#d1, :at) REMOVE #e1",
                {"#l1": "left", "#k1": "1", "#w1": "waiting", "#w2": "c1", "#d1": "due", "#e1": "flag"},
                {":n1": {"N": "1"}, ":map": {"M": {"units": {"M": {"1": {"N": "1"}}}}}, ":at": _number(rng)},
            ),
            (
                "SET rings = rings + :n1, #d1 = :at, #s1 = :shard REMOVE holder",
                {"#d1": "due", "#s1": "shard"},
                {":n1": {"N": "1"}, ":at": _number(rng), ":shard": {"N": "1"}},
            ),
            ("REMOVE #d1, #s1", {"#d1": "due", "#s1": "shard"}, {}),
            ("REMOVE #i1 SET channels = if_not_exists(channels, :n1) - :n1", {"#i1": "holder"}, {":n1": {"N": "1"}}),
        )
    )


def _update(rng: random.Random) -> dict[str, Any]:
    (condition, names, values), (change, more_names, more_values) = _condition(rng), _change(rng)
    return {
        "Key": _key(rng),
        "UpdateExpression": change,
        **_expressed(condition, {**names, **more_names}, {**values, **more_values}),
    }


def _expressed(condition: str, names: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {"TableName": TABLE, "ConditionExpression": condition, **_OLD}
    request |= {"ExpressionAttributeNames": names} if names else {}
    return request | ({"ExpressionAttributeValues": values} if values else {})


def _put(rng: random.Random) -> dict[str, Any]:
    return {"Item": _item(rng), **(_expressed(*_condition(rng)) if rng.random() < 0.4 else {"TableName": TABLE})}


def _delete(rng: random.Random) -> dict[str, Any]:
    return {"Key": _key(rng), **(_expressed(*_condition(rng)) if rng.random() < 0.7 else {"TableName": TABLE})}


def _transaction(rng: random.Random) -> dict[str, Any]:
    makers = {"Put": _put, "Update": _update, "Delete": _delete}
    kinds = [rng.choice(list(makers)) for _ in range(rng.randrange(1, 4))]
    actions = [{kind: makers[kind](rng)} for kind in kinds]
    places = [_place(action) for action in actions]
    distinct = [action for place, action in enumerate(actions) if places[place] not in places[:place]]
    token = {"ClientRequestToken": f"token-{rng.randrange(10_000_000)}"}
    return {"TransactItems": distinct, **token}


def _place(action: Mapping[str, Any]) -> tuple[str, str]:
    (write,) = action.values()
    key = write.get("Item") or write["Key"]
    return key["pk"]["S"], key["sk"]["S"]


def _query(rng: random.Random) -> dict[str, Any]:
    values = {":pk": {"S": rng.choice(_PARTITIONS)}}
    if rng.random() < 0.5:
        text, more = "pk = :pk AND begins_with(sk, :sk)", {":sk": {"S": rng.choice(("P", "E", "x"))}}
    else:
        text, more = "pk = :pk AND sk BETWEEN :after AND :before", {":after": {"S": "E\0"}, ":before": {"S": "~"}}
    return {
        "TableName": TABLE,
        "KeyConditionExpression": text,
        "ExpressionAttributeValues": {**values, **more},
        "ConsistentRead": True,
        "ScanIndexForward": rng.random() < 0.5,
        **({"Limit": rng.randrange(1, 4)} if rng.random() < 0.5 else {}),
    }


def _index_query(rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.5:
        return {
            "TableName": TABLE,
            "IndexName": "due",
            "KeyConditionExpression": "#shard = :shard AND #due <= :until",
            "ProjectionExpression": "pk, sk, #due",
            "ExpressionAttributeNames": {"#shard": "shard", "#due": "due"},
            "ExpressionAttributeValues": {":shard": {"N": "1"}, ":until": _number(rng)},
            "ScanIndexForward": True,
        }
    return {
        "TableName": TABLE,
        "IndexName": "modified",
        "KeyConditionExpression": "#listing = :listing AND #by BETWEEN :first AND :last",
        "ProjectionExpression": "#by",
        "ExpressionAttributeNames": {"#listing": "listing", "#by": "modified", "#status": "status"},
        "ExpressionAttributeValues": {
            ":listing": {"S": "7#DE"}, ":first": {"N": "-5"}, ":last": {"N": "5"}, ":s0": {"S": "Created"},
        },
        "FilterExpression": "#status IN (:s0)",
        "ScanIndexForward": rng.random() < 0.5,
    }  # fmt: skip


def _batch(rng: random.Random) -> dict[str, Any]:
    keys = {(pk, sk): {"pk": {"S": pk}, "sk": {"S": sk}} for pk in _PARTITIONS for sk in _SORTS if rng.random() < 0.5}
    some = list(keys.values()) or [_key(rng)]
    return {"RequestItems": {TABLE: {"Keys": some, "ConsistentRead": True}}}


def make_requests(seed: int, count: int) -> list[Request]:
    """So many, of all kinds."""
    rng = random.Random(seed)
    makers = (
        ("get_item", lambda r: {"TableName": TABLE, "Key": _key(r), "ConsistentRead": True}),
        ("batch_get_item", _batch),
        ("query", _query),
        ("query", _index_query),
        ("put_item", _put),
        ("put_item", _put),
        ("update_item", lambda r: {**_update(r), "ReturnValues": "ALL_NEW"}),
        ("update_item", lambda r: {**_update(r), "ReturnValues": "ALL_OLD"}),
        ("delete_item", _delete),
        ("transact_write_items", _transaction),
        ("transact_write_items", _transaction),
        ("transact_write_items", _transaction),
    )
    requests: list[Request] = []
    for _ in range(count):
        name, make = rng.choice(makers)
        requests.append((name, make(rng)))
        if name == "transact_write_items" and rng.random() < 0.2:
            requests.append(requests[-1])  # as the SDK repeats it, with the same token
    return requests
