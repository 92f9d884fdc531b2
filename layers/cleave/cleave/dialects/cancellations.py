"""GET …/cancellations/{cancellationId}, in both dialects; neither dialect's own pages have it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from cleave.application.read.cancellation import FollowedCancellation
from cleave.clock import optional_ms, to_ms
from cleave.dialects.reasons import BY_REASON

if TYPE_CHECKING:
    from cleave.dialects.answers_reading import CancellationFacts, CancelledPackage, FoundCancellation, Units

_ACCEPTED: Literal["accepted"] = "accepted"
_APPLIED: Literal["applied"] = "applied"


def render_found(found: FollowedCancellation, name: str) -> "FoundCancellation":
    """The cancellation with the state of each of its packages."""
    shown: FoundCancellation = {
        "cancellationId": name,
        "orderNumber": found.order_number,
        **render_recorded(found),  # type: ignore[typeddict-item] # it has no key that may be absent
        "packages": [_render_package(found, *each) for each in found.recorded.units.items()],
    }
    if found.unreadable:
        shown["unreadablePackageIds"] = list(found.unreadable)
    return shown


def render_recorded(found: FollowedCancellation) -> "CancellationFacts":
    """A cancellation without its packages; its reason in the words of both dialects."""
    recorded, applied_at = found.recorded, found.applied_at
    codes = BY_REASON[recorded.reason]
    return {
        "dialect": recorded.dialect,
        "state": _ACCEPTED if applied_at is None else _APPLIED,
        "reason": codes.hepsiglobal,
        "reasonId": codes.trendyol_id,
        "cancelledBy": recorded.cancelled_by,
        "shouldKeepPreviousStatus": recorded.keep_status,
        "acceptedDate": to_ms(recorded.accepted_at),
        "appliedDate": optional_ms(applied_at),
        "correlationId": recorded.correlation_id,
    }


def render_units(lines: Mapping[int, int]) -> "list[Units]":
    """Units by line."""
    return [{"lineId": line_id, "quantity": quantity} for line_id, quantity in lines.items()]


def _render_package(found: FollowedCancellation, package_id: int, lines: Mapping[int, int]) -> "CancelledPackage":
    """An expired package has no known status."""
    state = found.packages.get(package_id)
    return {
        "shipmentPackageId": package_id,
        "state": _ACCEPTED if found.waits_on(package_id) else _APPLIED,
        "status": None if state is None else state.package.status,
        "lines": render_units(lines),
        "successorIds": [] if state is None else list(state.package.successor_ids),
    }
