"""The page's own function before an API of recorded answers, for what no real stack can be brought to say."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from functions.console.app import handler as console

type Document = dict[str, Any]

STAGE = "/dev"
KEY, SECRET = "the-key", "the-secret-ü"
AT = 1_792_314_000_000
HOSTILE = "<img/src=x/onerror=alert(1)><script>alert(1)</script>"

GAUGES: list[tuple[str, str, float, str, float | None, str]] = [
    ("OldestPendingCancellation", "oldest cancellation not applied", 0, "seconds", 300, "pending-cancellations"),
    ("OldestPendingEvent", "oldest event not handed to webhooks", 0, "seconds", 300, "pending-events"),
    ("FailedBatches", "batches that the stream gave up", 0, "count", 1, "failed-records"),
    ("OldestWaitingDelivery", "oldest delivery that waits", 12.5, "seconds", 21600, "waiting-deliveries"),
    ("FailingReceivers", "receivers that fail", 0, "count", None, "waiting-deliveries"),
    ("DeadLetters", "dead letters of the delivery queue", 0, "count", 1, "dead-letters"),
]  # fmt: skip


def status(role: str = "operator", **changed: Document) -> Document:
    """As get_status answers; ``changed`` are gauges by name."""
    names = ("name", "label", "value", "unit", "threshold", "runbook")
    gauges = [{**dict(zip(names, gauge, strict=True)), "healthy": True} for gauge in GAUGES]
    gauges = [{**gauge, **changed.get(str(gauge["name"]), {})} for gauge in gauges]
    healthy = all(gauge["healthy"] for gauge in gauges)
    return {"at": AT, "healthy": healthy, "role": role, "stack": "cleave", "gauges": gauges}


def receiver(number: int, **changed: object) -> Document:
    """A seller's webhook that takes what it is sent."""
    return {
        "subscriptionId": f"3a0f4c1e-8f43-4d3e-9d53-{number:012}",
        "owner": {"kind": "seller", "id": "20811"},
        "host": f"hooks-{number}.example.com",
        "kind": "webhook",
        "status": "ACTIVE",
        "passiveReason": None,
        "circuit": "closed",
        "failures": 0,
        "failingSince": None,
        "nextProbe": None,
        "backlog": 0,
        "backlogIsMore": False,
        "oldestWaiting": None,
        **changed,
    }


DOWN: Document = {
    "circuit": "open",
    "failures": 7,
    "failingSince": AT - 3_600_000,
    "nextProbe": AT + 60_000,
    "backlog": 12,
    "oldestWaiting": AT - 3_600_000,
}


def line(sku: str, quantity: int, status_: str, *, cancelled: bool = False) -> Document:
    """Units of a package with one status."""
    return {
        "lineId": 4765081101,
        "sku": sku,
        "orderItemNumber": f"10811190301_{sku}",
        "quantity": quantity,
        "status": status_,
        "waiting": 0,
        "cancelled": cancelled,
        "cancellationId": "trendyol#20811#content#1" if cancelled else None,
    }


def package(id_: int, parent: int | None, status_: str, *lines: Document) -> Document:
    """Of an order; live unless it is Cancelled."""
    return {
        "id": id_,
        "depth": 0 if parent is None else 1,
        "parent": parent,
        "successors": [],
        "status": status_,
        "createdBy": "order-creation",
        "createdAt": AT,
        "modifiedAt": AT,
        "live": status_ != "Cancelled",
        "lines": list(lines),
        "trendyolId": str(id_),
        "hepsiglobalIds": sorted({each["orderItemNumber"] for each in lines}),
    }


def order(number: str, *, split: bool = True, sku: str = "SKU-TRAY", lost: int = 0) -> Document:
    """Three units in a package, of which two were cancelled if it is ``split``."""
    whole = [package(3330811901, None, "Created", line(sku, 3, "Created"))]
    parted = [
        package(3330811901, None, "Cancelled", line(sku, 2, "UnSupplied", cancelled=True)),
        package(2539000735419543, 3330811901, "Created", line(sku, 1, "Created")),
    ]
    units = {
        "ordered": 3,
        "waiting": 0,
        "cancelled": 2 if split else 0,
        "live": (1 if split else 3) - lost,
        "lost": lost,
    }
    part = {
        "sellerId": 20811,
        "storefront": "DE",
        "units": [{"lineId": 4765081101, "sku": sku, "orderItemNumber": f"{number}_{sku}", **units}],
        "packages": parted if split else whole,
        "unreadablePackages": [],
        "timeline": _timeline() if split else [],
    }
    return {"orderNumber": number, "complete": True, "parts": [part]}


def _timeline() -> list[Document]:
    cancel: Document = {
        "id": "trendyol#20811#content#1", "trendyolId": "content-1", "hepsiglobalId": None, "correlationId": "5f0b7a9e"
    }  # fmt: skip
    event = {"id": "1", "trendyolId": "3330811901", "hepsiglobalId": None, "correlationId": "5f0b7a9e"}
    told = {
        "id": "20811-10811190301-1", "trendyolId": None, "hepsiglobalId": None, "correlationId": "5f0b7a9e",
        "subscriptionId": "3a0f", "deliveryId": "MC8w", "state": "delivered", "attempts": 1, "lastAnswer": "200",
    }  # fmt: skip
    return [
        {"at": AT, "kind": "accepted", "text": "2 units, out_of_stock", **cancel},
        {"at": AT + 400, "kind": "applied", "text": "2 units", **cancel},
        {"at": AT + 400, "kind": "status", "text": "Cancelled", **event},
        {"at": AT + 480, "kind": "told", "text": "delivered at attempt 1: 200", **told},
    ]


NOTHING: Document = {"cancellations": [], "events": [], "unreadable": [], "failedBatches": [], "nextCursor": None}


@dataclass
class Double:
    """``answers`` by call: a document, one made of the query, or the status code of a refusal."""

    url: str
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    threads: int = 0
    most_at_once: int = 0
    known: set[str] = field(default_factory=lambda: {_basic(KEY, SECRET)})

    def answer(self, call: str, query: dict[str, list[str]], authorization: str | None) -> tuple[int, Document]:
        """What the API says to a call, such as ``GET /v1/operations/status``."""
        self.asked.append(call)
        if authorization not in self.known:
            return 401, {"detail": "the credentials are missing or wrong"}
        found = self.answers.get(call)
        found = found(query) if callable(found) else found
        if isinstance(found, int):
            return found, {"detail": f"refused with {found}"}
        return (404, {"detail": "there is no such thing"}) if found is None else (200, found)


def _basic(key: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}"


@contextmanager
def running_double() -> Iterator[Double]:
    """Below a stage, as on AWS."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    double = Double(f"http://127.0.0.1:{server.server_port}{STAGE}/console")
    double.answers = {
        "GET /v1/operations/status": status(),
        "GET /v1/operations/receivers": {"receivers": [receiver(1)], "nextCursor": None},
        "GET /v1/operations/pending": NOTHING,
    }
    server.double = double  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        path = parts.path.removeprefix(STAGE)
        if path.startswith("/console"):
            self._page(path)
            return
        double: Double = self.server.double  # type: ignore[attr-defined]
        double.threads += 1
        double.most_at_once = max(double.most_at_once, double.threads)
        call = f"{self.command} {unquote(path)}"
        code, document = double.answer(call, parse_qs(parts.query), self.headers["Authorization"])
        double.threads -= 1
        self._send(code, {"Content-Type": "application/json"}, json.dumps(document))

    def _page(self, path: str) -> None:
        file = path.removeprefix("/console").removeprefix("/")
        event = {
            "httpMethod": "GET",
            "resource": "/console",
            "pathParameters": {"file": file} if file else None,
            "headers": dict(self.headers),
            "requestContext": {},
        }
        answer = console(event, None)
        self._send(answer["statusCode"], answer["headers"], answer["body"])

    def _send(self, code: int, headers: dict[str, str], body: str) -> None:
        content = body.encode()
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        with suppress(ConnectionError):  # of a page that was closed meanwhile
            self.end_headers()
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = _handle  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing; what was asked is kept."""
