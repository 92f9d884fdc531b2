"""PUT /sapigw/suppliers/{sellerId}/shipment-packages/{packageId}."""

from cleave.api.gateway import Response, json_response
from cleave.api.resources import table
from cleave.application.cancel_package import cancel_package
from cleave.application.change_package import change_status
from cleave.dialects.cancellation_ids import id_header
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.dialects.trendyol.legacy import to_legacy_update
from cleave.domain.cancellation import Cancellation


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Note a status, or accept a cancel; clients of this path read JSON from every answer."""
    update = to_legacy_update(seller)
    if isinstance(update, Cancellation):
        cancel_package(table(), update)
        return json_response({}, headers=id_header(update.key))
    change_status(table(), update)
    return json_response({})
