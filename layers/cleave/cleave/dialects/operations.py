"""Operators' and support's views: gauges with their alarms' thresholds, and all receivers."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from cleave.application.operate.receivers import Receiver, ReceiverPage
from cleave.clock import optional_ms, to_ms
from cleave.dialects.staff_calls import cursor_of
from cleave.dialects.trendyol.parameters import Parameters
from cleave.domain.delivery import Lane
from cleave.domain.health import Gauge, GaugeName, are_healthy
from cleave.domain.receiver import receiver_kind
from cleave.domain.subscription import channel_of
from cleave.entry.cursors import Values, seal_cursor
from cleave.entry.gateway import Call

if TYPE_CHECKING:
    from cleave.dialects.answers_operations import (
        Probed,
        ShownGauge,
        ShownOwner,
        ShownReceiver,
        ShownReceivers,
        ShownStatus,
        ToldStatus,
    )

# A gauge's label, and its runbook.
GAUGES = {
    GaugeName.CANCELLATION: ("oldest accepted cancellation not applied", "pending-cancellations"),
    GaugeName.EVENT: ("oldest event not handed to webhooks", "pending-events"),
    GaugeName.FAILED_BATCHES: ("batches that the stream gave up", "failed-records"),
    GaugeName.DELIVERY: ("oldest delivery that waits for a receiver", "waiting-deliveries"),
    GaugeName.RECEIVERS: ("receivers that fail", "waiting-deliveries"),
    GaugeName.DEAD_LETTERS: ("dead letters of the delivery queue", "dead-letters"),
}
_RECEIVERS: Values = ["receivers"]


def render_status(at: datetime, gauges: Sequence[Gauge]) -> "ShownStatus":
    return {"at": to_ms(at), "healthy": are_healthy(gauges), "gauges": [_gauge(each) for each in gauges]}


def told_status(call: Call, stack: str, gauges: Sequence[Gauge]) -> "ToldStatus":
    """The status, with the caller's rights and the stage."""
    role: Literal["operator", "support"] = "support" if call.principal and call.principal.only_reads else "operator"
    return {**render_status(call.at, gauges), "role": role, "stack": stack}


def _gauge(gauge: Gauge) -> "ShownGauge":
    label, runbook = GAUGES[gauge.name]
    return {
        "name": gauge.name,
        "label": label,
        "value": round(gauge.value, 1),
        "unit": "seconds" if gauge.name.is_age else "count",
        "threshold": gauge.threshold,
        "healthy": gauge.is_healthy,
        "runbook": runbook,
    }


def wants_failing(call: Call) -> bool:
    """Whether the caller asks for failing receivers only. Raises Refusal."""
    return Parameters(call.query).choice("failing", {"false": False, "true": True})


def receivers_after(call: Call) -> int | None:
    """The place after which the page begins; None for the first page. Raises Refusal."""
    values = cursor_of(call, _RECEIVERS)
    return None if values is None else int(values[0])


def render_receivers(page: ReceiverPage) -> "ShownReceivers":
    cursor = None if page.then is None else seal_cursor([page.then], _RECEIVERS)
    return {
        "receivers": [render_receiver(each) for each in page.receivers],
        "unreadable": list(page.unreadable),
        "nextCursor": cursor,
    }


def render_receiver(receiver: Receiver) -> "ShownReceiver":
    """The receiver, with the names that the lines of the log use."""
    subscription, circuit, backlog = receiver.subscription, receiver.circuit, receiver.backlog
    return {
        "subscriptionId": subscription.subscription_id,
        "owner": render_owner(subscription.owner),
        "host": subscription.host,
        "kind": receiver_kind(subscription.url),
        "status": subscription.status,
        "passiveReason": subscription.passive_reason,
        "circuit": "open" if receiver.is_open else "closed",
        "failures": 0 if circuit is None else circuit.failures,
        "failingSince": optional_ms(receiver.failing_since),
        "nextProbe": None if circuit is None else optional_ms(circuit.probe_at),
        "backlog": backlog.count,
        "backlogIsMore": backlog.is_more,
        "oldestWaiting": optional_ms(backlog.oldest),
    }


def render_probed(subscription_id: str, tried: Lane) -> "Probed":
    """The order of the message that the receiver gets."""
    return {"subscriptionId": subscription_id, "sellerId": tried.seller_id, "orderNumber": tried.order_number}


def render_owner(owner: str) -> "ShownOwner":
    channel = channel_of(owner)
    if channel is not None:
        return {"kind": "channel", "id": channel}
    return {"kind": "seller", "id": owner.partition(":")[2]}
