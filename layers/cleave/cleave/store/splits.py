"""Explicit splits that were accepted: a plan on the package itself, since a package is split once at most."""

from datetime import datetime
from typing import Any

from cleave.clock import to_ms
from cleave.domain.cancellation import PackageAddress
from cleave.domain.partition import PlannedSplit
from cleave.store import keys
from cleave.store.table import Update

PLAN = "planned_split"


def plan_split(address: PackageAddress, planned: PlannedSplit, version: int, at: datetime) -> Update:
    """Note the plan, if nobody has written the package since ``version``; the stream carries it on.

    The plan stays when it is carried out, so that a repeat of the request is recognised.
    """
    return Update(
        key=keys.package(address.seller_id, address.package_id),
        change=f"SET {PLAN} = :plan, waiting_since = :at, pending = :pending, version = :next",
        condition="version = :version",
        values={
            "plan": _document(planned),
            "at": to_ms(at),
            "pending": keys.pending(str(address.package_id)),
            "version": version,
            "next": version + 1,
        },
    )


def _document(planned: PlannedSplit) -> dict[str, Any]:
    return {
        "fingerprint": planned.fingerprint,
        "groups": [{str(line_id): quantity for line_id, quantity in group.items()} for group in planned.groups],
        "package_ids": list(planned.package_ids),
        "asked": planned.asked,
        "keep_status": planned.keep_status,
        "correlation_id": planned.correlation_id,
    }


def to_planned(document: dict[str, Any]) -> PlannedSplit:
    """A plan from its package's item."""
    return PlannedSplit(
        fingerprint=document["fingerprint"],
        groups=tuple(
            {int(line_id): int(quantity) for line_id, quantity in group.items()} for group in document["groups"]
        ),
        package_ids=tuple(int(package_id) for package_id in document["package_ids"]),
        asked=int(document["asked"]),
        keep_status=document["keep_status"],
        correlation_id=document.get("correlation_id", ""),  # planned before there was one
    )
