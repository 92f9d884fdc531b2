"""API Gateway's proxy events, whole, as a function gets them in the cloud."""

import json
import time
from typing import Any

from benchmarks.world import SELLER, STOREFRONT

PACKAGE_ID = 3330811901
LINE_ID = 4765081101
ORDER = "10811190301"
ITEM = f"{ORDER}_SKU-TRAY-GREEN"
_CANCEL = "/integration/order/sellers/{sellerId}/shipment-packages/{packageId}/items/unsupplied"


def proxy_event(method: str, resource: str, path: dict[str, str], body: object, role: str = "seller") -> dict[str, Any]:
    """``resource`` has the names of ``path`` in braces."""
    headers = {"Content-Type": "application/json", "storeFrontCode": STOREFRONT, "Host": "example.execute-api"}
    route = resource.format(**path)
    return {
        "resource": resource,
        "path": route,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": path or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": method,
            "path": f"/dev{route}",
            "stage": "dev",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "requestTimeEpoch": int(time.time() * 1000),
            "identity": {"sourceIp": "203.0.113.1", "userAgent": "benchmark"},
            "authorizer": {"credential": "benchmark", "role": role, "sellers": str(SELLER)},
            "apiId": "0123456789",
        },
        "body": json.dumps(body) if body is not None else None,
        "isBase64Encoded": False,
    }


def cancel_event(
    quantity: int = 1, package_id: int = PACKAGE_ID, line_id: int = LINE_ID, key: str | None = None
) -> dict[str, Any]:
    """Trendyol's cancel; it is malformed where ``quantity`` is 0. ``key`` is its Idempotency-Key."""
    path = {"sellerId": str(SELLER), "packageId": str(package_id)}
    event = proxy_event("PUT", _CANCEL, path, {"lines": [{"lineId": line_id, "quantity": quantity}], "reasonId": 500})
    if key is not None:
        event["headers"]["Idempotency-Key"] = key
    return event


def item_event(quantity: int = 1, cancel_id: int = 1, order: str = ORDER, item: str = ITEM) -> dict[str, Any]:
    """HepsiGlobal's cancel; malformed where ``quantity`` is 0."""
    body = {
        "cancel_id": cancel_id,
        "order_number": order,
        "order_item_number": item,
        "cancel_quantity": quantity,
        "reason": "out_of_stock",
    }
    return proxy_event("PUT", "/webhooks/order-cancel", {}, body, role="channel")


def list_event(size: int) -> dict[str, Any]:
    """getShipmentPackages, the first page of the last week."""
    path = {"sellerId": str(SELLER)}
    event = proxy_event("GET", "/integration/order/sellers/{sellerId}/orders", path, None)
    return event | {"multiValueQueryStringParameters": {"size": [str(size)]}}
