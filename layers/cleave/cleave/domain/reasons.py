"""The reasons of a cancel: the common list from which both dialects translate."""

from enum import StrEnum


class Reason(StrEnum):
    """The canonical reasons; the first seven are Trendyol's 500 to 506, the last is HepsiGlobal's."""

    OUT_OF_STOCK = "out_of_stock"
    DAMAGED_PRODUCT = "damaged_product"
    WRONG_PRICE = "wrong_price"
    WRONG_LISTING = "wrong_listing"
    INTEGRATION_ERROR = "integration_error"
    BULK_PURCHASE = "bulk_purchase"
    FORCE_MAJEURE = "force_majeure"
    CUSTOMER_DEMAND = "customer_demand"


class CancelledBy(StrEnum):
    """The party that asked for the cancellation."""

    SELLER = "Seller"
    CUSTOMER = "Customer"
