"""POST /v1/operations/receivers/{subscriptionId}/probe."""

from cleave.application.tell.ask_again import probe_now
from cleave.dialects.operations import render_probed
from cleave.dialects.staff_calls import operator_endpoint
from cleave.entry.gateway import Call, Response, json_response
from cleave.entry.resources import table
from cleave.outbound.resources import wake_queue


@operator_endpoint
def handler(call: Call) -> Response:
    """Send a receiver its oldest waiting message now."""
    name = call.path.get("subscriptionId", "")
    return json_response(render_probed(name, probe_now(table(), wake_queue(), name, call.at)), 202)
