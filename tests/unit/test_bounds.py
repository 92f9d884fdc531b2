"""Everything that a caller can send has an end: bodies, nesting, lists, texts and numbers."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import cleave.dialects
import pytest
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.entry.gateway import _MAX_DEPTH, Call
from cleave.entry.wire import WireModel

ENDS = {
    "string": {"maxLength", "enum", "const", "format"},
    "array": {"maxItems"},
    "integer": {"maximum", "exclusiveMaximum", "enum", "const"},
}


def wire_models() -> list[type[WireModel]]:
    for module in pkgutil.walk_packages(cleave.dialects.__path__, "cleave.dialects."):
        importlib.import_module(module.name)
    return sorted(WireModel.__subclasses__(), key=lambda model: model.__name__)


def endless(schema: Any, place: str) -> Iterator[str]:  # noqa: ANN401 - a JSON schema
    if isinstance(schema, list):
        for number, each in enumerate(schema):
            yield from endless(each, f"{place}.{number}")
    elif isinstance(schema, dict):
        if schema.get("anyOf", [{}])[0].get("type") == "number":
            return  # a Decimal, of so many digits
        kind = schema.get("type")
        if kind in ENDS and not ENDS[kind] & schema.keys():
            yield place
        for name, each in schema.items():
            if name not in {"default", "enum"}:
                yield from endless(each, f"{place}.{name}")


def test_every_text_list_and_number_of_every_model_has_a_greatest_size() -> None:
    assert len(wire_models()) > 20
    found = {place for model in wire_models() for place in endless(model.model_json_schema(), model.__name__)}
    assert found == set()


def call(body: str) -> Call:
    return Call(None, {}, {}, {}, body, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_body_is_nested_so_deep_and_no_deeper(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    deepest = opening * _MAX_DEPTH + "1" + closing * _MAX_DEPTH
    assert call(deepest).json() == json.loads(deepest)
    for depth in (_MAX_DEPTH + 1, 5_000):
        with pytest.raises(Refusal) as refused:
            call(opening * depth + "1" + closing * depth).json()
        assert refused.value.code in {RefusalCode.BODY_INVALID, RefusalCode.BODY_NOT_JSON}


def test_many_lists_beside_each_other_are_not_deep() -> None:
    assert call(json.dumps([[]] * 500)).json() == [[]] * 500
