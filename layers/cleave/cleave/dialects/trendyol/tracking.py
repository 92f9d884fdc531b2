"""PUT …/tracking-details, and the older update-tracking-number."""

from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.providers import PROVIDERS
from cleave.domain.package import Carriage
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.tracking import TrackingNotice
from cleave.entry.values import PRINTABLE, Text, as_text
from cleave.entry.wire import WireModel

type CarrierNumber = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=PRINTABLE), BeforeValidator(as_text)
]


class TrackingRequest(WireModel):
    """Trendyol's putUpdateTrackingNumber."""

    cargoSenderNumber: CarrierNumber
    providerCode: Text
    returnTrackingNumber: CarrierNumber | None = None


class LegacyTrackingRequest(WireModel):
    """It names no carrier; the package keeps its carrier."""

    trackingNumber: CarrierNumber


def to_tracking_notice(seller: SellerCall) -> TrackingNotice:
    """The seller's tracking details. Raises Refusal or Refusals."""
    request = seller.call.body(TrackingRequest)
    name = PROVIDERS.get(request.providerCode.strip().upper())
    if name is None:
        message = f"known providers: {', '.join(PROVIDERS)}"
        raise Refusal(RefusalCode.PROVIDER_UNKNOWN, message, field="providerCode")
    carriage = Carriage(request.cargoSenderNumber, name, request.returnTrackingNumber)
    return TrackingNotice(seller.address, carriage, seller.call.at, seller.call.request_id)


def to_legacy_tracking_notice(seller: SellerCall) -> TrackingNotice:
    """The seller's tracking number. Raises Refusal or Refusals."""
    request = seller.call.body(LegacyTrackingRequest)
    carriage = Carriage(sender_number=request.trackingNumber)
    return TrackingNotice(seller.address, carriage, seller.call.at, seller.call.request_id)
