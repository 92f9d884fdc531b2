"""docs/walkthrough.md, run: what it says happens is made to happen, its commands print what it says, and the console in
a browser shows it."""

import base64
import json
import os
import re
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import pytest
from cleave.store import order_keys
from cleave.table.table import Table
from cleave_cli.api import SellerClient
from cleave_cli.main import app
from cleave_cli.paths import ROOT, StateDir
from cleave_cli.receiver import Answer, Receiver, running_receiver
from cleave_cli.stack import LocalStack, local_stack
from playwright.sync_api import Page
from typer.testing import CliRunner

from tests.support.browser import CHROMIUM, running_browser, watched_page
from tests.support.samples import Package
from tests.support.subscribing import about, cancel, load, webhooks_path

PAGE = (ROOT / "docs/walkthrough.md").read_text()
# Commands with what they print, or what is done and read on the console.
BLOCK = re.compile(
    r"^```sh\n(?P<commands>.*?)^```\n\n```text\n(?P<told>.*?)^```$|^```page\n(?P<page>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
LONGEST_WAIT_SECONDS = 45


class Walk:
    """Runs the page's blocks in their order; those for the console only with one."""

    def __init__(self, state: Path, names: dict[str, str], console: Page | None) -> None:
        self.state, self.names, self.console = state, names, console
        self.blocks = iter(BLOCK.finditer(PAGE))

    def go_on(self, blocks: int) -> None:
        """With the next so many."""
        for _ in range(blocks):
            block = next(self.blocks)
            if block["page"] is None:
                self.run_until(block["commands"].splitlines(), block["told"].splitlines())
            elif self.console is not None:
                for line in self.named(block["page"]).splitlines():
                    self.look(self.console, line)

    def run_until(self, commands: list[str], told: list[str]) -> None:
        """All commands of a step, until they print what the page says."""
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        missing = told
        while missing:
            printed = " ".join("\n".join(self.run(line) for line in commands).split(" "))
            missing = [line for line in missing if not self.pattern(line).search(printed)]
            assert time.monotonic() < deadline, f"not printed: {missing}\n{printed}"

    def look(self, console: Page, line: str) -> None:
        """Press a button, find an order, or read a section until it says everything in this order."""
        word, _, rest = line.partition(" ")
        if word == "press":
            console.get_by_role("button", name=f"{rest}: ").first.click()
        elif word == "find":
            console.get_by_role("textbox", name="Order number").fill(rest)
            console.keyboard.press("Enter")
        else:
            self.read(console, *line.split(" │ "))

    def read(self, console: Page, title: str, *said: str) -> None:
        section = console.locator("section").filter(has=console.get_by_role("heading", name=title, exact=True))
        pattern = re.compile(".*?".join(map(re.escape, said)), re.DOTALL | re.IGNORECASE)
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while not any(pattern.search(" ".join(shown.split())) for shown in section.all_inner_texts()[:1]):
            page = console.locator("body").inner_text()
            assert time.monotonic() < deadline, f"{title} does not say {said}: {page}"
            console.wait_for_timeout(200)

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
def console(stack: LocalStack) -> Iterator[Page | None]:
    """Of the stack, signed in; None where there is no browser."""
    with nullcontext() if CHROMIUM is None else running_browser() as browser:
        if browser is None:
            yield None
            return
        operator = stack.credentials.operator
        with watched_page(browser, f"{stack.base_url}/console") as page:
            page.get_by_label("Key").fill(operator.api_key)
            page.get_by_label("Secret").fill(operator.api_secret)
            page.keyboard.press("Enter")
            yield page


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


@pytest.fixture
def walk(webhook: str, console: Page | None, tmp_path: Path) -> Walk:
    return Walk(tmp_path, {"WEBHOOK": webhook}, console)


def test_the_walk_through_is_what_happens(
    stack: LocalStack, table: Table, self_paying: SellerClient, receiver: Receiver, walk: Walk
) -> None:
    poisoned = load(self_paying, {"LAMP": 3})
    walk.names["ORDER"] = poisoned["orderNumber"]
    walk.go_on(2)
    down = True
    receiver.respond = lambda _: Answer(503 if down else 200)
    for package in [load(self_paying, {"LAMP": 3}) for _ in range(6)]:
        cancel(self_paying, package)
    walk.go_on(2)
    down = False
    walk.go_on(2)
    mend = damage(table, poisoned)
    cancel(self_paying, poisoned)
    other = load(self_paying, {"LAMP": 3})
    cancel(self_paying, other)
    receiver.wait_for(2, where=about(other))
    walk.go_on(2)
    give_up(stack, table, poisoned)
    walk.go_on(3)
    mend()
    walk.go_on(2)
    receiver.wait_for(2, where=about(poisoned))
    assert next(walk.blocks, None) is None
    if walk.console is None:
        pytest.skip("all but what the page says of the console: there is no Chromium on this machine")


def key_of(package: Package) -> dict[str, dict[str, str]]:
    key = order_keys.package(20811, package["shipmentPackageId"])
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
