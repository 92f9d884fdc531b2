"""The answer to a dry run of a cancel, in both dialects; neither dialect's own pages have it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cleave.application.accept.dry_run import DryRun
from cleave.dialects.cancellation_ids import name_in
from cleave.dialects.hepsiglobal import errors as hepsiglobal
from cleave.dialects.hepsiglobal.endpoint import ChannelCall
from cleave.dialects.trendyol import errors as trendyol
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.domain.cancellation import Scope
from cleave.domain.package import Line, Package
from cleave.domain.split import Split
from cleave.entry.endpoint import STATUS

if TYPE_CHECKING:
    from cleave.dialects.answers_reading import (
        DryRunFacts,
        DryRunLine,
        DryRunPackage,
        HepsiGlobalDryRun,
        Successor,
        TrendyolDryRun,
    )

_OK = 200


def render_sellers_dry_run(outcome: DryRun, seller: SellerCall) -> "TrendyolDryRun":
    """The answer that the cancel itself would get, and its effect."""
    refusals = outcome.refusals
    refusal = trendyol.render_refusals(seller.call, refusals) if refusals else None
    return {**_render(outcome, seller.scope), "refusal": refusal}


def render_channels_dry_run(outcome: DryRun, channel: ChannelCall) -> "HepsiGlobalDryRun":
    """The same for a cancel that a channel reports."""
    facts, refusals = _render(outcome, channel.scope), outcome.refusals
    return {**facts, "refusal": hepsiglobal.render_refusals(refusals, facts["status"]) if refusals else None}


def _render(outcome: DryRun, scope: Scope) -> "DryRunFacts":
    refusals = outcome.refusals
    named = [*((each, False) for each in outcome.new), *((each, True) for each in outcome.repeated)]
    return {
        "accepted": not refusals,
        "status": STATUS[refusals[0].code.kind] if refusals else _OK,
        "cancellations": [{"cancellationId": name_in(scope, each), "repeated": repeated} for each, repeated in named],
        "packages": [_render_split(split, outcome.new) for split in outcome.splits],
    }


def _render_split(split: Split, new: Sequence[str]) -> "DryRunPackage":
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


def _render_successor(successor: Package) -> "Successor":
    return {"status": successor.status, "lines": [_render_line(line) for line in successor.lines]}


def _render_line(line: Line) -> "DryRunLine":
    return {
        "lineId": line.line_id,
        "orderItemNumber": line.item_number,
        "quantity": line.quantity,
        "status": line.status,
    }
