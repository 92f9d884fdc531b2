"""Generates docs/schemas and docs/asyncapi.json from the domain events' shapes: ``python -m cleave_cli.catalogues``."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cleave.dialects.cloudevents.render import TESTED, TURNED_OFF, schema_of, type_of
from cleave.dialects.cloudevents.shapes import (
    VERSION,
    CancellationFact,
    CloudEvent,
    PackageFact,
    SubscriptionFact,
    TestFact,
)
from cleave.domain.domain_events import Fact
from pydantic import TypeAdapter

from cleave_cli.paths import ROOT

SCHEMAS, ASYNCAPI = ROOT / "docs/schemas", ROOT / "docs/asyncapi.json"
ENVELOPE = "cloudevent"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"

type Document = dict[str, Any]

# Name of an event, the shape of its data, and when it is sent.
EVENTS: Mapping[str, tuple[Any, str]] = {
    Fact.CANCELLATION_ACCEPTED: (CancellationFact, "Units were promised back. Told with the split that it led to."),
    Fact.CANCELLATION_APPLIED: (CancellationFact, "The units are gone: count stock and money by this one."),
    Fact.PACKAGE_CREATED: (PackageFact, "A package came into being."),
    Fact.PACKAGE_SPLIT: (PackageFact, "A package ended, and others took its place."),
    Fact.PACKAGE_CANCELLED: (PackageFact, "A package ended, and nothing of it is left."),
    Fact.PACKAGE_MOVED_ON: (PackageFact, "A package, or lines of it, entered another status."),
    Fact.TRACKING_FED: (PackageFact, "The number or carrier by which a package is found became known, or another one."),
    TURNED_OFF: (SubscriptionFact, "A subscription is off, and is told nothing. On the stage's bus alone."),
    TESTED: (TestFact, "A test: an owner asked whether the destination takes events."),
}


def event_documents() -> dict[Path, str]:
    """The documents by path."""
    documents = {SCHEMAS / f"{name}.{VERSION}.json": _data_schema(name) for name in EVENTS}
    documents[SCHEMAS / f"{ENVELOPE}.json"] = _envelope_schema()
    documents[ASYNCAPI] = asyncapi()
    return {path: f"{json.dumps(document, indent=2)}\n" for path, document in documents.items()}


def _data_schema(name: str) -> Document:
    """Of an event's ``data``: what its ``dataschema`` names."""
    shape, meaning = EVENTS[name]
    made = _of(shape)
    said = f"{meaning} {made['description']}"
    return {"$schema": _DRAFT, "$id": schema_of(name), **made, "title": type_of(name), "description": said}


def _envelope_schema() -> Document:
    made = _of(CloudEvent)
    made["properties"]["data"] = {"type": "object"}
    del made["$defs"]
    return {"$schema": _DRAFT, "title": "CloudEvent", **made}


def _of(shape: Any) -> Document:  # noqa: ANN401 - a TypedDict
    plain: Document = _in_plain_words(TypeAdapter(shape).json_schema())
    return plain


def _in_plain_words(node: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Without titles that repeat a field's name, and with descriptions that are no docstrings."""
    if isinstance(node, list):
        return [_in_plain_words(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _in_plain_words(each) for key, each in node.items() if not (key == "title" and isinstance(each, str))}
    if isinstance(kept.get("description"), str):
        kept["description"] = " ".join(kept["description"].replace("``", "`").split())
    return kept


def asyncapi() -> Document:
    """AsyncAPI 3.0: three kinds of places, and the same messages in each."""
    messages = {name: {"$ref": f"#/components/messages/{name}"} for name in EVENTS}
    of_subscriptions = {name: message for name, message in messages.items() if name != TURNED_OFF}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Cleave: events for a marketplace's own systems",
            "version": VERSION,
            "description": "CloudEvents 1.0 in structured JSON. See docs/events.md.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "bus": {
                "address": None,
                "description": "An EventBridge bus: the stage's own, or a subscription's. Keeps no order.",
                "messages": messages,
            },
            "queue": {
                "address": None,
                "description": "A subscription's SQS queue. A FIFO one keeps the order of each order.",
                "messages": of_subscriptions,
            },
            "webhook": {
                "address": None,
                "description": "A subscription's URL, signed by Standard Webhooks, in order.",
                "messages": of_subscriptions,
            },
        },
        "operations": {
            f"sendTo{channel.capitalize()}": {"action": "send", "channel": {"$ref": f"#/channels/{channel}"}}
            for channel in ("bus", "queue", "webhook")
        },
        "components": {"messages": {name: _message(name) for name in EVENTS}},
    }


def _message(name: str) -> Document:
    envelope = f"schemas/{ENVELOPE}.json"
    narrowed = {
        "type": {"const": type_of(name)},
        "dataschema": {"const": schema_of(name)},
        "data": {"$ref": f"schemas/{name}.{VERSION}.json"},
    }
    return {
        "name": type_of(name),
        "summary": EVENTS[name][1],
        "contentType": "application/cloudevents+json",
        "payload": {"allOf": [{"$ref": envelope}, {"type": "object", "properties": narrowed}]},
    }
