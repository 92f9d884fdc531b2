"""API Gateway proxy events, for calling handlers without a gateway."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.documented import check_documented

type Handler = Callable[[dict[str, Any], object], dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What a handler answered; ``json`` is None for an empty body."""

    status: int
    json: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Caller:
    """Calls handlers as the authorizer would let this credential through; without a role, where none is asked for."""

    role: str
    sellers: tuple[int, ...]
    headers: Mapping[str, str]
    credential: str = "test-credential"
    request_id: str = "test-request"
    storefronts: tuple[str, ...] = ()

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
            "requestContext": {"requestId": self.request_id, **self._authorizer()},
        }
        answer = handler(event, None)
        check_documented(handler, event, answer)
        answered = _json(answer["body"])
        return Answer(answer["statusCode"], answered, answer["headers"])

    def _authorizer(self) -> dict[str, dict[str, str]]:
        if not self.role:
            return {}
        sellers = " ".join(str(seller) for seller in self.sellers)
        context = {"credential": self.credential, "role": self.role, "sellers": sellers}
        return {"authorizer": {**context, "storefronts": " ".join(self.storefronts)}}


def _json(body: str) -> object:
    """None for an empty body, the text itself for one that is not JSON."""
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body
