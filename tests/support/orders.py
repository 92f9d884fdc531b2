"""Small orders, and callers to cancel of them."""

from dataclasses import dataclass
from typing import Any

from cleave.dialects.trendyol.providers import PROVIDERS

from tests.support.gateway import Answer, Caller
from tests.support.world import World


@dataclass(frozen=True)
class Shop:
    """A seller with its channel. ``call``s go through the real handlers."""

    world: World
    seller_id: int

    @property
    def seller(self) -> Caller:
        """It speaks Trendyol's dialect."""
        return Caller("seller", (self.seller_id,), {"storeFrontCode": "DE"})

    @property
    def channel(self) -> Caller:
        """It speaks HepsiGlobal's."""
        return Caller("channel", (self.seller_id,), {}, f"channel-{self.seller_id}")

    def load(self, packages: list[dict[str, Any]]) -> Answer:
        """POST orders."""
        return self.world.call(self.seller, "import_orders", packages, path={"sellerId": self.seller_id})

    def create(self, order_number: str, quantity: int) -> Answer:
        """POST /v1/order."""
        item = {"item_number": f"{order_number}_1", "company_id": self.seller_id, "sku": "1", "quantity": quantity}
        body = {
            "order_number": order_number,
            "order_date": "2026-10-17T16:01:26Z",
            "order_items": [item | {"unit_product_price": 12.39}],
        }
        return self.world.call(self.channel, "create_order", body)

    def cancel(self, package_id: int, units: dict[int, int], key: str, *, keep: bool = False) -> Answer:
        """PUT …/items/unsupplied."""
        lines = [{"lineId": line_id, "quantity": quantity} for line_id, quantity in units.items()]
        body = {"lines": lines, "reasonId": 500, "shouldKeepPreviousStatus": keep}
        headers = {"Idempotency-Key": key}
        return self.world.call(self.seller, "cancel_package", body, path=self._path(package_id), headers=headers)

    def notify(self, package_id: int, status: str) -> Answer:
        """PUT …/{packageId}: Picking or Invoiced."""
        body = {"status": status, "params": {"invoiceNumber": f"I{package_id}"}}
        return self.world.call(self.seller, "update_package", body, path=self._path(package_id))

    def feed_tracking(self, package_id: int, number: str) -> Answer:
        """PUT …/tracking-details."""
        body = {"cargoSenderNumber": number, "providerCode": next(iter(PROVIDERS))}
        return self.world.call(self.seller, "update_tracking", body, path=self._path(package_id))

    def report(self, package_id: int, status: str, units: dict[int, int] | None = None) -> Answer:
        """PUT …/status, the carrier's word."""
        lines = [{"lineId": line_id, "quantity": quantity} for line_id, quantity in (units or {}).items()]
        body = {"lines": lines, "params": {}, "status": status}
        return self.world.call(self.channel, "report_status", body, path=self._path(package_id))

    def split(self, package_id: int, groups: list[dict[int, int]]) -> Answer:
        """POST …/split-packages."""
        details = [[{"orderLineId": line, "quantities": units} for line, units in group.items()] for group in groups]
        body = {"splitPackages": [{"packageDetails": each} for each in details]}
        return self.world.call(self.seller, "split_packages", body, path=self._path(package_id))

    def _path(self, package_id: int) -> dict[str, object]:
        return {"sellerId": self.seller_id, "packageId": package_id}

    def cancel_item(self, order_number: str, item: str, quantity: int, cancel_id: int) -> Answer:
        """PUT /webhooks/order-cancel."""
        body = {
            "cancel_id": cancel_id,
            "order_number": order_number,
            "cancel_quantity": quantity,
            "order_item_number": item,
            "reason": "out_of_stock",
        }
        return self.world.call(self.channel, "order_cancel", body)

    def subscribe(self) -> Answer:
        """POST webhooks: the world's receiver, for everything."""
        body = {"url": self.world.receiver.url, "authenticationType": "API_KEY", "apiKey": "k"}
        return self.world.call(self.seller, "create_webhook", body, path={"sellerId": self.seller_id})

    def activate(self, subscription_id: str) -> Answer:
        """PUT …/activate."""
        path = {"sellerId": self.seller_id, "webhookId": subscription_id}
        return self.world.call(self.seller, "activate_webhook", path=path)


def wire_package(package_id: int, order_number: str, lines: dict[int, int]) -> dict[str, Any]:
    """A package as an export shows it; ``lines`` maps a line's id, which is also its stock code, to its quantity."""
    return {
        "shipmentPackageId": package_id,
        "orderNumber": order_number,
        "status": "Created",
        "orderDate": 1_792_000_000_000 + package_id,
        "lines": [
            {
                "lineId": line_id,
                "stockCode": str(line_id),
                "quantity": quantity,
                "lineUnitPrice": 9,
                "lineGrossAmount": 10,
                "lineSellerDiscount": 1,
                "discountDetails": [
                    {"lineItemId": f"{package_id}-{line_id}-{unit}", "lineItemPrice": 9, "lineItemSellerDiscount": 1}
                    for unit in range(quantity)
                ],
            }
            for line_id, quantity in lines.items()
        ],
    }
