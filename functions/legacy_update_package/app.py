"""PUT /sapigw/suppliers/{sellerId}/shipment-packages/{packageId}."""

from cleave.application.accept.cancel_package import cancel_package
from cleave.application.intake.change_package import change_status
from cleave.dialects.cancellation_ids import id_header
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.legacy import to_legacy_update
from cleave.domain.cancellation import Cancellation
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Note a status, or accept a cancel; clients of this path read JSON from every answer."""
    update = to_legacy_update(seller)
    if isinstance(update, Cancellation):
        cancel_package(table(), update)
        return json_response({}, headers=id_header(update.key))
    change_status(table(), update)
    return json_response({})
