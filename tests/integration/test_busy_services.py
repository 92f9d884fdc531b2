"""AWS takes no more requests for a moment, or one of its answers is lost, at any call of any request."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError
from cleave.domain.subscription import Subscription
from cleave.entry import resources
from cleave.outbound.secrets import SecretBox
from cleave.outbound.webhook import WebhookSender
from cleave.table import table as table_module

from functions.ping_webhook import app as ping_webhook
from tests.integration.test_any_damaged_item import READING, WRITING, Everything, everything, in_short  # noqa: F401
from tests.simulation.engine import cancelled, failure
from tests.support.endpoints import Endpoint
from tests.support.environment import new_environment
from tests.support.gateway import Answer, Caller
from tests.support.stored import HOOK, SELLER

CODES = (
    "ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "TransactionConflict",
)  # fmt: skip


def busy(code: str, operation: str, request: dict[str, Any]) -> Exception:
    if code != "TransactionConflict":
        return failure(operation, code)
    others = [{"Code": "None"}] * (len(request.get("TransactItems", [])) - 1)
    return cancelled([{"Code": code}, *others]) if others else failure(operation, "TransactionConflictException")


def silent(_: str, operation: str, request: dict[str, Any]) -> Exception:
    del operation, request
    return ConnectTimeoutError(endpoint_url="https://aws.invalid")


@dataclass
class Weather:
    """Of all calls to AWS: from the one of number ``fails_at`` on, ``how_many`` fail."""

    clients: Any
    fail: Callable[[str, str, dict[str, Any]], Exception]
    code: str = ""
    calls: int = 0
    fails_at: int = 0
    how_many: int = 0
    made: list[object] = field(default_factory=list)

    def create_client(self, service: str, **more: object) -> object:
        """As botocore's session."""
        return Client(self, self.clients.create_client(service, **more))

    def begin(self, fails_at: int = 0, how_many: int = 0) -> None:
        self.calls, self.fails_at, self.how_many = 0, fails_at, how_many

    def call(self, name: str, ask: Callable[..., Any], request: dict[str, Any]) -> Any:  # noqa: ANN401 - any answer
        self.calls += 1
        if self.fails_at <= self.calls < self.fails_at + self.how_many:
            raise self.fail(self.code, name, request)
        return ask(**request)


@dataclass
class Client:
    """Of any service."""

    weather: Weather
    of: Any

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """An operation."""
        return lambda **request: self.weather.call(name, getattr(self.of, name), request)


@pytest.fixture
def weather(everything: Everything, monkeypatch: pytest.MonkeyPatch) -> Iterator[Weather]:  # noqa: F811 - a fixture
    del everything
    found = Weather(vars(resources)["session_for"](""), busy)
    monkeypatch.setattr(resources, "session_for", lambda _: found)
    monkeypatch.setattr(table_module, "random_pause", lambda _: 0)
    new_environment()
    yield found
    new_environment()


def asked(everything: Everything, each: Endpoint) -> Answer:  # noqa: F811 - a fixture
    """In a new environment, which has opened no secret and leased no number."""
    new_environment()
    (answer,) = everything.ask([each]).values()
    return answer


def answers(everything: Everything, weather: Weather, how_many: int) -> Iterator[tuple[str, int, int, int, int]]:  # noqa: F811
    """Each endpoint, each of its calls failing: what is usual, what is answered, and what a repeat is."""
    for each in [*READING, *WRITING]:
        everything.restore()
        weather.begin()
        usual, calls = asked(everything, each).status, weather.calls
        for number in range(1, calls + 1):
            everything.restore()
            weather.begin(number, how_many)
            answered = asked(everything, each).status
            weather.begin()
            yield each.code, number, usual, answered, asked(everything, each).status


def is_done(code: str, usual: int, repeated: int) -> bool:
    """A webhook that was deleted is not there."""
    return repeated == usual or (code == "delete_webhook" and repeated == 404)


@pytest.mark.usefixtures("in_short")
@pytest.mark.parametrize("how_many", [1, 1000])
@pytest.mark.parametrize("code", CODES)
def test_a_request_that_meets_a_service_that_is_busy_is_done_or_asked_to_come_again(
    everything: Everything,  # noqa: F811 - a fixture
    weather: Weather,
    code: str,
    how_many: int,
) -> None:
    weather.code = code
    wrong = [
        found
        for found in answers(everything, weather, how_many)
        if found[3] not in {found[2], 429} or not is_done(found[0], found[2], found[4])
    ]
    assert wrong == []


@pytest.mark.usefixtures("in_short")
def test_a_request_of_which_an_answer_was_lost_can_be_repeated(everything: Everything, weather: Weather) -> None:  # noqa: F811
    weather.fail = silent
    wrong = [
        found
        for found in answers(everything, weather, 1)
        if found[3] not in {found[2], 500} or not is_done(found[0], found[2], found[4])
    ]
    assert wrong == []


def ping() -> Answer:
    return Caller("seller", (SELLER,), {"storeFrontCode": "DE"}).call(
        ping_webhook.handler, path={"sellerId": SELLER, "webhookId": HOOK}
    )


@dataclass
class Kms:
    """One that opens nothing."""

    code: str

    def decrypt(self, **_: object) -> None:
        raise failure("Decrypt", self.code)


class Pings:
    """In place of the sender."""

    def __init__(self, code: str) -> None:
        self.sender = WebhookSender(None, SecretBox(Kms(code), "key"))  # type: ignore[arg-type] # nothing is sent

    def ping(self, subscription: Subscription, message_id: str, at: Any) -> Any:  # noqa: ANN401 - a date; an answer
        return self.sender.ping(subscription, message_id, at)


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("code", ["ThrottlingException", "DisabledException"])
def test_a_test_call_whose_secrets_cannot_be_opened_now_is_to_be_repeated(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(ping_webhook, "sender", lambda: Pings(code))
    assert (ping().status, ping().headers["Retry-After"]) == (429, "1")


@pytest.mark.usefixtures("everything")
def test_a_test_call_says_that_the_secrets_are_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ping_webhook, "sender", lambda: Pings("InvalidCiphertextException"))
    assert (ping().status, ping().json["error"]) == (200, "secrets_damaged")
