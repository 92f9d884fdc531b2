"""botocore's session with only the handlers that our clients need.

boto3 makes the same clients, but adds a third to a cold start. botocore itself registers all of its handlers, most of
them for services that we never call and for the documentation of methods: a fortieth of a cold start.
"""

import functools
from collections.abc import Iterator
from typing import Any

from botocore import handlers
from botocore.session import Session

_DOCUMENTATION = "docs"


@functools.cache
def session() -> Session:
    """The session of this environment, with the handlers that belong to no single service."""
    made = Session(include_builtin_handlers=False)
    _register(made, "")
    return made


@functools.cache
def session_for(service: str) -> Session:
    """The same session, from now on also with a service's handlers."""
    _register(session(), service)
    return session()


def _register(to: Session, service: str) -> None:
    events = to.get_component("event_emitter")
    places = {handlers.REGISTER_FIRST: events.register_first, handlers.REGISTER_LAST: events.register_last}
    for event, handler, *place in builtin_handlers(service):
        places[place[0]](event, handler) if place else events.register(event, handler)


def builtin_handlers(service: str) -> Iterator[tuple[Any, ...]]:
    """botocore's handlers for one service, or for no single one: the event, the handler, and its position if it
    matters."""
    for each in handlers.BUILTIN_HANDLERS:
        kind, _, rest = each[0].partition(".")
        if kind != _DOCUMENTATION and rest.partition(".")[0] == service:
            yield each
