"""GET …/cancellations/{cancellationId}, of a seller or a channel."""

from cleave.application.read.cancellation import find_cancellation
from cleave.dialects.cancellation_ids import id_of
from cleave.dialects.cancellations import render_found
from cleave.dialects.reading_calls import ReadingCall, reading_endpoint
from cleave.entry.gateway import Response, json_response
from cleave.entry.resources import table


@reading_endpoint
def handler(reader: ReadingCall) -> Response:
    """One of the caller's own cancellations: whether it is applied, and to which packages."""
    name = reader.call.path.get("cancellationId", "")
    found = find_cancellation(table(), id_of(reader.scope, name), reader.sellers, reader.storefronts)
    return json_response(render_found(found, name))
