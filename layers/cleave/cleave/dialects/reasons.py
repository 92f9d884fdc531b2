"""One table of cancellation reasons, with both dialects' codes.

Trendyol publishes 500 to 506. Of HepsiGlobal's, only ``out_of_stock`` and ``customer_demand`` are public; the other
names are our own, so that every reason has a name in both dialects. See docs/reasons.md.
"""

from dataclasses import dataclass

from cleave.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class ReasonCodes:
    """A reason in both dialects. ``trendyol_in_tr`` is False where Trendyol's Türkiye storefront refuses it."""

    reason: Reason
    trendyol_id: int
    trendyol_name: str
    hepsiglobal: str
    trendyol_in_tr: bool = True


REASONS = (
    ReasonCodes(Reason.OUT_OF_STOCK, 500, "Stock Out", "out_of_stock"),
    ReasonCodes(Reason.DAMAGED_PRODUCT, 501, "Faulty/damaged product", "damaged_product"),
    ReasonCodes(Reason.WRONG_PRICE, 502, "Wrong price", "wrong_price"),
    ReasonCodes(Reason.WRONG_LISTING, 503, "Incorrect image/barcode/quantity", "wrong_listing", trendyol_in_tr=False),
    ReasonCodes(Reason.INTEGRATION_ERROR, 504, "Integration error", "integration_error"),
    ReasonCodes(Reason.BULK_PURCHASE, 505, "Bulk purchase", "bulk_purchase"),
    ReasonCodes(Reason.FORCE_MAJEURE, 506, "Force majeure", "force_majeure"),
    # Trendyol has no reason for a customer's own cancel and takes none; it shows 0 for "no code".
    ReasonCodes(Reason.CUSTOMER_DEMAND, 0, "Customer demand", "customer_demand"),
)

BY_REASON = {codes.reason: codes for codes in REASONS}
BY_TRENDYOL_ID = {codes.trendyol_id: codes for codes in REASONS if codes.trendyol_id}
BY_HEPSIGLOBAL = {codes.hepsiglobal: codes for codes in REASONS}
