"""The deployed service against docs/openapi.json, by requests that Schemathesis makes of it: valid, and invalid ones.

No answer is a 5xx, and each has a status, a content type, headers and a body that the document names.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from cleave_cli.openapi.document import DOCUMENT
from cleave_cli.openapi.routes import pages, routes
from cleave_cli.receiver import running_receiver
from cleave_cli.stack import LocalStack
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.support.aimed import Callers, aim, ask_openly, callers, endpoint_of
from tests.support.documented import problems
from tests.support.endpoints import Target

SHORT, LONG = 6, 200
# How the service answers a request that it understands, about something that is there. A package that was not picked
# has no tracking number, and one that a request has just split is not imported again.
UNDERSTOOD = {200, 201, 202, 409}
ROUTES = {(route.method, route.path): route for route in (*routes(), *pages())}


def body_as_documented(_: object, response: schemathesis.Response, case: schemathesis.Case[Any]) -> None:
    """In place of Schemathesis' own, which makes a list of ``items`` of our ``prefixItems`` and then refuses it."""
    found = problems(ROUTES[case.method.upper(), case.path], response.status_code, _headers(response), response.text)
    assert not found, "\n".join(found)


def _headers(response: schemathesis.Response) -> dict[str, str]:
    return {name: values[0] for name, values in response.headers.items()}


CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    body_as_documented,
]


CONFIG = {
    "seed": 7,
    "generation": {"deterministic": True, "database": "none", "with-security-parameters": False},
    # Other methods of a path are another operation's, or API Gateway's: tests/e2e/test_access.py.
    "phases": {"coverage": {"unexpected-methods": []}},
}
schema = schemathesis.openapi.from_path(DOCUMENT, config=schemathesis.Config.from_dict(CONFIG))


@pytest.fixture(scope="module")
def known(stack: LocalStack) -> Iterator[Callers]:
    with running_receiver() as receiver, callers(stack, receiver) as made:
        yield made


@dataclass
class Sender:
    """Sends the requests of one operation, all about the same things."""

    base_url: str
    known: Callers
    session: requests.Session
    made: int = 0
    sent: int = 0
    target: Target | None = None

    def __call__(self, case: schemathesis.Case[Any]) -> None:
        """Send it, and check the answer."""
        endpoint, headers = endpoint_of(case), {}
        if endpoint is None and not self.sent:
            ask_openly(case, self.known.channel.channel)
        if endpoint is not None:
            self.target = self.target or self.known.target(endpoint)
            aim(case, endpoint, self.target, fully=not self.sent)
            headers["Authorization"] = self.known.authorization(endpoint)
        response = case.call_and_validate(
            base_url=self.base_url, session=self.session, headers=headers, checks=CHECKS, timeout=60
        )
        assert self.sent or response.status_code in UNDERSTOOD, response.text
        self.sent += 1

    def fewer(self, case: schemathesis.Case[Any]) -> None:
        """Send the first one, and then fewer and fewer: the bounds of its fields alone make 1,400 of one operation."""
        self.made += 1
        if math.isqrt(8 * self.made + 1) ** 2 == 8 * self.made + 1:  # 1, 3, 6, 10, 15, …
            self(case)


@pytest.fixture
def send(stack: LocalStack, known: Callers) -> Iterator[Sender]:
    with requests.Session() as session:
        session.trust_env = False
        yield Sender(stack.base_url, known, session)


@schema.parametrize()
@settings(max_examples=SHORT, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_answers_as_documented(case: schemathesis.Case[Any], send: Sender) -> None:
    send.fewer(case)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@schema.parametrize()
@settings(max_examples=LONG, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_answers_as_documented_for_long(case: schemathesis.Case[Any], send: Sender) -> None:
    send(case)
