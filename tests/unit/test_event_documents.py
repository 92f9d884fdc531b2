"""The published schemas of domain events say what is sent, and a consumer made from one can read it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cleave.dialects.cloudevents.render import TURNED_OFF, render_facts, render_test, render_turned_off, type_of
from cleave.dialects.cloudevents.shapes import VERSION
from cleave.domain.domain_events import Topic
from cleave.domain.package import HistoryEntry
from cleave.domain.status import Status
from cleave.domain.subscription import PassiveReason
from cleave.entry.wire import to_json
from cleave_cli.event_documents import ASYNCAPI, ENVELOPE, EVENTS, SCHEMAS
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from tests.support.generated import consumer_of
from tests.support.stored import subscription
from tests.unit.builders import START, line, package
from tests.unit.test_domain_events import AT, cancelled, event

type Document = dict[str, Any]


def sent() -> Iterator[Document]:
    """At least one of each type, as readers get them."""
    moved = replace(package(line(1, 1)), history=(*package(line(1, 1)).history, HistoryEntry(AT, Status.PICKING)))
    many = tuple(replace(line(number, 1), stock_code="x" * 200) for number in range(1, 3_000))
    for told in (
        event(*cancelled(1)),
        event(*cancelled(3)),
        event(moved),
        event(package(*many)),
        replace(event(package(line(1, 1))), topic=Topic.TRACKING),
        event(replace(cancelled(1)[0], details={"currencyCode": "TRY"})),
    ):
        yield from (json.loads(to_json(each)) for each in render_facts(told))
    for reason in set(PassiveReason) - {PassiveReason.HELD}:  # that was never on
        yield json.loads(to_json(render_turned_off(subscription(), START, reason)))
    for subscription_id in (None, "hook"):
        yield json.loads(to_json(render_test(subscription_id, "test-1", START)))


SENT = list(sent())


def schema(name: str) -> Document:
    document: Document = json.loads((SCHEMAS / f"{name}.json").read_text())
    return document


def data_schema(document: Document) -> Document:
    """The one that the event names."""
    (found,) = [made for name in EVENTS if (made := schema(f"{name}.{VERSION}"))["$id"] == document["dataschema"]]
    return found


def test_every_type_is_among_what_is_tested() -> None:
    assert {each["type"] for each in SENT} == {type_of(name) for name in EVENTS}


@pytest.mark.parametrize("document", SENT, ids=lambda each: each["type"])
def test_what_is_sent_fits_the_schemas_and_has_no_field_that_they_do_not_name(document: Document) -> None:
    for made, part in ((schema(ENVELOPE), document), (data_schema(document), document["data"])):
        Draft202012Validator.check_schema(made)
        assert [error.message for error in Draft202012Validator(made).iter_errors(part)] == []
        assert part.keys() <= made["properties"].keys()


@pytest.mark.parametrize("document", SENT, ids=lambda each: each["type"])
def test_a_consumer_made_from_the_schema_reads_it_also_when_fields_are_added(document: Document) -> None:
    consumer = consumer_of(data_schema(document))
    read = consumer.model_validate(document["data"]).model_dump(exclude_unset=True)
    assert read == document["data"]
    assert consumer.model_validate({**document["data"], "addedLater": [1]}).model_dump(exclude_unset=True) == read


def test_a_consumer_notices_a_field_that_is_gone_or_is_another_than_it_was() -> None:
    document = SENT[0]
    consumer = consumer_of(data_schema(document))
    for key in data_schema(document)["required"]:
        with pytest.raises(ValidationError):
            consumer.model_validate({name: each for name, each in document["data"].items() if name != key})
    with pytest.raises(ValidationError):
        consumer.model_validate({**document["data"], "packageId": "71"})


def test_the_asyncapi_document_leads_to_every_schema() -> None:
    made = json.loads(ASYNCAPI.read_text())
    assert made["asyncapi"] == "3.0.0"
    for name in EVENTS:
        envelope, narrowed = made["components"]["messages"][name]["payload"]["allOf"]
        data = narrowed["properties"]["data"]["$ref"]
        assert (ASYNCAPI.parent / envelope["$ref"]).exists()
        assert json.loads((ASYNCAPI.parent / data).read_text())["title"] == made["components"]["messages"][name]["name"]
    for place, channel in made["channels"].items():
        told = set(EVENTS) if place == "bus" else set(EVENTS) - {TURNED_OFF}  # which only the stage's bus gets
        assert {each["$ref"] for each in channel["messages"].values()} == {
            f"#/components/messages/{name}" for name in told
        }


def test_there_is_nothing_of_the_customer_in_any_event() -> None:
    fields = {each for name in EVENTS for each in _fields(schema(f"{name}.{VERSION}"))}
    words = ("address", "customer", "firstname", "lastname", "phone", "email", "taxnumber", "identity")
    assert [each for each in fields if any(word in each.lower() for word in words)] == []


def _fields(node: object) -> Iterator[str]:
    match node:
        case {"properties": dict() as properties, **rest}:
            yield from properties
            yield from _fields(list(properties.values()))
            yield from _fields(rest)
        case dict():
            yield from _fields(list(node.values()))
        case list():
            for each in node:
                yield from _fields(each)
