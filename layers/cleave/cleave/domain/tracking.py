"""The seller's own carrier and tracking number, and the packages that may get them."""

from dataclasses import dataclass, replace
from datetime import datetime

from cleave.domain.cancellation import PackageAddress
from cleave.domain.package import Carriage, Package
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.status import Status

# A seller reports Picking first. Once the carrier has the package, its number is final.
TRACKABLE = (Status.PICKING, Status.INVOICED)


@dataclass(frozen=True, slots=True)
class TrackingNotice:
    """``carriage`` holds the seller's values; None leaves a field unchanged. ``at`` is aware UTC."""

    address: PackageAddress
    carriage: Carriage
    at: datetime
    correlation_id: str = ""


def feed_tracking(package: Package, notice: TrackingNotice) -> Package | None:
    """The package with the seller's tracking details, or None if it has them already. Raises Refusal."""
    if package.status not in TRACKABLE:
        message = f"package {package.package_id} is {package.status}; tracking is taken in {', '.join(TRACKABLE)}"
        raise Refusal(RefusalCode.TRACKING_STATUS, message)
    carriage = package.carriage.with_said(notice.carriage)
    if carriage == package.carriage:
        return None
    return replace(package, carriage=carriage, modified_at=package.modified_by(notice.at))
