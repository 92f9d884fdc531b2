"""Every endpoint of the template with a request that would do something, so that new ones are covered by default."""

import importlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from tests.support.gateway import Answer, Caller, Handler
from tests.support.template import resources

_MARKETPLACES = frozenset({"report_status"})


@dataclass(frozen=True)
class Endpoint:
    """``code`` is the function's folder."""

    code: str
    method: str
    path: str

    @property
    def handler(self) -> Handler:
        """The function's."""
        handler: Handler = importlib.import_module(f"functions.{self.code}.app").handler
        return handler

    @property
    def is_sellers(self) -> bool:
        """Trendyol's dialect; else it is HepsiGlobal's."""
        return "{sellerId}" in self.path

    @property
    def is_marketplaces(self) -> bool:
        """Trendyol's dialect, and not a seller's to say."""
        return self.code == "report_status"

    @property
    def is_called_by_sellers(self) -> bool:
        """Who may call it; else it is a channel, which speaks for the marketplace on some of Trendyol's paths."""
        return self.is_sellers and self.code not in _MARKETPLACES

    @property
    def is_staffs(self) -> bool:
        """For the marketplace's own people alone."""
        return self.path.startswith("/v1/operations/")

    @property
    def takes_a_body(self) -> bool:
        """Whether the function reads one."""
        return self.code in BODIES


def endpoints() -> list[Endpoint]:
    """All that ask for a credential, in the template's order."""
    return [
        Endpoint(PurePosixPath(function["CodeUri"]).name, event["Properties"]["Method"], event["Properties"]["Path"])
        for function in resources("AWS::Serverless::Function").values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api" and event["Properties"].get("Auth", {}).get("Authorizer") != "NONE"
    ]


@dataclass(frozen=True)
class Target:
    """What a request names."""

    seller: int
    package: int
    line: int
    order: str
    item: str
    webhook: str
    delivery: str
    cancel_id: int = 77001
    cancellation: str = "content-0123456789abcdef0123456789abcdef"
    url: str = "https://93.184.215.14/hook"

    def path(self, endpoint: Endpoint) -> dict[str, object]:
        """The path's parameters."""
        known = {
            "sellerId": self.seller,
            "packageId": self.package,
            "webhookId": self.webhook,
            "subscriptionId": self.webhook,
            "deliveryId": self.delivery,
            "shipmentId": self.package,
            "cargoTrackingNumber": self.package,
            "orderNumber": self.order,
            "orderItemNumber": self.item,
            "cancellationId": self.cancellation if endpoint.is_sellers else self.cancel_id,
        }
        return {name: known[name] for name in re.findall(r"[{](\w+)[}]", endpoint.path)}

    def hidden(self, text: str) -> str:
        """An answer's text without what is this target's own."""
        names = (self.item, self.order, self.webhook, self.delivery, self.cancellation, self.cancel_id)
        for each in (self.package, self.line, *names, self.seller):
            text = text.replace(str(each), "…")
        return text


def _lines(target: Target) -> dict[str, Any]:
    return {"lines": [{"lineId": target.line, "quantity": 1}]}


def _package(target: Target) -> dict[str, Any]:
    line = {"lineId": target.line, "quantity": 1, "stockCode": "LAMP", "lineUnitPrice": 9.5, "lineGrossAmount": 9.5}
    return {
        "shipmentPackageId": target.package,
        "orderNumber": target.order,
        "status": "Created",
        "cargoTrackingNumber": target.package,
        "lines": [line, line | {"lineId": target.line + 50}],
    }


def _order(target: Target) -> dict[str, Any]:
    item = {"item_number": target.item, "company_id": target.seller, "sku": "LAMP", "quantity": 2}
    return {
        "order_number": target.order,
        "order_date": "2026-10-17T16:01:26Z",
        "order_items": [item | {"unit_product_price": 12.39}],
    }


def _item(target: Target) -> dict[str, Any]:
    return {
        "cancel_id": target.cancel_id,
        "order_number": target.order,
        "order_item_number": target.item,
        "cancel_quantity": 1,
        "reason": "out_of_stock",
    }


def _webhook(target: Target) -> dict[str, Any]:
    return {"url": target.url, "authenticationType": "API_KEY", "apiKey": "k" * 20, "subscribedStatuses": []}


def _channel_webhook(target: Target) -> dict[str, Any]:
    return {"base_url": target.url, "token": "t" * 20, "seller_ids": [target.seller]}


BODIES: dict[str, Any] = {
    "import_orders": _package,
    "cancel_package": lambda target: {**_lines(target), "reasonId": 500},
    "legacy_cancel_package": lambda target: {**_lines(target), "reasonId": 500},
    "dry_run_cancel_package": lambda target: {**_lines(target), "reasonId": 500},
    "update_package": lambda target: {**_lines(target), "status": "Picking", "params": {}},
    "legacy_update_package": lambda target: {**_lines(target), "status": "UnSupplied", "params": {}},
    "update_tracking": lambda _: {"cargoSenderNumber": "TRACK-1", "providerCode": "DHLMP"},
    "legacy_update_tracking": lambda _: {"trackingNumber": "TRACK-1"},
    "report_status": lambda _: {"status": "Shipped", "lines": [], "params": {}},
    "alternative_delivery": lambda _: {"isPhoneNumber": True, "trackingInfo": "000", "params": {}},
    "report_shipment": lambda _: {"status": "shipped"},
    "report_delivery": lambda _: {"status": "delivered", "quantity": 1},
    "split_package": lambda target: {"orderLineIds": [target.line]},
    "multi_split": lambda target: {"splitGroups": [{"orderLineIds": [target.line]}]},
    "quantity_split": lambda target: {"quantitySplit": [{"orderLineId": target.line, "quantities": [1]}]},
    "split_packages": lambda target: {
        "splitPackages": [{"packageDetails": [{"orderLineId": target.line, "quantities": 1}]}]
    },
    "create_webhook": _webhook,
    "update_webhook": _webhook,
    "create_channel_webhook": _channel_webhook,
    "order_cancel": _item,
    "dry_run_order_cancel": _item,
    "create_order": _order,
    "cancel_order_item": lambda _: {"reason": "customer_demand"},
    "replay_deliveries": lambda target: {"orderNumber": target.order},
}
# Queries that name something.
QUERIES: dict[str, Any] = {
    "get_shipment_packages": lambda target: {
        "orderNumber": [target.order],
        "shipmentPackageIds": [str(target.package)],
    },
    "list_deliveries": lambda target: {"orderNumber": [target.order]},
}


def ask(caller: Caller, endpoint: Endpoint, target: Target, body: object = None) -> Answer:
    """The endpoint's own request about the target, or one with this body."""
    make, query = BODIES.get(endpoint.code), QUERIES.get(endpoint.code)
    if body is None and make is not None:
        body = make(target)
    return caller.call(endpoint.handler, body, path=target.path(endpoint), query=query(target) if query else None)
