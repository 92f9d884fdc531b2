"""docs/walkthrough.md, run: what it says happens is made to happen, and its commands print what it says."""

import base64
import json
import os
import re
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cleave.store import keys
from cleave.table.table import Table
from cleave_cli.api import SellerClient
from cleave_cli.main import app
from cleave_cli.paths import ROOT, StateDir
from cleave_cli.receiver import Answer, Receiver, running_receiver
from cleave_cli.stack import LocalStack, local_stack
from typer.testing import CliRunner

from tests.support.samples import Package
from tests.support.subscribing import about, cancel, load, webhooks_path

PAGE = (ROOT / "docs/walkthrough.md").read_text()
PAIR = re.compile(r"^```sh\n(.*?)^```\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST_WAIT_SECONDS = 45


class Walk:
    """Runs the page's steps in their order."""

    def __init__(self, state: Path, names: dict[str, str]) -> None:
        self.state, self.names = state, names
        self.pairs = PAIR.findall(PAGE)

    def step(self, number: int) -> None:
        """All commands of a step, until they print what the page says."""
        commands, told = self.pairs[number]
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        missing = told.splitlines()
        while missing:
            printed = " ".join("\n".join(self.run(line) for line in commands.splitlines()).split(" "))
            missing = [line for line in missing if not self.pattern(line).search(printed)]
            assert time.monotonic() < deadline, f"not printed: {missing}\n{printed}"

    def run(self, command: str) -> str:
        arguments = shlex.split(self.named(command.removeprefix(".venv/bin/cleave ")))
        result = CliRunner().invoke(app, [*arguments, "--state", str(self.state)], env={**os.environ, "COLUMNS": "250"})
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        return result.output

    def pattern(self, line: str) -> re.Pattern[str]:
        escaped = re.escape(self.named(line)).replace("…", ".*?")
        return re.compile(re.sub(r"(\\ )+", r"\\s+", escaped))

    def named(self, text: str) -> str:
        for name, value in self.names.items():
            text = text.replace(name, value)
        return text


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Its webhooks end with the stack."""
    with running_receiver() as running:
        yield running


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LocalStack]:
    """One of its own: what waits and fails on the shared one is other tests' doing."""
    with local_stack(StateDir(tmp_path)) as running:
        yield running


@pytest.fixture
def self_paying(stack: LocalStack) -> Iterator[SellerClient]:
    client = SellerClient(stack.base_url, stack.credentials.sellers[0])
    with closing(client.http):
        yield client


@pytest.fixture
def table(stack: LocalStack) -> Table:
    client = stack.deployment.session.client("dynamodb", endpoint_url=stack.deployment.endpoint)
    return Table(client, stack.deployment.outputs["TableName"])


@pytest.fixture
def webhook(self_paying: SellerClient, receiver: Receiver) -> Iterator[str]:
    body = {"url": f"{receiver.url}/hook", "authenticationType": "API_KEY", "apiKey": "receiver-key"}
    created: str = self_paying.http.post(webhooks_path(self_paying), json=body).json()["id"]
    yield created
    self_paying.http.delete(f"{webhooks_path(self_paying)}/{created}")


def test_the_walk_through_is_what_happens(
    stack: LocalStack, table: Table, self_paying: SellerClient, receiver: Receiver, webhook: str, tmp_path: Path
) -> None:
    poisoned = load(self_paying, {"LAMP": 3})
    walk = Walk(tmp_path, {"WEBHOOK": webhook, "ORDER": poisoned["orderNumber"]})
    walk.step(0)
    down = True
    receiver.respond = lambda _: Answer(503 if down else 200)
    for package in [load(self_paying, {"LAMP": 3}) for _ in range(6)]:
        cancel(self_paying, package)
    walk.step(1)
    down = False
    walk.step(2)
    mend = damage(table, poisoned)
    cancel(self_paying, poisoned)
    other = load(self_paying, {"LAMP": 3})
    cancel(self_paying, other)
    receiver.wait_for(2, where=about(other))
    walk.step(3)
    give_up(stack, table, poisoned)
    walk.step(4)
    walk.step(5)
    mend()
    walk.step(6)
    receiver.wait_for(2, where=about(poisoned))


def key_of(package: Package) -> dict[str, dict[str, str]]:
    key = keys.package(20811, package["shipmentPackageId"])
    return {name: {"S": value} for name, value in key.items()}


def damage(table: Table, package: Package) -> Callable[[], None]:
    """Overwrite what the item holds; the answer puts it back."""
    item = table.client.get_item(TableName=table.name, Key=key_of(package), ConsistentRead=True)["Item"]

    def hold(document: Any) -> None:  # noqa: ANN401 - a typed attribute
        table.client.update_item(
            TableName=table.name,
            Key=key_of(package),
            UpdateExpression="SET document = :document",
            ExpressionAttributeValues={":document": document},
        )

    hold({"B": b"damaged"})
    return lambda: hold(item["document"])


def give_up(stack: LocalStack, table: Table, package: Package) -> None:
    """What AWS's event source does after the last try: the batch goes to the bucket as it was."""
    image = table.client.get_item(TableName=table.name, Key=key_of(package), ConsistentRead=True)["Item"]
    record = {
        "eventID": "1",
        "eventName": "MODIFY",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"Keys": key_of(package), "NewImage": image, "SequenceNumber": "1"},
    }
    batch = json.dumps({"Records": [record]}, default=lambda value: base64.b64encode(value).decode())
    s3 = stack.deployment.session.client("s3", endpoint_url=stack.deployment.endpoint)
    key = "aws/lambda/mapping/shardId-1/2026/10/18/batch"
    s3.put_object(
        Bucket=stack.deployment.outputs["FailedRecordsBucket"],
        Key=key,
        Body=json.dumps({"requestContext": {}, "payload": batch}),
    )
