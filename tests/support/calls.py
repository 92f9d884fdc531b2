"""Counts what a boto3 client sends, where the client itself sends it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def calls_of(client: Any) -> Iterator[list[str]]:  # noqa: ANN401 - boto3's clients have no common type
    """The names of the operations sent while the context is open, in their order."""
    sent: list[str] = []

    def note(model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        sent.append(model.name)

    client.meta.events.register("before-call", note)
    try:
        yield sent
    finally:
        client.meta.events.unregister("before-call", note)
