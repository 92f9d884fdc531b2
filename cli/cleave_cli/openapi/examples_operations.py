"""Example answers for operators and support."""

from cleave_cli.openapi.parameters import EXAMPLE_CANCELLATION, EXAMPLE_DELIVERY, EXAMPLE_WEBHOOK
from cleave_cli.told.history import EXAMPLE_MS

_ORDER = "10811190301"
_ITEM = f"{_ORDER}_SKU-TRAY-GREEN"
_REQUEST = "5f0b7a9e-6c1e-4a55-9c0f-0d9a9d6d8a11"
_WHOLE_ID = f"trendyol#20811#{EXAMPLE_CANCELLATION.replace('-', '#')}"

STATUS = {
    "at": EXAMPLE_MS,
    "healthy": False,
    "gauges": [
        {
            "name": "OldestPendingCancellation",
            "label": "oldest accepted cancellation not applied",
            "value": 412.0,
            "unit": "seconds",
            "threshold": 300,
            "healthy": False,
            "runbook": "pending-cancellations",
        },
        {
            "name": "FailingReceivers",
            "label": "receivers that fail",
            "value": 1,
            "unit": "count",
            "threshold": None,
            "healthy": True,
            "runbook": "waiting-deliveries",
        },
    ],
    "role": "operator",
    "stack": "cleave",
}
RECEIVERS = {
    "receivers": [
        {
            "subscriptionId": EXAMPLE_WEBHOOK,
            "owner": {"kind": "seller", "id": "20811"},
            "host": "hooks.example.com",
            "kind": "webhook",
            "status": "ACTIVE",
            "passiveReason": None,
            "circuit": "open",
            "failures": 7,
            "failingSince": EXAMPLE_MS,
            "nextProbe": EXAMPLE_MS + 600_000,
            "backlog": 12,
            "backlogIsMore": False,
            "oldestWaiting": EXAMPLE_MS,
        }
    ],
    "unreadable": [],
    "nextCursor": None,
}
PENDING = {
    "cancellations": [
        {
            "orderNumber": _ORDER,
            "sellerId": 20811,
            "packageId": 3330811901,
            "since": EXAMPLE_MS,
            "waiting": 1,
            "correlationId": _REQUEST,
        }
    ],
    "events": [],
    "unreadable": [{"item": "PACKAGE#20811#3330811902 PACKAGE", "since": EXAMPLE_MS}],
    "failedBatches": [{"key": "aws/lambda/8a1f/shardId-1/2026/10/18/batch", "at": EXAMPLE_MS, "bytes": 20480}],
    "nextCursor": None,
}
PROBED = {"subscriptionId": EXAMPLE_WEBHOOK, "sellerId": 20811, "orderNumber": _ORDER}
_LINE = {
    "lineId": 4765081101,
    "sku": "SKU-TRAY-GREEN",
    "orderItemNumber": _ITEM,
    "quantity": 2,
    "status": "UnSupplied",
    "waiting": 0,
    "cancelled": True,
    "cancellationId": _WHOLE_ID,
}
_PACKAGE = {
    "id": 3330811901,
    "depth": 0,
    "parent": None,
    "successors": [2539000735419543],
    "planned": [],
    "status": "Cancelled",
    "createdBy": "order-creation",
    "createdAt": EXAMPLE_MS,
    "modifiedAt": EXAMPLE_MS,
    "live": False,
    "lines": [_LINE],
    "trendyolId": "3330811901",
    "hepsiglobalIds": [_ITEM],
}
STORY = {
    "orderNumber": _ORDER,
    "complete": True,
    "parts": [
        {
            "sellerId": 20811,
            "storefront": "DE",
            "units": [
                {
                    "lineId": 4765081101,
                    "sku": "SKU-TRAY-GREEN",
                    "orderItemNumber": _ITEM,
                    "ordered": 3,
                    "waiting": 0,
                    "cancelled": 2,
                    "live": 1,
                    "lost": 0,
                }
            ],
            "packages": [
                _PACKAGE,
                {
                    **_PACKAGE,
                    "id": 2539000735419543,
                    "depth": 1,
                    "parent": 3330811901,
                    "successors": [],
                    "status": "Created",
                    "createdBy": "cancel",
                    "live": True,
                    "lines": [
                        {**_LINE, "quantity": 1, "status": "Created", "cancelled": False, "cancellationId": None}
                    ],
                    "trendyolId": "2539000735419543",
                },
            ],
            "unreadablePackages": [],
            "timeline": [
                {
                    "at": EXAMPLE_MS,
                    "kind": "accepted",
                    "id": _WHOLE_ID,
                    "trendyolId": EXAMPLE_CANCELLATION,
                    "hepsiglobalId": None,
                    "text": "2 of line 4765081101 of package 3330811901: out_of_stock",
                    "correlationId": _REQUEST,
                },
                {
                    "at": EXAMPLE_MS,
                    "kind": "told",
                    "id": f"20811-{_ORDER}-1",
                    "trendyolId": None,
                    "hepsiglobalId": None,
                    "text": f"event 1 to webhook {EXAMPLE_WEBHOOK}: delivered, 1 attempts, last answer 200",
                    "correlationId": _REQUEST,
                    "subscriptionId": EXAMPLE_WEBHOOK,
                    "deliveryId": EXAMPLE_DELIVERY,
                    "state": "delivered",
                    "attempts": 1,
                    "lastAnswer": "200",
                    "lastAttemptAt": EXAMPLE_MS,
                },
            ],
        }
    ],
}
