"""GET …/cancellations/{cancellationId}, in both dialects: our own addition to either."""

from collections.abc import Mapping
from typing import Any

from cleave.application.read.cancellation import FollowedCancellation
from cleave.clock import optional_ms, to_ms
from cleave.dialects.reasons import BY_REASON
from cleave.domain.reasons import Reason

_ACCEPTED, _APPLIED = "accepted", "applied"


def render_found(found: FollowedCancellation, name: str) -> dict[str, Any]:
    """The cancellation with what became of each of its packages."""
    return {
        "cancellationId": name,
        "orderNumber": found.order_number,
        **render_recorded(found),
        "packages": [_render_package(found, *each) for each in found.recorded.units.items()],
    }


def render_recorded(found: FollowedCancellation) -> dict[str, Any]:
    """What a cancellation says of itself, its packages aside. ``accepted`` until it is applied to all of them."""
    recorded, applied_at = found.recorded, found.applied_at
    return {
        "dialect": recorded.dialect,
        "state": _ACCEPTED if applied_at is None else _APPLIED,
        **render_reason(recorded.reason),
        "cancelledBy": recorded.cancelled_by,
        "shouldKeepPreviousStatus": recorded.keep_status,
        "acceptedDate": to_ms(recorded.accepted_at),
        "appliedDate": optional_ms(applied_at),
        "correlationId": recorded.correlation_id,
    }


def render_reason(reason: Reason) -> dict[str, Any]:
    """In the words of both dialects; 0 is Trendyol's for a reason that it does not have."""
    codes = BY_REASON[reason]
    return {"reason": codes.hepsiglobal, "reasonId": codes.trendyol_id}


def render_units(lines: Mapping[int, int]) -> list[dict[str, int]]:
    """How many units of which lines."""
    return [{"lineId": line_id, "quantity": quantity} for line_id, quantity in lines.items()]


def _render_package(found: FollowedCancellation, package_id: int, lines: Mapping[int, int]) -> dict[str, Any]:
    """Of a package whose time is over, no status is known any more."""
    state = found.packages.get(package_id)
    return {
        "shipmentPackageId": package_id,
        "state": _ACCEPTED if found.waits_on(package_id) else _APPLIED,
        "status": None if state is None else state.package.status,
        "lines": render_units(lines),
        "successorIds": [] if state is None else list(state.package.successor_ids),
    }
