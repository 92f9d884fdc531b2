"""Every command of the runbooks is run against the deployed template; `--stack cleave` becomes the local stack."""

import os
import re
import shlex
from pathlib import Path

import pytest
from cleave_cli.api import SellerClient
from cleave_cli.credentials import write_local_json
from cleave_cli.main import app
from cleave_cli.paths import ROOT, StateDir
from cleave_cli.receiver import Answer, Receiver
from cleave_cli.stack import LocalStack
from typer.testing import CliRunner

from tests.support.subscribing import cancel, deliveries, eventually, load, webhooks_path

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted((ROOT / "docs/runbooks").glob("*.md"))
REHEARSED = "restore.md"  # its commands change the stack: tests/e2e/test_restoring.py has one of its own for them
TEXTS = [page.read_text() for page in PAGES if page.name != REHEARSED]
COMMANDS = sorted({line for text in TEXTS for block in BLOCK.findall(text) for line in block.splitlines() if line})
PROGRAM = ".venv/bin/cleave "
# The first writes to the stack that `--stack` names, with the caller's own AWS credentials: tests/e2e/test_readme.py
# runs it. The others need a restored table: tests/e2e/test_restoring.py, tests/integration/test_mend.py.
RUN_ELSEWHERE = {
    ".venv/bin/cleave credentials create --stack cleave --role seller --seller 20811",
    ".venv/bin/cleave restore cleave-restored --at 2026-11-29T09:30:00 --stack cleave",
    ".venv/bin/cleave mend ORDER --from cleave-restored --stack cleave",
}


@pytest.fixture(scope="module")
def names(stack: LocalStack, self_paying: SellerClient, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What stands for what in the commands: the state of the stack, a webhook, and a delivery that waits."""
    state = tmp_path_factory.mktemp("runbooks")
    StateDir(state).local_json.parent.mkdir(parents=True, exist_ok=True)
    write_local_json(StateDir(state).local_json, stack.base_url, stack.credentials)
    return {"--stack cleave": f"--state {state}", "20811": str(self_paying.seller.seller_id), "state": str(state)}


def test_every_command_of_the_runbooks_runs(
    names: dict[str, str], self_paying: SellerClient, receiver: Receiver
) -> None:
    assert len(COMMANDS) >= 8
    receiver.respond = lambda _: Answer(503)
    body = {"url": f"{receiver.url}/hook", "authenticationType": "API_KEY", "apiKey": "receiver-key"}
    webhook = self_paying.http.post(webhooks_path(self_paying), json=body).json()["id"]
    package = load(self_paying, {"LAMP": 3})
    cancel(self_paying, package)
    waiting = eventually(lambda: deliveries(self_paying, webhook, state="waiting"), lambda found: len(found) == 2)
    wanted = {"WEBHOOK": webhook, "DELIVERY": waiting[0]["id"], "ORDER": package["orderNumber"]}
    failures = {
        command: printed
        for command in COMMANDS
        if command not in RUN_ELSEWHERE and (printed := run(command, {**names, **wanted}))
    }
    self_paying.http.delete(f"{webhooks_path(self_paying)}/{webhook}")
    assert failures == {}


def run(command: str, names: dict[str, str]) -> str:
    """What it printed, if it failed."""
    assert command.startswith(PROGRAM)
    wanted = command.removeprefix(PROGRAM)
    for placeholder, value in names.items():
        wanted = wanted.replace(placeholder, value) if placeholder != "state" else wanted
    arguments = shlex.split(wanted)
    if "--state" not in arguments:
        arguments += ["--state", names["state"]]
    result = CliRunner().invoke(app, arguments, env={**os.environ, "COLUMNS": "200"})
    return "" if result.exit_code == 0 else f"{result.output}\n{result.exception!r}"


def test_a_dead_letter_is_put_back_and_status_says_so(names: dict[str, str], stack: LocalStack) -> None:
    outputs, sqs = (
        stack.deployment.outputs,
        stack.deployment.session.client("sqs", endpoint_url=stack.deployment.endpoint),
    )
    body = '{"owner": "seller:1", "subscription_id": "gone", "track": 0}'
    sqs.send_message(QueueUrl=outputs["DeliveryDeadLettersUrl"], MessageBody=body)
    assert letters(names) == "1"
    result = CliRunner().invoke(app, ["requeue", "--state", names["state"]])
    assert "1 messages are back" in result.output
    assert letters(names) == "0"


def letters(names: dict[str, str]) -> str:
    result = CliRunner().invoke(app, ["status", "--state", names["state"]], env={"COLUMNS": "200"})
    (line,) = [line for line in result.output.splitlines() if "dead letters" in line]
    return line.split("│")[2].strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_saved_query_of_a_runbook_exists(page: Path) -> None:
    text = page.read_text()
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (page.parent / link).exists(), link
    template = (ROOT / "template.yaml").read_text()
    for query in re.findall(r"quer(?:y|ies)[^`\n]*`([a-z-]+)`", text):
        assert f"${{AWS::StackName}}/{query}" in template, query
