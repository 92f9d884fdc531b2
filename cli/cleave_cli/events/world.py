"""Puts the items of the good events into a table, so that each event succeeds."""

import json
from collections.abc import Iterator
from datetime import datetime

from cleave.application.tell.fan_out import fan_out
from cleave.domain.change import OrderChange
from cleave.domain.dialect import Dialect
from cleave.domain.events import announce
from cleave.domain.roles import Role
from cleave.domain.subscription import (
    Authentication,
    PayloadFormat,
    SigningKey,
    Subscription,
    SubscriptionStatus,
    seller_owner,
)
from cleave.outbound.secrets import SecretBox
from cleave.store.changes import write_change
from cleave.store.credentials import Credential, store_credential
from cleave.store.orders import read_orders
from cleave.store.recipients import read_recipients
from cleave.store.subscriptions import create_subscription
from cleave.table.table import Table

from cleave_cli.errors import CleaveError
from cleave_cli.events.endpoints import SELLER_KEY, documented_call
from cleave_cli.events.lambda_event import Event
from cleave_cli.events.others import EXAMPLE_SECRET, EXAMPLE_TRACK, example_event
from cleave_cli.events.own import WEBHOOKS, own, own_packages
from cleave_cli.openapi.examples import MADE
from cleave_cli.samples import SELF_PAYING_SAMPLE

CLOSED_PORT = "http://127.0.0.1:9/cleave"
_SELLER = 20811
_CREDENTIALS = ((SELLER_KEY, Role.SELLER, EXAMPLE_SECRET), ("your client id", Role.CHANNEL, "your client secret"))


def sample_import() -> Event:
    """The call that imports the sample orders."""
    return {**documented_call("ImportOrders"), "body": SELF_PAYING_SAMPLE.read_text(encoding="utf-8")}


def requests() -> Iterator[Event]:
    """Calls that make what some events need: their packages, two that their seller delivers itself, a cancellation."""
    call = documented_call("ImportOrders")
    for package in own_packages():
        yield {**call, "body": json.dumps(package)}
    for function in ("ManualDeliver", "ManualReturn"):
        yield own(function, documented_call("AlternativeDelivery"))
    yield own("GetCancellation", documented_call("CancelPackage"))


def store_examples(table: Table, box: SecretBox, at: datetime) -> None:
    """Credentials, webhooks, the first one's delivery. Raises CleaveError where the sample order has a history."""
    for key, role, secret in _CREDENTIALS:
        store_credential(table, Credential(key, role, frozenset({_SELLER})), secret, at)
    create_subscription(table, _subscription(WEBHOOKS[0], box, at))
    event = example_event()
    (order,) = read_orders(table, event.order_number)
    said = announce(order, [event.packages], read_recipients(table, event.seller_id), event.at)
    if said.events != (event,):
        raise CleaveError(
            f"Order {event.order_number} has a history here. "
            "The samples need a stack that has seen nothing yet: start it again."
        )
    write_change(table, OrderChange(before=order, after=said.order, at=event.at, events=said.events))
    fan_out(table, lambda *_: None, [event], at)
    for webhook in WEBHOOKS[1:]:
        create_subscription(table, _subscription(webhook, box, at))


def _subscription(webhook: str, box: SecretBox, at: datetime) -> Subscription:
    owner = seller_owner(_SELLER)
    return Subscription(
        subscription_id=webhook,
        owner=owner,
        sellers=frozenset({_SELLER}),
        dialect=Dialect.TRENDYOL,
        payload=PayloadFormat.TRENDYOL,
        url=CLOSED_PORT,
        authentication=Authentication.API_KEY,
        username=None,
        sealed_secret=box.seal("key", owner, webhook),
        signing_keys=(SigningKey(box.seal(MADE["signingSecret"], owner, webhook), None),),
        statuses=frozenset(),
        status=SubscriptionStatus.ACTIVE,
        created_at=at,
        modified_at=None,
        tracks=EXAMPLE_TRACK + 1,
    )
