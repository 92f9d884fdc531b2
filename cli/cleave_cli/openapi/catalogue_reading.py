"""Endpoints for reading back: cancellations, timelines and dry runs, in either dialect."""

from dataclasses import replace

from cleave.dialects import answers_reading as answers
from cleave.dialects.hepsiglobal.order_cancel import CancelItem, CancelItems
from cleave.dialects.trendyol.cancel import CancelRequest
from cleave.domain.dialect import Dialect
from cleave.domain.refusals import RefusalCode as Code

from cleave_cli.openapi import examples_reading as shown
from cleave_cli.openapi import parameters
from cleave_cli.openapi.both import both
from cleave_cli.openapi.operation import Body, Operation, Ref, answering, taking

_T, _H = Dialect.TRENDYOL, Dialect.HEPSIGLOBAL
_ITEM = {
    "cancel_id": 1078354,
    "order_number": "10811190301",
    "cancel_quantity": 2,
    "order_item_number": "10811190301_SKU-TRAY-GREEN",
    "reason": "out_of_stock",
}


OPERATIONS = (
    Operation(
        "DryRunCancelPackage",
        _T,
        "Dry run: show what this cancel would do, or every reason why it would be refused. Nothing is written.",
        takes=taking(CancelRequest, shown.CANCEL_TRAYS),
        answer=replace(
            answering(answers.TrendyolDryRun, shown.DRY_RUN),
            examples={"example": shown.DRY_RUN, "refused": shown.DRY_RUN_REFUSED},
        ),
        parameters=(parameters.IDEMPOTENCY_KEY,),
    ),
    Operation(
        "DryRunOrderCancel",
        _H,
        "Dry run: show what this cancel would do, or every reason why it would be refused. Nothing is written.",
        takes=Body(
            {"anyOf": [Ref(CancelItem).schema, Ref(CancelItems).schema]},
            {"example": _ITEM, "several": {"cancel_items": [_ITEM, {**_ITEM, "cancel_id": 1078355}]}},
        ),
        answer=replace(
            answering(answers.HepsiGlobalDryRun, shown.DRY_RUN_ITEM),
            examples={"example": shown.DRY_RUN_ITEM, "refused": shown.DRY_RUN_ITEM_REFUSED},
        ),
    ),
    *both(
        Operation(
            "GetCancellation",
            _T,
            "Get one of the caller's own cancellations: its state, and the packages that it is applied to.",
            answer=answering(answers.FoundCancellation, shown.CANCELLATION),
            refusals=(Code.CANCELLATION_NOT_FOUND,),
        )
    ),
    *both(
        Operation(
            "GetOrderTimeline",
            _T,
            "Get an order's timeline: packages as a tree; cancellations, events and deliveries in order of time.",
            answer=answering(answers.Timeline, shown.TIMELINE),
            parameters=parameters.TIMELINE,
            refusals=(Code.ORDER_NOT_FOUND, Code.BODY_INVALID),
        )
    ),
)
