"""DynamoDB's typed form, against boto3's own serializers, which read and write the same."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from cleave.table.attributes import to_attributes, to_item
from hypothesis import given, settings
from hypothesis import strategies as st

SCALARS = (
    st.none()
    | st.booleans()
    | st.text()
    | st.integers(-(10**37), 10**37)
    | st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15)
    | st.binary()
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


@settings(max_examples=50)
@given(st.dictionaries(st.text(min_size=1), VALUES))
def test_an_item_is_written_and_read_as_boto3_does(item: dict[str, Any]) -> None:
    attributes = to_attributes(item)
    assert attributes == {name: TypeSerializer().serialize(value) for name, value in item.items()}
    assert to_item(attributes) == item
    assert _plain_bytes({name: TypeDeserializer().deserialize(typed) for name, typed in attributes.items()}) == item


def _plain_bytes(value: Any) -> Any:  # noqa: ANN401 - any of an item's
    """boto3 wraps binaries; a comparison finds them equal in one direction only."""
    if isinstance(value, Mapping):
        return {name: _plain_bytes(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain_bytes(each) for each in value]
    return bytes(value) if hasattr(value, "value") else value


def test_binaries_are_read_as_bytes_and_as_the_text_that_they_are_in_json() -> None:
    values = [{"B": "AP8="}, {"B": b"\x00\xff"}]
    assert to_item({"list": {"L": values}, "map": {"M": {"one": values[0]}}}) == {
        "list": [b"\x00\xff"] * 2,
        "map": {"one": b"\x00\xff"},
    }


@pytest.mark.parametrize("value", [1.5, {"a"}, object(), Decimal, [0.1]])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        to_attributes({"value": value})
