"""Reads everything that decides the next request to a receiver, in one round trip."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from cleave.domain.circuit import Circuit
from cleave.domain.delivery import Delivery
from cleave.domain.events import Event
from cleave.domain.subscription import Subscription
from cleave.store import keys, order_keys, webhook_keys
from cleave.store.circuits import to_circuit
from cleave.store.deliveries import previous_place, settled_key
from cleave.store.delivery_items import to_delivery
from cleave.store.events import to_told_event
from cleave.store.formats import Unreadable
from cleave.store.subscriptions import to_subscription
from cleave.table.attributes import Item
from cleave.table.requests import Key
from cleave.table.table import Table


@dataclass(frozen=True, slots=True)
class DrainInput:
    """None stands for a missing item. ``settled`` is the delivery itself, if its messages were all taken or given up
    before; ``is_previous_settled`` says the same of the previous one in its lane. A damaged circuit counts as missing.
    """

    subscription: Subscription | None
    circuit: Circuit | None
    event: Event | Unreadable | None
    settled: Delivery | None
    is_previous_settled: bool

    @property
    def can_be_sent(self) -> bool:
        """Whether the receiver may be sent anything besides probes."""
        return self.is_active and not (self.circuit and self.circuit.is_open)

    @property
    def is_active(self) -> bool:
        """Whether the webhook exists and is on."""
        return self.subscription is not None and self.subscription.is_active


def read_drain_input(table: Table, listed: Delivery) -> DrainInput:
    """The input for one delivery that was listed as waiting. Raises Unreadable for a damaged webhook."""
    lane, before = listed.lane, previous_place(listed)
    keys_of: dict[str, Key] = {
        "subscription": webhook_keys.subscription(listed.owner, lane.subscription_id),
        "circuit": webhook_keys.circuit(lane.subscription_id),
        "event": order_keys.event(lane.seller_id, lane.order_number, listed.event),
        "settled": settled_key(listed),
    }
    if before is not None:
        keys_of["previous"] = webhook_keys.settled(lane.subscription_id, before)
    items = {_text(item): item for item in table.batch_get(list(keys_of.values()))}
    found = {name: items.get(_text(key)) for name, key in keys_of.items()}
    subscription, settled = found["subscription"], found["settled"]
    event = _read(lambda item: to_told_event(item, listed), found["event"])
    circuit = _read(to_circuit, found["circuit"])
    return DrainInput(
        subscription=None if subscription is None else to_subscription(subscription),
        circuit=circuit if isinstance(circuit, Circuit) else None,
        event=event,
        settled=None if settled is None else _settled(settled, listed),
        is_previous_settled=found.get("previous") is not None,
    )


def _read[T](reader: Callable[[Item], T], item: Item | None) -> T | Unreadable | None:
    try:
        return None if item is None else reader(item)
    except Unreadable as damaged:
        return damaged


def _settled(item: Item, listed: Delivery) -> Delivery:
    """The settled delivery. A damaged item still shows that it is settled, but not the results of its messages."""
    found = _read(to_delivery, item)
    return found if isinstance(found, Delivery) else replace(listed, outcomes={})


def _text(key: Item) -> str:
    return f"{key[keys.PARTITION]}/{key[keys.SORT]}"
