"""A message's body, in its subscription's format."""

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
from cleave.table.limits import ANSWER_BYTES

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
            room = MOST_BYTES if is_arn(subscription.url) else ANSWER_BYTES
            return Body("package", _JSON, page_of(package, room, old_names=old_names))
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
