"""Example answers of what reads back, as the code itself makes them of the sample order."""

import json
from datetime import timedelta
from typing import Any

from cleave.api.gateway import Call
from cleave.application.find_cancellation import FoundCancellation, Taken
from cleave.application.rehearse import Outcome
from cleave.application.timeline import Part, TimelinePage
from cleave.clock import from_ms
from cleave.dialects.cancellation_ids import name_in
from cleave.dialects.cancellations import render_found
from cleave.dialects.hepsiglobal.errors import ProblemDetails
from cleave.dialects.rehearsal import render_outcome
from cleave.dialects.timeline import render_timeline
from cleave.dialects.trendyol.cancel import to_cancellation
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.errors import TrendyolErrors
from cleave.dialects.trendyol.imports import to_imported
from cleave.domain.delivery import Delivery, DeliveryState, Lane, Slot
from cleave.domain.events import events_after, note_of
from cleave.domain.order import Order
from cleave.domain.package import Package
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.split import cancel_units
from cleave.store.cancellations import reservation_of
from cleave.store.packages import StoredPackage, put_package, stored_package
from cleave.store.recorded import RecordedCancellation

from cleave_cli.openapi.examples import EXAMPLE_MS, sample_orders
from cleave_cli.openapi.parameters import EXAMPLE_WEBHOOK

CANCEL_TRAYS = {"lines": [{"lineId": 4765081101, "quantity": 2}], "reasonId": 500}
_REQUEST_ID = "5f0b7a9e-6c1e-4a55-9c0f-0d9a9d6d8a11"
_NEW_PACKAGE = 4077105541530541
_AT = from_ms(EXAMPLE_MS)
_SPLIT_AT = _AT + timedelta(milliseconds=420)
_TOLD_AT = _SPLIT_AT + timedelta(milliseconds=180)


def _seller(body: object) -> SellerCall:
    path = {"sellerId": "20811", "packageId": "3330811901"}
    return SellerCall(Call(None, path, {}, {}, json.dumps(body), _AT, _REQUEST_ID), 20811, "DE")


_CANCELLATION = to_cancellation(_seller(CANCEL_TRAYS))
_SCOPE, _ID = _CANCELLATION.key.scope, str(_CANCELLATION.key)
_PACKAGE = to_imported(_seller(sample_orders()))[0].package
_RESERVATION = reservation_of(_CANCELLATION, _CANCELLATION.claims[0])
_SPLIT = cancel_units(_PACKAGE, [_RESERVATION], at=_SPLIT_AT, successor_id=_NEW_PACKAGE)
_RECORDED = RecordedCancellation(
    cancellation_id=_ID,
    seller_id=20811,
    reason=_CANCELLATION.reason,
    cancelled_by=_CANCELLATION.cancelled_by,
    keep_status=False,
    accepted_at=_AT,
    applied_at=_SPLIT_AT,
    units={3330811901: {4765081101: 2}},
    correlation_id=_REQUEST_ID,
)


def _stored(package: Package) -> StoredPackage:
    return stored_package(put_package(package).item)


def _delivered(sequence: int) -> Delivery:
    queued_ms = EXAMPLE_MS + 500 + sequence
    return Delivery(
        slot=Slot(queued_ms, Lane(EXAMPLE_WEBHOOK, 20811, _PACKAGE.order_number), sequence),
        previous_ms=None,
        event_sequence=sequence,
        part=None,
        state=DeliveryState.DELIVERED,
        attempts=1,
        created_at=from_ms(queued_ms),
        first_attempt_at=_TOLD_AT,
        attempted_at=_TOLD_AT,
        delivered_at=_TOLD_AT,
        last_answer="200",
    )


def _timeline() -> dict[str, Any]:
    changed = [_SPLIT.closed, *_SPLIT.successors]
    order = Order(_PACKAGE.order_number, 20811, sequence=0, version=1, live=())
    part = Part(
        20811,
        [_stored(package) for package in changed],
        [_RECORDED],
        [note_of(event) for event in events_after(order, changed, _SPLIT_AT, _REQUEST_ID)],
        [_delivered(sequence) for sequence in (1, 2)],
    )
    return render_timeline(_PACKAGE.order_number, TimelinePage([part]), _SCOPE)


_CALL = Call(None, {}, {}, {}, "", _AT)
_REFUSED = Outcome(
    (
        Refusal(RefusalCode.LINE_NOT_FOUND, "package 3330811901 has no line 1", field="lines.0.lineId"),
        Refusal(
            RefusalCode.QUANTITY_EXCEEDS_LEFT,
            "line 4765081101 has 3 units left, 9 were asked for",
            field="lines.1.quantity",
        ),
    )
)
_NO_UNITS = Refusal(
    RefusalCode.QUANTITY_EXCEEDS_LEFT,
    "item 10811190301_SKU-TRAY-GREEN has fewer than 9 units left that can be cancelled",
    field="cancel_quantity",
)

TIMELINE = _timeline()
CANCELLATION = render_found(
    FoundCancellation(_RECORDED, _PACKAGE.order_number, {3330811901: Taken(_stored(_SPLIT.closed).state, waits=False)}),
    name_in(_SCOPE, _ID) or "",
)
REHEARSED = render_outcome(Outcome(new=(_ID,), splits=(_SPLIT,)), _CALL, TrendyolErrors(), _SCOPE)
REHEARSED_REFUSED = render_outcome(_REFUSED, _CALL, TrendyolErrors(), _SCOPE)
REHEARSED_ITEM = {**REHEARSED, "cancellations": [{"cancellationId": "1078354", "repeated": False}]}
REHEARSED_ITEM_REFUSED = render_outcome(Outcome((_NO_UNITS,)), _CALL, ProblemDetails(), "")
