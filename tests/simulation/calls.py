"""Requests of callers, as API Gateway hands them on: through the real handlers, repeated until the truth is known."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.simulation.world import World

SELLERS = (1000, 1001)
CHANNEL = "c1"


@dataclass(frozen=True)
class Answer:
    """``status`` None: nobody knows."""

    status: int | None
    document: Any = None


def event_of(
    role: str,
    sellers: tuple[int, ...],
    body: object,
    path: Mapping[str, object],
    headers: Mapping[str, str],
) -> dict[str, Any]:
    """API Gateway's."""
    named = " ".join(str(seller) for seller in sellers)
    caller = CHANNEL if role == "channel" else f"seller-{named}"
    return {
        "httpMethod": "ANY",
        "resource": "/",
        "pathParameters": {name: str(value) for name, value in path.items()},
        "multiValueQueryStringParameters": None,
        "headers": {"storeFrontCode": "DE", **headers},
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {
            "requestId": "simulated",
            "authorizer": {"credential": caller, "role": role, "sellers": named, "storefronts": ""},
        },
    }


@dataclass(frozen=True)
class Calls:
    """All that callers ask for."""

    world: World
    tries: int = 6

    @property
    def just_once(self) -> "Calls":
        """For what must not be done twice."""
        return replace(self, tries=1)

    def once(self, function: str, event: dict[str, Any]) -> Answer:
        answer = self.world.invoke(function, event)
        if answer is None:
            return Answer(None)
        if answer["statusCode"] >= 500:
            self.world.blame(f"{function}: {answer['statusCode']}")
            return Answer(None)
        return Answer(answer["statusCode"], _document(answer["body"]))

    def until_known(self, function: str, event: dict[str, Any]) -> Answer:
        """Again while nothing, or that others were in the way, is answered."""
        is_certain = True
        for attempt in range(self.tries):
            answer = self.once(function, event)
            if answer.status not in {None, 429}:
                return answer
            is_certain = is_certain and answer.status is not None
            self.world.scheduler.sleep(100 * 3**attempt)
        return Answer(429 if is_certain else None)

    def as_seller(
        self,
        function: str,
        seller_id: int,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        **path: object,
    ) -> Answer:
        """In Trendyol's dialect."""
        event = event_of("seller", (seller_id,), body, {"sellerId": seller_id, **path}, headers or {})
        return self.until_known(function, event)

    def as_channel(self, function: str, body: object = None, **path: object) -> Answer:
        """In HepsiGlobal's."""
        return self.until_known(function, event_of("channel", SELLERS, body, path, {}))

    def asker(self, owner: str) -> Callable[..., Answer]:
        """Whoever may change the owner's webhooks."""
        kind, _, name = owner.partition(":")
        if kind == "channel":
            return self.as_channel

        def ask(function: str, body: object = None, **path: object) -> Answer:
            return self.as_seller(function, int(name), body, None, **path)

        return ask


def _document(body: str) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body
