"""GET /v1/operations/orders/{orderNumber}."""

from functools import partial

from cleave.application.read.story import read_story
from cleave.dialects.staff_calls import staff_endpoint
from cleave.dialects.stories import story_response, to_viewer
from cleave.entry.gateway import Call, Response
from cleave.entry.resources import table


@staff_endpoint
def handler(call: Call) -> Response:
    """An order of all its sellers: its packages as a tree, its units, and its timeline."""
    number, viewer = to_viewer(call)
    return story_response(number, partial(read_story, table(), number, viewer))
