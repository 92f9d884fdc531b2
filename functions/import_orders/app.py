"""POST /integration/order/sellers/{sellerId}/orders."""

from cleave.application.intake.import_packages import import_packages
from cleave.dialects.trendyol.endpoint import SellerCall, export_endpoint
from cleave.dialects.trendyol.imports import render_imported, to_imported
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@export_endpoint
def handler(seller: SellerCall) -> Response:
    """Load packages as getShipmentPackages shows them, and apply later exports."""
    return json_response(render_imported(import_packages(table(), to_imported(seller))))
