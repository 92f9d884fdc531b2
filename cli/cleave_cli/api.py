"""Callers of the service, one for each dialect."""

from typing import Any

import httpx

from cleave_cli.credentials import Channel, Seller, Staff

TIMEOUT_SECONDS = 30.0  # the first call of each function starts a process


class SellerClient:
    """A seller, in the Trendyol dialect. `http` is the bare client, credentials and storefront set."""

    def __init__(self, base_url: str, seller: Seller) -> None:
        self.seller = seller
        self.http = httpx.Client(
            base_url=base_url,
            auth=(seller.api_key, seller.api_secret),
            headers={"storeFrontCode": seller.store_front_code, "User-Agent": f"{seller.seller_id} - cleave"},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )

    @property
    def orders_path(self) -> str:
        """The path of this seller's orders."""
        return f"/integration/order/sellers/{self.seller.seller_id}/orders"

    def import_orders(self, orders: object) -> httpx.Response:
        """Load packages in the form of getShipmentPackages."""
        return self.http.post(self.orders_path, json=orders)

    def packages(self, order_number: str) -> list[dict[str, Any]]:
        """All packages of an order, oldest first."""
        response = self.http.get(self.orders_path, params={"orderNumber": order_number, "size": 200})
        content: list[dict[str, Any]] = response.raise_for_status().json()["content"]
        return content

    def cancel(
        self, package_id: int, lines: list[dict[str, Any]], *, reason_id: int = 500, **body: object
    ) -> httpx.Response:
        packages = f"/integration/order/sellers/{self.seller.seller_id}/shipment-packages"
        path = f"{packages}/{package_id}/items/unsupplied"
        return self.http.put(path, json={"lines": lines, "reasonId": reason_id, **body})

    def subscribe(self, url: str, api_key: str) -> httpx.Response:
        """Have messages about every event of this seller sent to a URL."""
        path = f"/integration/webhook/sellers/{self.seller.seller_id}/webhooks"
        body = {"url": url, "authenticationType": "API_KEY", "apiKey": api_key, "subscribedStatuses": []}
        return self.http.post(path, json=body)


class StaffClient:
    """A member of the marketplace's own staff, who acts for everybody. `http` is the bare client, credentials set."""

    def __init__(self, base_url: str, staff: Staff) -> None:
        self.http = httpx.Client(
            base_url=base_url,
            auth=(staff.api_key, staff.api_secret),
            headers={"User-Agent": "cleave"},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )


class ChannelClient:
    """A marketplace, in the HepsiGlobal dialect. `http` is the bare client, with its token set."""

    def __init__(self, base_url: str, channel: Channel) -> None:
        self.channel = channel
        self.http = httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS, trust_env=False)
        self.http.headers["Authorization"] = f"Bearer {self._token()}"

    def _token(self) -> str:
        grant = {"grant_type": "client_credentials", **vars(self.channel)}
        token: str = self.http.post("/v1/auth/token", json=grant).raise_for_status().json()["access_token"]
        return token

    def cancel(
        self,
        cancel_id: int,
        order_number: str,
        item_number: str,
        quantity: int = 1,
        reason: str = "out_of_stock",
    ) -> httpx.Response:
        body = {
            "cancel_id": cancel_id,
            "order_number": order_number,
            "cancel_quantity": quantity,
            "order_item_number": item_number,
            "reason": reason,
        }
        return self.http.put("/webhooks/order-cancel", json=body)
