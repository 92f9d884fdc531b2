"""Built functions in Lambda's own runtime, without Docker, against a stack that `cleave samples` was put into."""

from collections.abc import Iterator

import pytest
from cleave_cli.invoke import invoke_function
from cleave_cli.main import app
from cleave_cli.paths import ROOT, StateDir
from cleave_cli.stack import local_stack
from typer.testing import CliRunner

pytestmark = pytest.mark.machine

# One of each kind: changes, reads, a seller's own delivery, splits, secrets.
GOOD = [
    "cancel_package",
    "find_order",
    "get_cancellation",
    "get_delivery",
    "manual_return",
    "multi_split",
    "order_cancel",
    "rotate_webhook_secret",
]


@pytest.fixture(scope="module")
def printed() -> list[str]:
    """What `cleave samples` printed, line by line."""
    return []


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory, printed: list[str]) -> Iterator[StateDir]:
    """Of a stack of its own: the samples need one that has seen nothing yet."""
    folder = StateDir(tmp_path_factory.mktemp("samples"))
    with local_stack(folder):
        done = CliRunner().invoke(app, ["samples", "--state", str(folder.path)])
        assert done.exit_code == 0, done.output
        printed += done.output.splitlines()
        yield folder


def event(name: str) -> bytes:
    return (ROOT / "events" / f"{name}.json").read_bytes()


def test_the_samples_are_put_without_a_line_of_the_services_own_log(state: StateDir, printed: list[str]) -> None:
    del state
    assert printed == ["Every good event of events/ is good now: cleave invoke FUNCTION good"]


def test_a_cancel_that_asks_for_too_much_is_refused_as_it_is_deployed(state: StateDir) -> None:
    refused = invoke_function("CancelPackageFunction", event("cancel_package/bad"), state)
    assert (refused["statusCode"], "line.quantity.exceeds.left" in refused["body"]) == (409, True)


@pytest.mark.parametrize("function", GOOD)
def test_a_good_event_is_good_after_the_samples(state: StateDir, function: str) -> None:
    name = "".join(part.capitalize() for part in function.split("_"))
    answer = invoke_function(f"{name}Function", event(f"{function}/good"), state)
    assert answer["statusCode"] == 200, answer["body"]


def test_the_queues_function_answers_which_message_failed(state: StateDir) -> None:
    failed = invoke_function("DeliverWebhookFunction", event("deliver_webhook/bad"), state)
    assert failed == {"batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661975830a7d"}]}
    done = invoke_function("DeliverWebhookFunction", event("deliver_webhook/good"), state)
    assert done == {"batchItemFailures": []}


def test_the_authorizer_denies_what_api_gateway_answers_with_401(state: StateDir) -> None:
    refused = invoke_function("AuthorizerFunction", event("authorizer/bad"), state)
    (statement,) = refused["policyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"


def test_samples_that_are_put_twice_say_what_they_need(state: StateDir) -> None:
    again = CliRunner().invoke(app, ["samples", "--state", str(state.path)])
    assert again.exit_code == 1
    assert "The samples need a stack that has seen nothing yet: start it again." in again.output
