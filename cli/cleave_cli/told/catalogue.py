"""The kinds of messages by name, each with a sample as it would be sent now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from cleave.application.tell.attempt import Outgoing, outgoing_of
from cleave.clock import to_ms
from cleave.dialects.cloudevents.render import TESTED, TURNED_OFF, render_turned_off, type_of
from cleave.dialects.trendyol.webhooks import STATUSES
from cleave.domain.dialect import Dialect
from cleave.domain.events import Event
from cleave.domain.recipients import recipient_of
from cleave.domain.status import Status
from cleave.domain.subscription import (
    Authentication,
    ChannelEvent,
    PassiveReason,
    PayloadFormat,
    SigningKey,
    Subscription,
    SubscriptionStatus,
    channel_owner,
    seller_owner,
)
from cleave.entry.wire import to_json
from cleave.outbound.exchange import Request
from cleave.outbound.messages import CLOUDEVENT, Body, body_of
from cleave.outbound.requests import Requests
from cleave.store.deliveries import deliveries_of

from cleave_cli.event_documents import EVENTS
from cleave_cli.told.history import SELLER, sample_events

SAMPLE_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="  # noqa: S105 - of the documentation, of no receiver
SAMPLE_URL = "https://hooks.example.com/cleave"
TRENDYOL_TEST, HEPSIGLOBAL_TEST = "trendyol.test", "hepsiglobal.test"
_SAMPLE_WEBHOOKS = {
    payload: f"3a0f4c1e-8f43-4d3e-9d53-5f1d3a4b8a1{place}" for place, payload in enumerate(PayloadFormat, start=1)
}
_LASTS = timedelta(hours=1)
_SPELLED = {status: spelled for spelled, status in STATUSES.items()}
_OF_CHANNELS = {
    ChannelEvent.ITEM_CANCELLED: "Units of an item were cancelled, for each cancelled line of a package.",
    ChannelEvent.SHIPMENT_CANCELLED: "A package ended.",
    ChannelEvent.SHIPMENT_CREATED: "A package came to be.",
    ChannelEvent.SHIPMENT_MOVED: "A package was moved on.",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """``to_webhooks``: whether a subscription's receiver gets it; else it is on the stage's own bus alone."""

    name: str
    payload: PayloadFormat
    meaning: str
    to_webhooks: bool = True


def _kinds() -> Iterator[Kind]:
    for spelled, status in STATUSES.items():
        meaning = f"A package entered the status {status}."
        if status == Status.UNSUPPLIED:
            meaning = "A package ended that has lines which cannot be supplied."
        yield Kind(f"trendyol.{spelled}", PayloadFormat.TRENDYOL, meaning)
    yield Kind(TRENDYOL_TEST, PayloadFormat.TRENDYOL, "Nothing happened: POST …/test asked for it.")
    for event, meaning in _OF_CHANNELS.items():
        yield Kind(f"hepsiglobal.{event}", PayloadFormat.HEPSIGLOBAL, meaning)
    yield Kind(HEPSIGLOBAL_TEST, PayloadFormat.HEPSIGLOBAL, "Nothing happened: POST …/test asked for it.")
    for name, (_, meaning) in EVENTS.items():
        yield Kind(type_of(name), PayloadFormat.CLOUDEVENTS, meaning, to_webhooks=name != TURNED_OFF)


KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _kinds()})


@dataclass(frozen=True, slots=True)
class Target:
    """Where samples go, and the secrets that they are signed with."""

    url: str = SAMPLE_URL
    secrets: tuple[str, ...] = (SAMPLE_SECRET,)


class _Plain:
    """Secrets that are not encrypted."""

    def open(self, sealed: bytes, owner: str, subscription_id: str) -> str:
        del owner, subscription_id
        return sealed.decode()


_REQUESTS = Requests(_Plain())


def samples(target: Target, at: datetime, *, as_documented: bool = False) -> dict[str, Request]:
    """One request of each kind, by its name. Their events are from the hour before ``at``."""
    subscriptions = [_subscription(payload, target, at) for payload in PayloadFormat]
    begun = at if as_documented else at - _LASTS
    events = sample_events([recipient_of(each) for each in subscriptions], begun, as_documented=as_documented)
    found: dict[str, Request] = {}
    for subscription in subscriptions:
        for outgoing in _outgoing(subscription, events):
            for name in _names(subscription, outgoing):
                if name not in found:
                    found[name] = _REQUESTS.telling(subscription, outgoing, at)
        found |= _without_events(subscription, at)
    return {name: found[name] for name in KINDS}


def _subscription(payload: PayloadFormat, target: Target, at: datetime) -> Subscription:
    is_channels = payload is PayloadFormat.HEPSIGLOBAL
    return Subscription(
        subscription_id=_SAMPLE_WEBHOOKS[payload],
        owner=channel_owner("market") if is_channels else seller_owner(SELLER),
        sellers=frozenset({SELLER}),
        dialect=Dialect.HEPSIGLOBAL if is_channels else Dialect.TRENDYOL,
        url=target.url,
        authentication=Authentication.NONE,
        username=None,
        sealed_secret=None,
        signing_keys=tuple(SigningKey(secret.encode(), None) for secret in target.secrets),
        statuses=frozenset(),
        status=SubscriptionStatus.ACTIVE,
        created_at=at,
        modified_at=None,
        tracks=1,
        payload=payload,
        channel_events=frozenset(ChannelEvent),
    )


def _outgoing(subscription: Subscription, events: Sequence[Event]) -> Iterator[Outgoing]:
    for event in events:
        for _, delivery in deliveries_of(event):
            if delivery.lane.subscription_id == subscription.subscription_id:
                yield from (outgoing_of(event, delivery, place) for place in range(delivery.count))


def _names(subscription: Subscription, outgoing: Outgoing) -> list[str]:
    """The kinds of which the message is one: a package that ended may have lines that were not supplied."""
    match subscription.payload:
        case PayloadFormat.TRENDYOL:
            package = outgoing.event.packages[outgoing.message.package]
            statuses = {package.status, *(line.status for line in package.lines if line.status == Status.UNSUPPLIED)}
            return [f"trendyol.{_SPELLED[Status(each)]}" for each in statuses]
        case PayloadFormat.HEPSIGLOBAL:
            return [f"hepsiglobal.{body_of(subscription, outgoing, old_names=True).name}"]
        case PayloadFormat.CLOUDEVENTS:
            return [body_of(subscription, outgoing, old_names=True).name]


def _without_events(subscription: Subscription, at: datetime) -> dict[str, Request]:
    """Messages that no change of an order causes."""
    test = _REQUESTS.trying(subscription, f"test-{to_ms(at)}", at)
    match subscription.payload:
        case PayloadFormat.TRENDYOL:
            return {TRENDYOL_TEST: test}
        case PayloadFormat.HEPSIGLOBAL:
            return {HEPSIGLOBAL_TEST: test}
        case PayloadFormat.CLOUDEVENTS:
            off = render_turned_off(subscription, at, PassiveReason.FAILING)
            said = Body(off["type"], CLOUDEVENT, to_json(off))
            return {type_of(TESTED): test, off["type"]: _REQUESTS.carrying(subscription, off["id"], said, at, {})}
