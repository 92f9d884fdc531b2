"""Example answers: where they are long, as the code itself renders them."""

import json
from functools import cache
from typing import Any

from cleave.clock import from_ms
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.imports import to_imported
from cleave.dialects.trendyol.packages import page
from cleave.entry.gateway import Call
from cleave.entry.wire import to_json

from cleave_cli.openapi.parameters import EXAMPLE_DELIVERY, EXAMPLE_WEBHOOK
from cleave_cli.samples import SELF_PAYING_SAMPLE
from cleave_cli.told.catalogue import SAMPLE_SECRET, Target, samples
from cleave_cli.told.history import EXAMPLE_MS


def sample_orders() -> dict[str, Any]:
    """The first package of the sample orders, in the envelope that an import takes."""
    document: dict[str, Any] = json.loads(SELF_PAYING_SAMPLE.read_text(encoding="utf-8"))
    return {**document, "totalElements": 1, "content": document["content"][:1]}


@cache
def _package_page() -> dict[str, Any]:
    call = Call(None, {}, {}, {}, json.dumps(sample_orders()), from_ms(EXAMPLE_MS))
    packages = [each.package for each in to_imported(SellerCall(call, 20811, "DE"))]
    shown: dict[str, Any] = json.loads(to_json(page(packages, old_names=True)))
    return {**shown, "size": 50}


PACKAGE_PAGE = _package_page()
PACKAGE_STEP = {"hasMore": False, "nextCursor": None, "size": 50, "content": PACKAGE_PAGE["content"]}

MADE = {"id": EXAMPLE_WEBHOOK, "signingSecret": SAMPLE_SECRET}
CHANNEL_MADE = {"id": EXAMPLE_WEBHOOK, "signing_secret": SAMPLE_SECRET}
NEW_SECRET = {"signingSecret": SAMPLE_SECRET, "previousValidUntil": EXAMPLE_MS + 24 * 60 * 60 * 1000}
SELLERS = {
    "id": EXAMPLE_WEBHOOK,
    "createdDate": EXAMPLE_MS,
    "lastModifiedDate": None,
    "url": "https://hooks.example.com/cleave",
    "username": None,
    "authenticationType": "API_KEY",
    "status": "ACTIVE",
    "subscribedStatuses": ["CANCELLED", "CREATED"],
    "passiveReason": None,
    "payloadFormat": "trendyol",
}
CHANNELS = {
    "id": EXAMPLE_WEBHOOK,
    "base_url": "https://market.example.com/api",
    "seller_ids": [20811],
    "authentication": "bearer",
    "events": ["order-cancel"],
    "payload_format": "hepsiglobal",
    "status": "ACTIVE",
    "passive_reason": None,
    "created_at": EXAMPLE_MS,
    "modified_at": None,
}
DELIVERY = {
    "id": EXAMPLE_DELIVERY,
    "webhookId": "20811-10811190301-1",
    "sellerId": 20811,
    "orderNumber": "10811190301",
    "sequence": 1,
    "state": "delivered",
    "attempts": 1,
    "lastAnswer": "200",
    "createdDate": EXAMPLE_MS,
    "lastAttemptDate": EXAMPLE_MS,
    "deliveredDate": EXAMPLE_MS,
}
DELIVERY_WITH_ATTEMPTS = {
    **DELIVERY,
    "attempts": 2,
    "attemptLog": [
        {"date": EXAMPLE_MS, "status": 503, "error": None, "latencyMs": 31, "answer": "try later"},
        {"date": EXAMPLE_MS + 5000, "status": 200, "error": None, "latencyMs": 12, "answer": ""},
    ],
}


def _message() -> dict[str, Any]:
    """That of the sample of a created package."""
    request = samples(Target(), from_ms(EXAMPLE_MS), as_documented=True)["trendyol.CREATED"]
    return {"method": request.method, "path": "", "headers": dict(request.headers), "body": request.body.decode()}


DELIVERY_WITH_MESSAGE = {**DELIVERY_WITH_ATTEMPTS, "message": _message()}
