"""DynamoDB's typed attributes, and the plain values that they stand for."""

import base64
from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

type Item = dict[str, Any]
type Attributes = Mapping[str, Any]

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def to_attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB's typed form of an item or key."""
    return {name: _serialize(value) for name, value in item.items()}


def to_item(attributes: Mapping[str, Any]) -> Item:
    """The plain form of DynamoDB's; numbers come as Decimal, binaries as boto3's Binary."""
    return {name: _deserialize(value) for name, value in attributes.items()}


def from_stream_image(image: Mapping[str, Any]) -> Item:
    """The plain form of an image in a stream record, where Lambda's JSON holds binaries as base64."""
    return to_item({name: _with_bytes(typed) for name, typed in image.items()})


def _with_bytes(typed: Mapping[str, Any]) -> Mapping[str, Any]:
    ((kind, value),) = typed.items()
    match kind:
        case "B":
            return {"B": base64.b64decode(value)}
        case "L":
            return {"L": [_with_bytes(each) for each in value]}
        case "M":
            return {"M": {name: _with_bytes(each) for name, each in value.items()}}
        case _:
            return typed
