"""API Gateway proxy events, for calling handlers without a gateway."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cleave.domain.subscription import Dialect

from tests.support.documented import problems, route_of

type Handler = Callable[[dict[str, Any], object], dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What a handler answered; ``json`` is None for an empty body."""

    status: int
    json: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Caller:
    """Calls handlers as the authorizer would let this credential through."""

    role: str
    sellers: tuple[int, ...]
    headers: Mapping[str, str]
    credential: str = "test-credential"

    def call(
        self,
        handler: Handler,
        body: Any = None,  # noqa: ANN401 - also what is not valid
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """``body`` is sent as it is if it is text, else as JSON."""
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        event = {
            "httpMethod": "ANY",
            "resource": "/",
            "pathParameters": {name: str(value) for name, value in (path or {}).items()},
            "multiValueQueryStringParameters": query,
            "headers": {**self.headers, **(headers or {})},
            "body": text,
            "isBase64Encoded": False,
            "requestContext": {"requestId": "test-request", "authorizer": self._authorizer()},
        }
        answer = handler(event, None)
        _check_documented(handler, event, answer)
        answered = json.loads(answer["body"]) if answer["body"] else None
        return Answer(answer["statusCode"], answered, answer["headers"])

    def _authorizer(self) -> dict[str, str]:
        sellers = " ".join(str(seller) for seller in self.sellers)
        return {"credential": self.credential, "role": self.role, "sellers": sellers}


def _check_documented(handler: Handler, event: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """docs/openapi.json must say so, whatever the test is about."""
    dialect = Dialect.TRENDYOL if "sellerId" in event["pathParameters"] else Dialect.HEPSIGLOBAL
    route = route_of(handler.__module__.split(".")[-2], dialect) if "." in handler.__module__ else None
    if route is not None:
        found = problems(route, answer["statusCode"], answer["headers"], answer["body"])
        assert not found, "\n".join(["docs/openapi.json differs; run: cleave openapi", *found])
