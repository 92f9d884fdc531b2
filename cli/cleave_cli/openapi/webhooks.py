"""The document's webhooks: every message that a subscriber may get, with a sample of each."""

import json
from collections.abc import Mapping
from typing import Any

from cleave.clock import from_ms
from cleave.dialects.cloudevents.render import schema_of, type_of
from cleave.dialects.cloudevents.shapes import CloudEvent
from cleave.dialects.hepsiglobal import messages
from cleave.dialects.trendyol.answers import PackagePage
from cleave.domain.subscription import ChannelEvent, PayloadFormat
from cleave.outbound.exchange import Request

from cleave_cli.event_documents import EVENTS
from cleave_cli.openapi.operation import Ref, Schema
from cleave_cli.told.catalogue import HEPSIGLOBAL_TEST, KINDS, SAMPLE_URL, Kind, Target, samples
from cleave_cli.told.history import EXAMPLE_MS

TAG = ("Webhooks", "What Cleave sends to those who subscribed. `cleave trigger NAME` sends a signed sample of each.")
_OF_CHANNELS: Mapping[str, type] = {
    f"hepsiglobal.{ChannelEvent.ITEM_CANCELLED}": messages.CancelledItem,
    f"hepsiglobal.{ChannelEvent.SHIPMENT_CANCELLED}": messages.EndedShipment,
    f"hepsiglobal.{ChannelEvent.SHIPMENT_CREATED}": messages.CreatedShipment,
    f"hepsiglobal.{ChannelEvent.SHIPMENT_MOVED}": messages.MovedShipment,
    HEPSIGLOBAL_TEST: messages.NoCancelledItem,
}
_FACTS = {type_of(name): name for name in EVENTS}
_HEADERS = {
    "webhook-id": "Names the message; the same on every attempt, resend and replay.",
    "webhook-timestamp": "Of this attempt, in seconds.",
    "webhook-signature": "`v1,` and the base64 of an HMAC-SHA256, as Standard Webhooks has it; several, separated by "
    "spaces, while secrets overlap.",
    "webhook-sequence": "Numbers the messages of one seller's order to this webhook, from 1.",
}
_RESPONSES = {
    "200": "Taken; so is every 2xx.",
    "410": "Turns the webhook off.",
    "429": "Pauses it, for as long as Retry-After says.",
    "503": "The same.",
    "500": "Not taken, as with every other answer: it is sent again.",
}


def webhooks() -> dict[str, Schema]:
    """By the names that ``cleave trigger`` knows; without events for the stage's own bus only."""
    made = samples(Target(), from_ms(EXAMPLE_MS), as_documented=True)
    return {
        name: {made[name].method.lower(): _operation(kind, made[name])}
        for name, kind in KINDS.items()
        if kind.to_webhooks
    }


def schema_of_kind(kind: Kind) -> Schema:
    match kind.payload:
        case PayloadFormat.TRENDYOL:
            return Ref(PackagePage).schema
        case PayloadFormat.HEPSIGLOBAL:
            return Ref(_OF_CHANNELS[kind.name]).schema
        case PayloadFormat.CLOUDEVENTS:
            return _fact(kind.name)


def _fact(event_type: str) -> Schema:
    name = _FACTS[event_type]
    narrowed = {
        "type": {"const": event_type},
        "dataschema": {"const": schema_of(name)},
        "data": Ref(EVENTS[name][0]).schema,
    }
    return {"allOf": [Ref(CloudEvent).schema, {"type": "object", "properties": narrowed}]}


def _operation(kind: Kind, request: Request) -> Schema:
    example: Any = json.loads(request.body)
    body = {"schema": schema_of_kind(kind), "examples": {"example": {"value": example}}}
    return {
        "operationId": kind.name,
        "summary": kind.meaning,
        "description": f"To {_place(request)}.",
        "tags": [TAG[0]],
        "security": [],
        "parameters": [_header(name, text) for name, text in _HEADERS.items() if name in request.headers],
        "requestBody": {"required": True, "content": {request.headers["Content-Type"]: body}},
        "responses": {status: {"description": text} for status, text in _RESPONSES.items()},
    }


def _place(request: Request) -> str:
    added = request.url.removeprefix(SAMPLE_URL)
    return f"the subscription's `url` with `{added}` added" if added else "the subscription's `url`"


def _header(name: str, text: str) -> Schema:
    return {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
