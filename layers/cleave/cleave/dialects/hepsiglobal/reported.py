"""PUT {base}/webhooks/order-cancel as we send it: what a channel is told when units of its order are cancelled."""

from typing import Any

from cleave.dialects.reasons import BY_REASON
from cleave.domain.events import PackageEvent
from cleave.domain.ids import reported_cancel_id
from cleave.domain.package import Line, Package, UnitsCancelled


def reported_cancels(event: PackageEvent) -> tuple[dict[str, Any], ...]:
    """The bodies that say what the event cancelled, one for each line and cancellation; empty for any other event.

    The dialect that the cancel came in by makes no difference. A ``cancel_id`` is the same for every receiver and
    attempt.
    """
    package = event.package
    return tuple(_body(package, line, line.cancelled) for line in package.lines if line.cancelled is not None)


def _body(package: Package, line: Line, cancelled: UnitsCancelled) -> dict[str, Any]:
    return {
        "cancel_id": reported_cancel_id(package.package_id, line.line_id, cancelled.cancellation_id),
        "order_number": package.order_number,
        "cancel_quantity": line.quantity,
        "order_item_number": line.item_number,
        "reason": BY_REASON[cancelled.reason].hepsiglobal,
    }
