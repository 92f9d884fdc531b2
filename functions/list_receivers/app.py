"""GET /v1/operations/receivers."""

from cleave.application.operate.receivers import failing_receivers, list_receivers
from cleave.dialects.operations import receivers_after, render_receivers, wants_failing
from cleave.dialects.staff_calls import whole_staff_endpoint
from cleave.entry.gateway import Call, Response, json_response
from cleave.entry.resources import table


@whole_staff_endpoint
def handler(call: Call) -> Response:
    """All owners' webhooks, or those that fail, with their waiting deliveries."""
    after = receivers_after(call)
    if wants_failing(call):
        return json_response(render_receivers(failing_receivers(table(), call.at)))
    return json_response(render_receivers(list_receivers(table(), after)))
