"""An event as Lambda passes it, and the function's answer."""

from dataclasses import dataclass
from typing import Any

type Event = dict[str, Any]

EXAMPLE_MS = 1792314000000
ACCOUNT, REGION = "123456789012", "eu-central-1"


@dataclass(frozen=True, slots=True)
class LambdaEvent:
    """``expected`` is a status for an endpoint, else the answer.

    Expected where the sample orders are imported and the example's webhook exists; of ``get_cancellation``, where the
    good event of ``cancel_package`` came before.
    """

    function: str
    name: str
    event: Event
    expected: Any

    @property
    def file(self) -> str:
        """Below events/."""
        return f"{self.function}/{self.name}.json"


def arn(service: str, resource: str) -> str:
    """Of the example's account."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
