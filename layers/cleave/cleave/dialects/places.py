"""Each dialect's names for the fields that the domain's rules refuse."""

from collections.abc import Mapping

from cleave.domain.refusals import Place, Refusal

TRENDYOL: Mapping[Place, str] = {
    Place.STOREFRONT: "storeFrontCode",
    Place.STATUS: "status",
    Place.INVOICE_NUMBER: "params.invoiceNumber",
    Place.ORDER_NUMBER: "orderNumber",
    Place.ORDER_ITEMS: "lines",
    Place.CANCELLED_ITEMS: "lines",
    Place.PAGE_SIZE: "size",
    Place.KEY: "Idempotency-Key",
}

HEPSIGLOBAL: Mapping[Place, str] = {
    Place.STOREFRONT: "storefront",
    Place.STATUS: "status",
    Place.INVOICE_NUMBER: "invoice_number",
    Place.ORDER_NUMBER: "order_number",
    Place.ORDER_ITEMS: "order_items",
    Place.CANCELLED_ITEMS: "cancel_items",
    Place.PAGE_SIZE: "size",
    Place.KEY: "cancel_id",
}


def field_of(refusal: Refusal, names: Mapping[Place, str]) -> str | None:
    """The request's field at fault, as its caller wrote it."""
    return names[refusal.field] if isinstance(refusal.field, Place) else refusal.field
