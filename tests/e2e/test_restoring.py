"""The runbook of a lost table, its steps as they stand, on a stack of its own: nothing else brings the table back."""

import re
import shlex
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from cleave import clock
from cleave.domain.personal_data import ERASED, MARK
from cleave.domain.roles import Role, Tier
from cleave.store.credentials import Credential, store_credential
from cleave.table.table import Table
from cleave_cli import environment, limits
from cleave_cli.api import SellerClient
from cleave_cli.credentials import Seller, new_secret
from cleave_cli.deploy import engine_session
from cleave_cli.main import app
from cleave_cli.receiver import Answer, Receiver, running_receiver
from cleave_cli.rehearsal.steps import STEPS, Plan
from cleave_cli.rehearse import Outcome
from cleave_cli.rehearse import run as run_steps
from cleave_cli.stack import LocalStack
from typer.testing import CliRunner

from tests.support.own_stack import FUNCTIONS, Account
from tests.support.samples import fresh_package
from tests.support.template import ROOT

PAGE = (ROOT / "docs/runbooks/restore.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines()]
STACK, RESTORED = "restoring", "cleave-restored"
SELLER = Seller(20899, "DE")


@pytest.fixture(scope="module")
def account(stack: LocalStack) -> Iterator[Account]:
    own = Account(engine_session(), stack.deployment.endpoint, STACK)
    own.deploy()
    yield own
    own.delete()
    tables = own.client("dynamodb")
    tables.update_table(TableName=RESTORED, DeletionProtectionEnabled=False)
    tables.delete_table(TableName=RESTORED)  # no stack made it, and other tests restore to this name


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


def table(account: Account, name: str | None = None) -> Table:
    return Table(account.client("dynamodb"), name or account.outputs["TableName"])


def let_in(account: Account, key: str, secret: str, tier: Tier) -> Credential:
    """As `cleave credentials create` does, which waits for the real API Gateway."""
    credential = Credential(key, Role.SELLER, frozenset({SELLER.seller_id}), tier=tier)
    limits.register(account.client("apigateway"), account.outputs, credential)
    store_credential(table(account), credential, secret, clock.now())
    return credential


def run(account: Account, command: str) -> str:
    """A command of the page, by somebody whose AWS account is the engine."""
    arguments = shlex.split(command.replace("--stack cleave", f"--stack {STACK}"))
    variables = {"AWS_ENDPOINT_URL": str(account.endpoint), **environment.ROOT_CREDENTIALS, "COLUMNS": "200"}
    variables |= {"AWS_DEFAULT_REGION": environment.REGION, "NO_PROXY": "127.0.0.1"}
    assert arguments[0] == ".venv/bin/cleave"
    done = CliRunner().invoke(app, arguments[1:], env=variables)
    assert done.exit_code == 0, f"{command}\n{done.output}\n{done.exception!r}"
    return done.output


def cancel(seller: SellerClient, package: dict[str, Any], receiver: Receiver) -> None:
    """A unit of the package, through to the receiver."""
    before = len(receiver.requests)
    lines = [{"lineId": package["lines"][0]["lineId"], "quantity": 1}]
    answer = seller.cancel(package["shipmentPackageId"], lines)
    assert answer.status_code == httpx.codes.OK, answer.text
    assert receiver.wait_for(before + 2, timeout=60)


def test_a_lost_table_is_brought_back_by_the_runbook(account: Account, receiver: Receiver) -> None:
    let_in(account, SELLER.api_key, SELLER.api_secret, Tier.UP_TO_75K)
    let_in(account, "revoked-since", new_secret(), Tier.NO_LIMITS)
    with closing((seller := SellerClient(account.base_url, SELLER)).http):
        assert seller.subscribe(f"{receiver.url}/hook", "receiver-key").status_code == httpx.codes.OK
        package = fresh_package(SELLER.seller_id, "DE", {"LAMP": 5}, seller_pays=False)
        assert seller.import_orders([package]).status_code == httpx.codes.OK
        cancel(seller, package, receiver)
    own = table(account)
    restore, look, adopt, sync, verify, status = COMMANDS
    assert f"Restoring into {RESTORED}" in run(account, restore)
    assert "Everything is in order." in run(account, look)

    # Since then: a credential was revoked, an API key was lost, and carriers' numbers were given out.
    run(account, ".venv/bin/cleave credentials revoke revoked-since --stack cleave")
    limits.unregister(account.client("apigateway"), SELLER.api_key)
    said = run(account, adopt)
    assert "Revoked since: revoked-since" in said
    for switched in ("stream", "time to live", "point-in-time recovery", "deletion protection"):
        assert f"switched on: {switched}" in said
    assert re.search(rf"AdoptedTable={RESTORED} AdoptedTableStream=\S+", said)
    assert account.outputs["TableName"] == RESTORED
    assert own.name in account.client("dynamodb").list_tables()["TableNames"]
    assert "switched on" not in run(account, adopt)  # again, it has nothing to do

    assert f"{SELLER.api_key} is counted as 75k" in run(account, sync)
    assert "2 credentials, 0 changes." in " ".join(run(account, sync).split())
    assert "Everything is in order." in run(account, verify)
    assert "oldest accepted cancellation" in run(account, status)
    run(account, ".venv/bin/cleave credentials revoke revoked-since --stack cleave")

    # Callers come back: same URL, same key and secret; the receiver's secret opens, and the old table hears of nothing.
    before = items(own)
    with closing((seller := SellerClient(account.base_url, SELLER)).http):
        (live,) = [each for each in seller.packages(str(package["orderNumber"])) if each["status"] == "Created"]
        cancel(seller, live, receiver)
    assert items(own) == before
    run(account, f".venv/bin/cleave erase {package['orderNumber']} --stack cleave")
    with closing((seller := SellerClient(account.base_url, SELLER)).http):
        shown = seller.packages(str(package["orderNumber"]))
        assert {(each[MARK], each["customerFirstName"]) for each in shown} == {(True, ERASED)}
    assert "Everything is in order." in run(account, verify)


def items(of: Table) -> list[str]:
    """Which there are, and how often each was written."""
    return sorted(str(item) for item in of.scan("pk, sk, version, rings"))


def test_what_an_account_is_to_show_is_seen_here_as_far_as_the_engine_goes(
    account: Account, receiver: Receiver
) -> None:
    """`cleave rehearse`'s own steps, but for those that the tests above, of README and of deploying are about."""
    receiver.respond = lambda _: Answer(200, delay_seconds=2)
    plan = Plan(account, f"{receiver.url}/slow", receivers=3, calls=10)
    steps = {name: STEPS[name] for name in ("serve", "parameter", "canary", "slow-receivers")}
    results = {each.step: each for each in run_steps(plan, steps)}
    outcomes = {name: each.outcome for name, each in results.items()}
    seen = dict.fromkeys(steps, Outcome.SEEN) | {"canary": Outcome.NOT_HERE}
    assert outcomes == seen, {name: each.said for name, each in results.items()}
    assert "accepted in" in results["serve"].said
    assert results["parameter"].said.startswith(f"{len(FUNCTIONS)} of")
    assert "beside 3 (p95)" in results["slow-receivers"].said
