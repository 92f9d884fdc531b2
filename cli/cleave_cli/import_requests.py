"""The request that sends a row of an import file, with credentials that may send it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from cleave_cli.import_rows import Kind, Row


@dataclass(frozen=True)
class RowRequest:
    """``auth`` is for httpx: a key and its secret, or an object that fetches a token."""

    method: str
    path: str
    auth: Any
    body: Any


@dataclass(frozen=True)
class Senders:
    """``sellers`` maps a seller's id to its credentials. An operator acts for every seller, a channel for its own."""

    sellers: Mapping[int, tuple[str, str]]
    operator: tuple[str, str] | None
    channel: Any

    def request(self, row: Row) -> RowRequest | str:
        """The row's request, or the reason why no credential here can send it."""
        make: Callable[[dict[str, Any]], RowRequest | str] = {
            Kind.PACKAGE: self._package,
            Kind.PACKAGE_STATUS: self._package_status,
            Kind.ORDER: lambda order: self._of_channel("POST", "/v1/orders", order),
            Kind.SHIPMENT_STATUS: self._shipment_status,
            Kind.ITEM_DELIVERY: self._item_delivery,
        }[row.kind or Kind.ORDER]
        return make(row.content)

    def _package(self, package: dict[str, Any]) -> RowRequest | str:
        """A package is sent by its seller, or by the marketplace."""
        seller = package.get("supplierId")
        if seller is None and len(self.sellers) == 1:
            (seller,) = self.sellers
        own = self.sellers.get(seller) if isinstance(seller, int) else None
        auth = own or self.operator or self.channel
        if auth is None or not isinstance(seller, int):
            return f"there are no credentials for seller {seller!r} (supplierId)"
        return RowRequest("POST", f"/integration/order/sellers/{seller}/orders", auth, package)

    def _package_status(self, said: dict[str, Any]) -> RowRequest | str:
        """The marketplace's alone."""
        seller, package = said.get("supplierId"), said["shipmentPackageId"]
        auth = self.operator or self.channel
        if auth is None or not isinstance(seller, int):
            return f"there are no credentials of the marketplace for seller {seller!r} (supplierId)"
        path = f"/integration/test/order/sellers/{seller}/shipment-packages/{quote(str(package), safe='')}/status"
        body = {"status": said["status"], "lines": said.get("lines") or [], "params": {}}
        return RowRequest("PUT", path, auth, body)

    def _shipment_status(self, said: dict[str, Any]) -> RowRequest | str:
        path = f"/v1/shipments/{quote(str(said['shipment_id']), safe='')}/status"
        return self._of_channel("PUT", path, _without(said, "shipment_id"))

    def _item_delivery(self, said: dict[str, Any]) -> RowRequest | str:
        names = [quote(str(said.get(name, "")), safe="") for name in ("order_number", "order_item_number")]
        path = "/v1/orders/{}/order_items/{}/delivery".format(*names)
        return self._of_channel("PUT", path, _without(said, "order_number", "order_item_number"))

    def _of_channel(self, method: str, path: str, body: dict[str, Any]) -> RowRequest | str:
        if self.channel is None:
            return "there are no credentials for a channel"
        return RowRequest(method, path, self.channel, body)


def _without(said: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in names}
