"""Built functions in Lambda's own runtime, without Docker, against the running stack."""

from pathlib import Path

import pytest
from cleave_cli.api import SellerClient
from cleave_cli.credentials import write_local_json
from cleave_cli.invoke import invoke_function
from cleave_cli.paths import ROOT, StateDir
from cleave_cli.stack import LocalStack

from tests.support.samples import sample

pytestmark = pytest.mark.machine


def event(name: str) -> bytes:
    return (ROOT / "events" / f"{name}.json").read_bytes()


def test_a_cancel_is_accepted_and_refused_as_it_is_deployed(
    stack: LocalStack, self_paying: SellerClient, tmp_path: Path
) -> None:
    assert self_paying.import_orders(sample("sample-orders")).status_code == 200
    state = StateDir(tmp_path)
    write_local_json(state.local_json, stack.base_url, stack.credentials)
    refused = invoke_function("CancelPackageFunction", event("cancel_package/bad"), state)
    assert (refused["statusCode"], "line.quantity.exceeds.left" in refused["body"]) == (409, True)
    accepted = invoke_function("CancelPackageFunction", event("cancel_package/good"), state)
    assert (accepted["statusCode"], accepted["body"]) == (200, "")


def test_the_queues_function_answers_which_message_failed(stack: LocalStack, tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    write_local_json(state.local_json, stack.base_url, stack.credentials)
    failed = invoke_function("DeliverWebhookFunction", event("deliver_webhook/bad"), state)
    assert failed == {"batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661975830a7d"}]}
    done = invoke_function("DeliverWebhookFunction", event("deliver_webhook/good"), state)
    assert done == {"batchItemFailures": []}


def test_the_authorizer_denies_what_api_gateway_answers_with_401(stack: LocalStack, tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    write_local_json(state.local_json, stack.base_url, stack.credentials)
    refused = invoke_function("AuthorizerFunction", event("authorizer/bad"), state)
    (statement,) = refused["policyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
