"""A message's body, in its subscription's format."""

import json
from datetime import datetime
from typing import NamedTuple

from cleave.application.tell.attempt import Outgoing
from cleave.dialects.cloudevents.render import MOST_BYTES, render_fact, render_test
from cleave.dialects.hepsiglobal.cancelled import render_cancelled
from cleave.dialects.hepsiglobal.shipments import render_created, render_ended, render_moved
from cleave.dialects.trendyol.packages import page
from cleave.dialects.trendyol.shortened import page_of
from cleave.domain.cancellation import Scope
from cleave.domain.destination import is_arn
from cleave.domain.dialect import Dialect
from cleave.domain.recipients import MessageKind
from cleave.domain.subscription import PayloadFormat, Subscription, channel_of
from cleave.entry.wire import to_json
from cleave.table.limits import ANSWER_BYTES, KILOBYTE

# An answer with a message has its delivery and a hundred attempts, too.
_MOST_SHOWN = ANSWER_BYTES - 256 * KILOBYTE
_JSON, CLOUDEVENT = "application/json", "application/cloudevents+json"


class Body(NamedTuple):
    """A message's body. ``name`` is the message's type, as on a bus."""

    name: str
    content_type: str
    text: str


def body_of(subscription: Subscription, outgoing: Outgoing, *, old_names: bool) -> Body:
    """The package as it was when the event happened, one of its cancelled items, or one fact as a CloudEvent.

    With ``old_names``, renamed fields of a package appear under both names. A package is shortened if it is too large
    for a bus or queue, or larger than the API could show it to the owner of a URL.
    """
    event, message = outgoing.event, outgoing.message
    match message.kind:
        case MessageKind.PACKAGE:
            package = event.packages[message.package]
            fits = _fits_bus if is_arn(subscription.url) else _fits_answer
            return Body("package", _JSON, page_of(package, fits, old_names=old_names))
        case MessageKind.CANCELLED_LINE:
            return Body("order-cancel", _JSON, to_json(render_cancelled(event, message)))
        case MessageKind.SHIPMENT_CREATED:
            return Body("create-shipment", _JSON, to_json(render_created(event, message)))
        case MessageKind.SHIPMENT_CANCELLED:
            return Body("cancel-shipment", _JSON, to_json(render_ended(event, message)))
        case MessageKind.SHIPMENT_MOVED:
            return Body("shipment-status", _JSON, to_json(render_moved(event, message)))
        case MessageKind.DOMAIN_EVENT:
            document = render_fact(event, message.fact or 0, scope_of(subscription.owner))
            return Body(document["type"], CLOUDEVENT, to_json(document))


def _fits_bus(text: str) -> bool:
    return len(text.encode()) <= MOST_BYTES


def _fits_answer(text: str) -> bool:
    """Whether the API can show the message to its owner: as a text in a JSON document, which is a text in Lambda's. A
    character then takes at most four bytes."""
    if len(text) > _MOST_SHOWN:
        return False
    return 4 * len(text) <= _MOST_SHOWN or len(_quoted(_quoted(text)).encode()) <= _MOST_SHOWN


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def empty_body(subscription: Subscription, message_id: str, at: datetime) -> Body:
    """A body of the same kind without content."""
    match subscription.payload:
        case PayloadFormat.TRENDYOL:
            return Body("package", _JSON, to_json(page([], old_names=False)))
        case PayloadFormat.HEPSIGLOBAL:
            return Body("order-cancel", _JSON, to_json({"cancel_items": []}))
        case PayloadFormat.CLOUDEVENTS:
            document = render_test(subscription.subscription_id, message_id, at)
            return Body(document["type"], CLOUDEVENT, to_json(document))


def scope_of(owner: str) -> Scope:
    """The scope of the owner's own cancellations."""
    channel = channel_of(owner)
    if channel is not None:
        return Scope(Dialect.HEPSIGLOBAL, channel)
    return Scope(Dialect.TRENDYOL, owner.partition(":")[2])
