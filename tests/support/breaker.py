"""Ends the process under test before any call that leaves it, or loses the answer to one, for good or to the SDK."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from botocore.exceptions import ReadTimeoutError


class Killed(BaseException):
    """The process ended: no ``except Exception`` on its way sees it."""


@dataclass
class Breaker:
    """Counts the calls of all clients that share it.

    ``kill_before``, ``lose_answer_of`` and ``repeat`` are the number of a call, counted from the last ``arm``. A call
    whose answer is lost was done. One that is repeated is done again, as the SDK does when an answer is lost: a
    transaction with the same token. ``interfere`` sees each request before it is made, and may raise. ``written``
    collects the partitions of transactions that were begun.
    """

    calls: int = 0
    last_calls: int = 0
    kill_before: int | None = None
    lose_answer_of: int | None = None
    repeat: int | None = None
    interfere: Callable[[dict[str, Any]], None] | None = None
    written: set[str] = field(default_factory=set)

    def arm(
        self, *, kill_before: int | None = None, lose_answer_of: int | None = None, repeat: int | None = None
    ) -> None:
        """Count from here on; ``last_calls`` keeps what was counted."""
        self.last_calls = self.calls
        self.calls, self.kill_before, self.lose_answer_of, self.repeat = 0, kill_before, lose_answer_of, repeat

    def pass_on(self, operation: Callable[..., Any], request: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's
        """Make a call, or not."""
        self.calls += 1
        if self.kill_before is not None and self.calls >= self.kill_before:
            raise Killed
        for action in request.get("TransactItems", []):
            ((_, write),) = action.items()
            self.written.add(write.get("Item", write.get("Key"))["pk"]["S"])
        if "TransactItems" in request:
            request = {"ClientRequestToken": str(uuid4()), **request}
        if self.interfere is not None:
            self.interfere(request)
        answer = operation(**request)
        if self.calls == self.repeat:
            return operation(**request)
        if self.calls == self.lose_answer_of:
            raise ReadTimeoutError(endpoint_url="https://dynamodb.invalid")
        return answer


@dataclass(frozen=True)
class BreakableClient:
    """A client of an AWS service, its operations behind a breaker."""

    client: Any
    breaker: Breaker

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the client has
        found = getattr(self.client, name)
        if not callable(found) or name == "exceptions":
            return found
        return lambda **request: self.breaker.pass_on(found, request)
