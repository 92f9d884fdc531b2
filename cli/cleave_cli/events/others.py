"""Events of no documented endpoint: the authorizer's, the console's, the table's stream, the queue, the schedules."""

import base64
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from cleave.application.tell.wake_queue import Wake
from cleave.clock import from_ms
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.imports import to_imported
from cleave.domain.cancellation import Reservation
from cleave.domain.events import Event
from cleave.domain.package import Package
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.recipients import Selection, Telling
from cleave.domain.subscription import seller_owner
from cleave.entry.gateway import Call
from cleave.store import keys, order_keys
from cleave.store.dictionary import DICTIONARIES
from cleave.store.events import create_event
from cleave.store.packages import package_item
from cleave.store.reservations import reservation_item
from cleave.table.attributes import to_attributes

from cleave_cli.events.endpoints import SELLER_KEY
from cleave_cli.events.lambda_event import EXAMPLE_MS, LambdaEvent, arn
from cleave_cli.events.lambda_event import Event as Document
from cleave_cli.openapi.examples import sample_orders
from cleave_cli.openapi.parameters import EXAMPLE_WEBHOOK
from cleave_cli.template import resources

# Of nobody: the local engine's credentials are made at each start, and those of AWS by `cleave credentials`.
EXAMPLE_SECRET = "example-api-secret"  # noqa: S105 - says so itself
EXAMPLE_TRACK = 0
EXAMPLE_EXPIRY = EXAMPLE_MS // 1000 + 63_072_000
_METHOD_ARN = arn("execute-api", "a1b2c3d4e5/dev/GET/integration/order/sellers/20811/orders")
_CONTEXT = {"credential": SELLER_KEY, "role": "seller", "sellers": "20811", "storefronts": ""}
_RESERVATION = Reservation(
    cancellation_id="trendyol#20811#content#example",
    units={4765081101: 2},
    reason=Reason.OUT_OF_STOCK,
    cancelled_by=CancelledBy.SELLER,
    keep_status=False,
    at=from_ms(EXAMPLE_MS),
    correlation_id="5f0b7a9e-6c1e-4a55-9c0f-0d9a9d6d8a11",
)
_ALLOWED = {"principalId": SELLER_KEY, "context": _CONTEXT}


def other_events() -> Iterator[LambdaEvent]:
    yield LambdaEvent("authorizer", "good", _authorizer(EXAMPLE_SECRET), _ALLOWED)
    yield LambdaEvent("authorizer", "bad", _authorizer("another"), {"principalId": "nobody"})
    yield LambdaEvent("console", "good", _page("index.html"), {"statusCode": 200})
    yield LambdaEvent("console", "bad", _page("nothing.js"), {"statusCode": 404})
    package = _sample()
    stored = package_item(package)
    waiting = {
        "waiting": {_RESERVATION.cancellation_id: reservation_item(_RESERVATION)},
        "version": 2,
        keys.DUE: EXAMPLE_MS,
        keys.SHARD: keys.shard(order_keys.package(package.seller_id, package.package_id)),
    }
    yield LambdaEvent("package_stream", "good", _stream("MODIFY", {**stored, **waiting}), {"batchItemFailures": []})
    event = create_event(example_event(), EXAMPLE_EXPIRY, is_due=True).item
    yield LambdaEvent("package_stream", "event", _stream("INSERT", event), {"batchItemFailures": []})
    damaged = {**stored, **waiting, "waiting": "damaged"}
    failed = {"batchItemFailures": [{"itemIdentifier": "100000000000000000001"}]}
    yield LambdaEvent("package_stream", "bad", _stream("MODIFY", damaged), failed)
    yield LambdaEvent("publish_events", "good", _stream("INSERT", event), {"batchItemFailures": []})
    yield LambdaEvent("publish_events", "bad", _stream("INSERT", {**event, "told": "damaged"}), failed)
    wake = Wake(EXAMPLE_WEBHOOK, EXAMPLE_TRACK)
    yield LambdaEvent("deliver_webhook", "good", _queue(json.dumps(asdict(wake))), {"batchItemFailures": []})
    message = {"batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661975830a7d"}]}
    yield LambdaEvent("deliver_webhook", "bad", _queue("no JSON"), message)
    yield from _scheduled()


def _scheduled() -> Iterator[LambdaEvent]:
    """A schedule's event says nothing that a function reads, so there is no bad one."""
    for function in resources("AWS::Serverless::Function").values():
        kinds = {event["Type"] for event in function.get("Events", {}).values()}
        if kinds & {"Schedule", "ScheduleV2"}:
            folder = function["CodeUri"].removeprefix("functions/")
            yield LambdaEvent(folder, "good", _schedule(folder), ...)


def example_event() -> Event:
    """The first event of the sample order, with its seller's webhook as recipient."""
    package = _sample()
    telling = Telling(seller_owner(20811), EXAMPLE_TRACK, Selection((0,)), count=1, first=1, previous_at=None)
    return Event(package.order_number, 20811, 1, package.modified_at, (package,), {EXAMPLE_WEBHOOK: telling})


def _sample() -> Package:
    call = Call(None, {}, {}, {}, json.dumps(sample_orders()), from_ms(EXAMPLE_MS))
    (imported,) = to_imported(SellerCall(call, 20811, "DE"))
    return imported.package


def _authorizer(secret: str) -> Document:
    basic = base64.b64encode(f"{SELLER_KEY}:{secret}".encode()).decode()
    return {
        "type": "REQUEST",
        "methodArn": _METHOD_ARN,
        "resource": "/integration/order/sellers/{sellerId}/orders",
        "path": "/integration/order/sellers/20811/orders",
        "httpMethod": "GET",
        "headers": {"Authorization": f"Basic {basic}"},
        "queryStringParameters": {},
        "pathParameters": {"sellerId": "20811"},
        "stageVariables": {},
        "requestContext": {"stage": "dev", "requestId": "5f0b7a9e-6c1e-4a55-9c0f-0d9a9d6d8a11"},
    }


def _page(file: str) -> Document:
    return {
        "resource": "/console/{file}",
        "path": f"/console/{file}",
        "httpMethod": "GET",
        "headers": {"Accept": "*/*"},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"file": file},
        "stageVariables": None,
        "requestContext": {
            "stage": "dev",
            "requestId": "5f0b7a9e-6c1e-4a55-9c0f-0d9a9d6d8a11",
            "requestTimeEpoch": EXAMPLE_MS,
        },
        "body": None,
        "isBase64Encoded": False,
    }


def _stream(kind: str, item: dict[str, Any]) -> Document:
    image = {name: _as_json(value) for name, value in to_attributes(_stable(item)).items()}
    changed = {
        "ApproximateCreationDateTime": EXAMPLE_MS // 1000,
        "Keys": {name: image[name] for name in ("pk", "sk")},
        "NewImage": image,
        "SequenceNumber": "100000000000000000001",
        "SizeBytes": len(json.dumps(image)),
        "StreamViewType": "NEW_IMAGE",
    }
    record = {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": kind,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": changed,
        "eventSourceARN": arn("dynamodb", "table/cleave-Table/stream/2026-10-18T00:00:00.000"),
    }
    return {"Records": [record]}


def _stable(item: dict[str, Any]) -> dict[str, Any]:
    """The data stored without compression: all versions of zlib store alike, but no two compress alike."""
    number, *_ = item["document"]
    plain = zlib.decompressobj(-zlib.MAX_WBITS, DICTIONARIES[number]).decompress(item["document"][1:])
    packer = zlib.compressobj(0, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=DICTIONARIES[number])
    return {**item, "document": bytes([number]) + packer.compress(plain) + packer.flush()}


def _as_json(typed: Any) -> Any:  # noqa: ANN401 - any attribute
    """As Lambda does: binaries in base64."""
    if isinstance(typed, dict):
        return {kind: _as_json(value) for kind, value in typed.items()}
    if isinstance(typed, list):
        return [_as_json(each) for each in typed]
    return typed if isinstance(typed, str | bool | None) else base64.b64encode(bytes(typed)).decode()


def _queue(body: str) -> Document:
    return {
        "Records": [
            {
                "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
                "receiptHandle": "example",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": str(EXAMPLE_MS)},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": arn("sqs", "cleave-DeliveryQueue"),
                "awsRegion": "eu-central-1",
            }
        ]
    }


def _schedule(folder: str) -> Document:
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": from_ms(EXAMPLE_MS).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "eu-central-1",
        "resources": [arn("events", f"rule/cleave-{folder}")],
        "detail": {},
    }
