"""Values as clients write them: docs/values.md is the table, and this holds it against the reader."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import takewhile
from typing import Annotated, Any, Literal

import cleave.dialects
import pytest
from cleave.dialects.fingerprints import fingerprint
from cleave.domain.refusals import Refusals
from cleave.entry.faults import _OTHERWISE
from cleave.entry.values import Money, Number, Said, Text, Truth, any_case
from cleave.entry.wire import WireModel, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from tests.support.template import ROOT


class Inner(WireModel):
    """An object."""


class Sample(WireModel):
    """A field of each kind of the table, by the kind's name."""

    a_whole_number: Number | None = None
    a_amount: Money | None = None
    a_text: Text | None = None
    a_yes_or_no: Truth | None = None
    a_word_of_a_list: Annotated[Literal["Picking", "Invoiced"], any_case("Picking", "Invoiced")] | None = None
    a_list: Annotated[list[Number], Field(max_length=3)] | None = None
    a_object: Inner | None = None
    a_number_that_a_carrier_gave: Said | None = None


def table() -> Iterator[tuple[str, list[str]]]:
    lines = (ROOT / "docs" / "values.md").read_text().partition("\n| a |")[2].splitlines()
    for line in takewhile(lambda each: each.startswith("|"), lines[2:]):
        kind, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        yield f"a_{kind.replace(' ', '_')}", cells


def values(cell: str) -> list[Any]:
    """``a``, ``b`` for ``c``: each JSON text, with what it is taken for if that stands there."""
    return re.findall(r"`([^`]*)`(?: for `([^`]*)`)?", cell)


TAKEN = [
    (kind, sent, meant or example[0][0])
    for kind, cells in table()
    for example in [values(cells[0])]
    for sent, meant in [*example, *values(cells[1])]
]
REFUSED = [(kind, sent, cells[3]) for kind, cells in table() for sent, _ in values(cells[2])]


def loads(text: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(text, parse_float=Decimal)


def test_the_table_has_every_kind() -> None:
    assert {kind for kind, _, _ in TAKEN} == {kind for kind, _, _ in REFUSED} == set(Sample.model_fields)


@pytest.mark.parametrize(("kind", "sent", "meant"), TAKEN)
def test_what_the_table_takes_is_taken_for_what_it_says(kind: str, sent: str, meant: str) -> None:
    read = parse(Sample, {kind: loads(sent)}).model_dump()[kind]
    assert read == (None if kind == "a_object" and sent == "[]" else loads(meant))


@pytest.mark.parametrize(("kind", "sent", "words"), REFUSED)
def test_what_the_table_refuses_is_refused_in_its_words(kind: str, sent: str, words: str) -> None:
    with pytest.raises(Refusals) as refused:
        parse(Sample, {kind: loads(sent)})
    assert [(each.field, each.message) for each in refused.value.refusals] == [(kind, words)]


@pytest.mark.parametrize("kind", Sample.model_fields)
@pytest.mark.parametrize("unset", [{}, None, "", " "])
def test_a_field_that_is_not_set_has_its_default(kind: str, unset: Any) -> None:  # noqa: ANN401 - JSON
    document = {} if unset == {} else {kind: unset}
    assert parse(Sample, document) == Sample()


class Renamed(Inner):
    """A field that had another name."""

    OLD_NAMES = {"id": "lineId"}  # noqa: RUF012 - a class variable of the model

    lineId: Number  # noqa: N815 - the wire's name


class Outer(Inner):
    """Objects in a list."""

    lines: Annotated[list[Renamed], Field(max_length=2)]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"id": "x"}, "lines.0.id"),
        ({"lineId": None, "id": "x"}, "lines.0.id"),
        ({"lineId": "x", "id": 1}, "lines.0.lineId"),
    ],
)
def test_a_fault_is_named_as_the_caller_wrote_the_field(line: dict[str, object], field: str) -> None:
    with pytest.raises(Refusals) as refused:
        parse(Outer, {"lines": [line]})
    assert [each.field for each in refused.value.refusals] == [field]


@pytest.mark.parametrize("line", [{"id": "7"}, {"lineId": 7, "id": 8}, {"lineId": "", "id": 7}])
def test_an_old_name_is_read_where_the_new_one_is_not_set(line: dict[str, object]) -> None:
    assert parse(Outer, {"lines": [line]}).lines[0].lineId == 7


def models() -> list[type[WireModel]]:
    for module in pkgutil.walk_packages(cleave.dialects.__path__, "cleave.dialects."):
        importlib.import_module(module.name)
    return [each for each in WireModel.__subclasses__() if each.__module__.startswith("cleave.")]


OTHERWISE_WRITTEN = {"string": 12, "integer": "12", "boolean": "true"}


def resolve(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema.get("$defs", {}).get(part.get("$ref", "").removeprefix("#/$defs/"), part)
    return found


def leaves() -> Iterator[tuple[type[WireModel], str, str]]:
    """Each field of each model that is a text, a whole number, or yes or no."""
    for model in models():
        schema = model.model_json_schema()
        for name, field in schema["properties"].items():
            variants = [resolve(schema, each) for each in field.get("anyOf", [field])]
            kinds = {each.get("type") for each in variants} - {"null"}
            is_free = not any(each.keys() & {"enum", "const", "format"} for each in variants)
            yield from ((model, name, kind) for kind in OTHERWISE_WRITTEN.keys() & kinds if is_free and len(kinds) == 1)


@pytest.mark.parametrize(("model", "name", "kind"), list(leaves()))
def test_every_field_of_every_model_is_read_by_the_table(model: type[WireModel], name: str, kind: str) -> None:
    kinds = {"must be text", "must be a whole number", "must be true or false"}
    assert (name, True) not in {(at, words in kinds) for at, words in faults_of(model, {name: OTHERWISE_WRITTEN[kind]})}


def faults_of(model: type[WireModel], document: dict[str, Any]) -> list[tuple[str, str]]:
    try:
        parse(model, document)
    except Refusals as refused:
        return [(str(each.field), each.message) for each in refused.refusals]
    return []


LEAVES = [None, True, 0, -1, 10**18, Decimal("0.5"), Decimal("1.00001"), "", "x", "é é", "y" * 1100, "9" * 20, "1.5"]
LEAF: st.SearchStrategy[Any] = st.sampled_from(LEAVES)
JSON = LEAF | st.lists(LEAF, max_size=2) | st.lists(st.dictionaries(st.sampled_from("ab"), LEAF), max_size=2)


@pytest.mark.parametrize("model", models())
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_fault_speaks_of_what_is_inside(model: type[WireModel], data: st.DataObject) -> None:
    names = [*model.model_fields, *model.OLD_NAMES]
    for field, message in faults_of(model, {name: data.draw(JSON) for name in names}):
        assert _OTHERWISE not in message
        assert not re.search(r"\^|\$|\[|class|Wire|Input|instance", message), message
        assert field.split(".")[0] in names


@pytest.mark.parametrize("other", ["10.0", "10.00", "1e1", "1.0E1"])
def test_a_number_is_one_content_however_it_is_written(other: str) -> None:
    assert fingerprint({"a": [loads(other)]}) == fingerprint({"a": [10]})


def test_other_numbers_and_texts_are_other_contents() -> None:
    contents: list[object] = [10, Decimal("10.01"), "10", True, [10], {"a": 10}, -10]
    assert len({fingerprint(each) for each in contents}) == len(contents)
