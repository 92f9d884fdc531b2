"""The answer to a dry run of a cancel, in both dialects: our own addition to either."""

import json
from collections.abc import Sequence
from typing import Any

from cleave.application.accept.dry_run import DryRun
from cleave.dialects.cancellation_ids import name_in
from cleave.domain.cancellation import Scope
from cleave.domain.package import Line, Package
from cleave.domain.split import Split
from cleave.entry.endpoint import STATUS, ErrorShape
from cleave.entry.gateway import Call

_OK = 200


def render_dry_run(outcome: DryRun, call: Call, shape: ErrorShape, scope: Scope) -> dict[str, Any]:
    """What the cancel itself would be answered with, and what it would do."""
    refusals = outcome.refusals
    status = STATUS[refusals[0].code.kind] if refusals else _OK
    named = [*((each, False) for each in outcome.new), *((each, True) for each in outcome.repeated)]
    return {
        "accepted": not refusals,
        "status": status,
        "refusal": json.loads(shape.refused(call, refusals, status).body) if refusals else None,
        "cancellations": [{"cancellationId": name_in(scope, each), "repeated": repeated} for each, repeated in named],
        "packages": [_render_split(split, outcome.new) for split in outcome.splits],
    }


def _render_split(split: Split, new: Sequence[str]) -> dict[str, Any]:
    closed, successor = split.closed, split.successor
    return {
        "shipmentPackageId": closed.package_id,
        "status": closed.status,
        "cancelledLines": [
            {**_render_line(line), "requested": line.cancelled.cancellation_id in new}
            for line in closed.lines
            if line.cancelled is not None
        ],
        "successor": None if successor is None else _render_successor(successor),
    }


def _render_successor(successor: Package) -> dict[str, Any]:
    return {"status": successor.status, "lines": [_render_line(line) for line in successor.lines]}


def _render_line(line: Line) -> dict[str, Any]:
    return {
        "lineId": line.line_id,
        "orderItemNumber": line.item_number,
        "quantity": line.quantity,
        "status": line.status,
    }
