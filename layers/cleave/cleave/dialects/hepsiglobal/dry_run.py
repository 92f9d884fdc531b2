"""PUT /webhooks/order-cancel/dry-run: what a seller's cancel would do."""

from typing import Any

from cleave.application.rehearse import rehearse_items
from cleave.dialects.hepsiglobal.endpoint import ChannelCall
from cleave.dialects.hepsiglobal.errors import ProblemDetails
from cleave.dialects.hepsiglobal.order_cancel import read_items
from cleave.dialects.rehearsal import render_outcome
from cleave.store.table import Table


def try_order_cancel(table: Table, channel: ChannelCall) -> dict[str, Any]:
    """The answer. Raises Refusal or Refusals for a body that is no cancel."""
    items, faults = read_items(channel)
    outcome = rehearse_items(table, items, channel.sellers, faults)
    return render_outcome(outcome, channel.call, ProblemDetails(), channel.scope)
