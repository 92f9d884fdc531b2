"""GET /v1/operations/status."""

from cleave.application.operate.status import read_status
from cleave.dialects.operations import told_status
from cleave.dialects.staff_calls import whole_staff_endpoint
from cleave.entry.alarms import thresholds
from cleave.entry.gateway import Call, Response, json_response
from cleave.entry.resources import client, settings, table
from cleave.outbound.failed_batches import count_failed_batches
from cleave.outbound.queue import count_messages


@whole_staff_endpoint
def handler(call: Call) -> Response:
    """How long work has been due, and how much was given up."""
    batches = count_failed_batches(client("s3"), settings().failed_records_bucket)
    letters = count_messages(client("sqs"), settings().dead_letters_url)
    gauges = read_status(table(), call.at, thresholds(), failed_batches=batches, dead_letters=letters)
    return json_response(told_status(call, settings().powertools_service_name, gauges))
