"""GET /v1/operations/orders/{orderNumber}: an order for staff, with its ids in both dialects' spelling.

It is made from the timelines that sellers and channels see, so the two never differ.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cleave.application.read.story import Story
from cleave.application.read.timeline_page import Part, Viewer
from cleave.dialects.cancellation_ids import names_of
from cleave.dialects.timeline import render_part
from cleave.dialects.trendyol.parameters import Parameters
from cleave.domain.balance import balances
from cleave.domain.package import Package
from cleave.domain.refusals import RefusalCode
from cleave.domain.status import CANCELLED_LINE, CLOSED
from cleave.entry.endpoint import fits_answer
from cleave.entry.gateway import Call, Response, path_text
from cleave.entry.values import MAX_ID
from cleave.entry.wire import to_json

if TYPE_CHECKING:
    from cleave.dialects.answers_operations import (
        Kind,
        StoryEntry,
        StoryLine,
        StoryPackage,
        StoryPart,
        StoryUnits,
        ToldEntry,
        WholeStory,
    )
    from cleave.dialects.answers_reading import (
        CancellationAccepted,
        CancellationApplied,
        TimelineDelivery,
        TimelineEvent,
        TimelineLine,
        TimelinePackage,
        TimelinePart,
    )

# Hundreds of packages and events fit in an answer; only tests and attackers make larger orders.
PAGES = (4, 1)


def to_viewer(call: Call) -> tuple[str, Viewer]:
    """The requested order and its viewer: all sellers or the named one, and all recipients.

    Raises Refusal.
    """
    number = path_text(call, "orderNumber", RefusalCode.ORDER_NOT_FOUND)
    parameters = Parameters(call.query)
    seller = parameters.number("sellerId", 0, least=1, most=MAX_ID) if parameters.text("sellerId") else None
    storefronts = call.principal.storefronts if call.principal else frozenset[str]()
    return number, Viewer(None if seller is None else frozenset({seller}), storefronts, everybody=True)


def story_response(order_number: str, read: Callable[[int], Story]) -> Response:
    """As much of the order as fits into an answer."""
    for pages in PAGES[:-1]:
        text = to_json(render_story(order_number, read(pages)))
        if fits_answer(text):
            return Response(200, text)
    return Response(200, to_json(render_story(order_number, read(PAGES[-1]))))


def render_story(order_number: str, story: Story) -> "WholeStory":
    """The whole story; if only a part of the order is shown, no line's units are known."""
    parts = [_part(each, is_complete=story.is_complete) for each in story.parts]
    return {"orderNumber": order_number, "complete": story.is_complete, "parts": parts}


def _part(part: Part, *, is_complete: bool) -> "StoryPart":
    shown = render_part(part, None)
    stored = {each.package.package_id: each.package for each in part.packages}
    story: StoryPart = {
        "sellerId": part.seller_id,
        "storefront": next((each.package.storefront for each in part.packages), None),
        "units": list(_units(part)) if is_complete and not part.unreadable else [],
        "packages": [_package(each, stored[each["shipmentPackageId"]]) for each in shown["packages"]],
        "unreadablePackages": list(part.unreadable),
        "timeline": list(_entries(shown)),
    }
    if "unreadable" in shown:
        story["unreadable"] = list(dict.fromkeys(shown["unreadable"]))
    return story


def _units(part: Part) -> "Iterator[StoryUnits]":
    lines = {line.line_id: line for state in part.packages for line in state.package.lines}
    for line_id, units in balances({each.package.package_id: each for each in part.packages}).items():
        yield {
            "lineId": line_id,
            "sku": lines[line_id].stock_code,
            "orderItemNumber": lines[line_id].item_number,
            "ordered": units.ordered,
            "waiting": units.waiting,
            "cancelled": units.cancelled,
            "live": units.live,
            "lost": units.lost,
        }


def _package(package: "TimelinePackage", stored: Package) -> "StoryPackage":
    codes = {line.line_id: line.stock_code for line in stored.lines}
    return {
        "id": package["shipmentPackageId"],
        "depth": package["depth"],
        "parent": package["parentId"],
        "successors": package["successorIds"],
        "planned": package["plannedIds"],
        "status": package["status"],
        "createdBy": package["createdBy"],
        "createdAt": package["createdDate"],
        "modifiedAt": package["lastModifiedDate"],
        "live": package["status"] not in CLOSED,
        "lines": [_line(each, codes[each["lineId"]]) for each in package["lines"]],
        "trendyolId": str(package["shipmentPackageId"]),
        "hepsiglobalIds": list(dict.fromkeys(line.item_number for line in stored.lines)),
    }


def _line(line: "TimelineLine", sku: str) -> "StoryLine":
    return {
        "lineId": line["lineId"],
        "sku": sku,
        "orderItemNumber": line["orderItemNumber"],
        "quantity": line["quantity"],
        "status": line["status"],
        "waiting": line["waiting"],
        "cancelled": line["status"] in CANCELLED_LINE,
        "cancellationId": line["cancellationId"],
    }


def _entries(shown: "TimelinePart") -> "Iterator[StoryEntry | ToldEntry]":
    causes = {
        each["sequence"]: each["correlationId"]
        for each in shown["timeline"]
        if each["type"] == "event" or each["type"] == "tracking"
    }
    for each in shown["timeline"]:
        match each["type"]:
            case "cancellation.accepted":
                yield _accepted(each)
            case "cancellation.applied":
                yield _applied(each)
            case "event" | "tracking":
                yield _event(each)
            case "delivery":
                yield _told(each, causes.get(each["event"], ""))


def _accepted(entry: "CancellationAccepted") -> "StoryEntry":
    units = ", ".join(
        f"{line['quantity']} of line {line['lineId']} of package {package['shipmentPackageId']}"
        for package in entry["packages"]
        for line in package["lines"]
    )
    text = f"{units}: {entry['reason']}"
    return _of_cancellation("accepted", entry["date"], entry["cancellationId"], text, entry["correlationId"])


def _applied(entry: "CancellationApplied") -> "StoryEntry":
    return _of_cancellation("applied", entry["date"], entry["cancellationId"], "all its packages are split", "")


def _of_cancellation(
    kind: "Kind", date: int, cancellation_id: str | None, text: str, correlation_id: str
) -> "StoryEntry":
    whole = cancellation_id or ""  # staff sees all of them
    trendyol, hepsiglobal = names_of(whole)
    return {
        "at": date,
        "kind": kind,
        "id": whole,
        "trendyolId": trendyol,
        "hepsiglobalId": hepsiglobal,
        "text": text,
        "correlationId": correlation_id,
    }


def _event(entry: "TimelineEvent") -> "StoryEntry":
    of = "" if entry["type"] == "event" else "tracking of "
    return {
        "at": entry["date"],
        "kind": "status" if entry["type"] == "event" else "tracking",
        "id": str(entry["sequence"]),
        "trendyolId": str(entry["shipmentPackageId"]),
        "hepsiglobalId": None,
        "text": f"{of}package {entry['shipmentPackageId']}: {entry['status']}",
        "correlationId": entry["correlationId"],
    }


def _tries(attempts: int, last_answer: str | None) -> str:
    if last_answer is None:
        return "no answer yet"
    return f"{attempts} attempt{'' if attempts == 1 else 's'}, last answer {last_answer}"


def _told(entry: "TimelineDelivery", correlation_id: str) -> "ToldEntry":
    tries = _tries(entry["attempts"], entry["lastAnswer"])
    return {
        "at": entry["date"],
        "kind": "told",
        "id": entry["webhookId"],
        "trendyolId": None,
        "hepsiglobalId": None,
        "text": f"event {entry['event']} to webhook {entry['subscription']}: {entry['state']}, {tries}",
        "correlationId": correlation_id,
        "subscriptionId": entry["subscription"],
        "deliveryId": entry["id"],
        "state": entry["state"],
        "attempts": entry["attempts"],
        "lastAnswer": entry["lastAnswer"],
        "lastAttemptAt": entry["lastAttemptDate"],
    }
