"""GET /v1/operations/pending."""

from cleave.application.operate.pending import list_pending
from cleave.dialects.pending import pending_after, render_pending
from cleave.dialects.staff_calls import whole_staff_endpoint
from cleave.entry.gateway import Call, Response, json_response
from cleave.entry.resources import client, settings, table
from cleave.outbound.failed_batches import list_failed_batches


@whole_staff_endpoint
def handler(call: Call) -> Response:
    """Accepted work that is not done, by order, and the batches that the stream gave up."""
    after = pending_after(call)
    batches = [] if after else list_failed_batches(client("s3"), settings().failed_records_bucket)
    return json_response(render_pending(list_pending(table(), call.at, after), batches))
