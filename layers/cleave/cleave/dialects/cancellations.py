"""GET …/cancellations/{cancellationId}, in both dialects: our own addition to either."""

from collections.abc import Mapping
from typing import Any

from cleave.application.find_cancellation import FoundCancellation, Taken
from cleave.clock import to_ms
from cleave.dialects.reasons import BY_REASON
from cleave.domain.reasons import Reason
from cleave.store.recorded import RecordedCancellation

_ACCEPTED, _APPLIED = "accepted", "applied"


def render_found(found: FoundCancellation, name: str) -> dict[str, Any]:
    """The cancellation with what became of each of its packages."""
    recorded = found.recorded
    packages = [
        _render_package(package_id, lines, found.packages[package_id]) for package_id, lines in recorded.units.items()
    ]
    return {
        "cancellationId": name,
        "orderNumber": found.order_number,
        **render_recorded(recorded),
        "packages": packages,
    }


def render_recorded(recorded: RecordedCancellation) -> dict[str, Any]:
    """What a cancellation says of itself, its packages aside. ``accepted`` until it is applied to all of them."""
    applied_at = recorded.applied_at
    return {
        "dialect": recorded.dialect,
        "state": _ACCEPTED if applied_at is None else _APPLIED,
        **render_reason(recorded.reason),
        "cancelledBy": recorded.cancelled_by,
        "shouldKeepPreviousStatus": recorded.keep_status,
        "acceptedDate": to_ms(recorded.accepted_at),
        "appliedDate": None if applied_at is None else to_ms(applied_at),
        "correlationId": recorded.correlation_id,
    }


def render_reason(reason: Reason) -> dict[str, Any]:
    """In the words of both dialects; 0 is Trendyol's for a reason that it does not have."""
    codes = BY_REASON[reason]
    return {"reason": codes.hepsiglobal, "reasonId": codes.trendyol_id}


def render_units(lines: Mapping[int, int]) -> list[dict[str, int]]:
    """How many units of which lines."""
    return [{"lineId": line_id, "quantity": quantity} for line_id, quantity in lines.items()]


def _render_package(package_id: int, lines: Mapping[int, int], taken: Taken) -> dict[str, Any]:
    return {
        "shipmentPackageId": package_id,
        "state": _ACCEPTED if taken.waits else _APPLIED,
        "status": taken.state.status,
        "lines": render_units(lines),
        "successorIds": list(taken.state.successor_ids),
    }
