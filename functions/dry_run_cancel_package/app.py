"""PUT /integration/order/sellers/{sellerId}/shipment-packages/{packageId}/items/unsupplied/dry-run."""

from cleave.application.accept.dry_run import dry_run_cancel
from cleave.dialects.dry_run import render_sellers_dry_run
from cleave.dialects.trendyol.dry_run import to_asked_cancel
from cleave.dialects.trendyol.endpoint import SellerCall, seller_endpoint
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@seller_endpoint
def handler(seller: SellerCall) -> Response:
    """Show the effect of a cancel, or every reason to refuse it; nothing is written."""
    outcome = dry_run_cancel(table(), to_asked_cancel(seller))
    return json_response(render_sellers_dry_run(outcome, seller))
