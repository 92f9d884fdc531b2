"""Example answers of reading back, as the code itself makes them from the sample order."""

import json
from datetime import timedelta

from cleave.application.accept.dry_run import DryRun
from cleave.application.read.cancellation import FollowedCancellation
from cleave.application.read.delivery_rows import DeliveryRow
from cleave.application.read.timeline_page import Part, TimelinePage
from cleave.clock import from_ms
from cleave.dialects.answers_reading import Timeline
from cleave.dialects.cancellation_ids import name_in
from cleave.dialects.cancellations import render_found
from cleave.dialects.dry_run import render_channels_dry_run, render_sellers_dry_run
from cleave.dialects.hepsiglobal.endpoint import ChannelCall
from cleave.dialects.timeline import render_timeline
from cleave.dialects.trendyol.cancel import to_cancellation
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.imports import to_imported
from cleave.domain.cancellation import RecordedCancellation, reservation_of
from cleave.domain.delivery import Delivery, DeliveryState, Lane, Outcome
from cleave.domain.events import EventNote
from cleave.domain.package import Package
from cleave.domain.package_state import PackageState
from cleave.domain.recipients import Selection
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.split import Name, cancel_units
from cleave.entry.gateway import Call
from cleave.store.packages import package_item, to_state

from cleave_cli.openapi.examples import sample_orders
from cleave_cli.openapi.parameters import EXAMPLE_WEBHOOK
from cleave_cli.told.history import EXAMPLE_MS

CANCEL_TRAYS = {"lines": [{"lineId": 4765081101, "quantity": 2}], "reasonId": 500}
_REQUEST_ID = "5f0b7a9e-6c1e-4a55-9c0f-0d9a9d6d8a11"
_NEW_PACKAGE = 4077105541530541
_TRACKING_NUMBER = 8000000000000000
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
_SPLIT = cancel_units(_PACKAGE, [_RESERVATION], at=_SPLIT_AT, name=Name(_NEW_PACKAGE, _TRACKING_NUMBER))
_RECORDED = RecordedCancellation(
    cancellation_id=_ID,
    seller_id=20811,
    reason=_CANCELLATION.reason,
    cancelled_by=_CANCELLATION.cancelled_by,
    keep_status=False,
    accepted_at=_AT,
    units={3330811901: {4765081101: 2}},
    correlation_id=_REQUEST_ID,
)


def _state(package: Package) -> PackageState:
    return to_state(package_item(package))


_FOLLOWED = FollowedCancellation(_RECORDED, {3330811901: _state(_SPLIT.closed)})


def _delivered() -> list[DeliveryRow]:
    """Both messages of the split."""
    taken = Outcome(DeliveryState.DELIVERED, 1, _TOLD_AT, "200", 12)
    delivery = Delivery(
        lane=Lane(EXAMPLE_WEBHOOK, 20811, _PACKAGE.order_number),
        owner="seller:20811",
        event_at=_SPLIT_AT,
        event=1,
        selection=Selection((0, 1)),
        count=2,
        first=1,
        previous_at=None,
        outcomes={0: taken, 1: taken},
        progress=2,
    )
    return [DeliveryRow(delivery, place, taken, delivery.state(place)) for place in range(2)]


def _timeline() -> Timeline:
    changed = [_SPLIT.closed, *_SPLIT.successors]
    notes = [
        EventNote(n, _SPLIT_AT, each.package_id, each.storefront, each.status, _REQUEST_ID)
        for n, each in enumerate(changed, start=1)
    ]
    part = Part(20811, [_state(package) for package in changed], [_FOLLOWED], notes, _delivered())
    return render_timeline(_PACKAGE.order_number, TimelinePage([part]), _SCOPE)


_REFUSED = DryRun(
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
CANCELLATION = render_found(_FOLLOWED, name_in(_SCOPE, _ID) or "")
DRY_RUN = render_sellers_dry_run(DryRun(new=(_ID,), splits=(_SPLIT,)), _seller(CANCEL_TRAYS))
DRY_RUN_REFUSED = render_sellers_dry_run(_REFUSED, _seller(CANCEL_TRAYS))
DRY_RUN_ITEM = {**DRY_RUN, "cancellations": [{"cancellationId": "1078354", "repeated": False}]}
DRY_RUN_ITEM_REFUSED = render_channels_dry_run(DryRun((_NO_UNITS,)), ChannelCall(_seller({}).call, "", frozenset()))
