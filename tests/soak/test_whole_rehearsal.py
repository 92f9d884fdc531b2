"""`cleave rehearse` from its first step to its last on the local engine: what only AWS can show says so."""

from cleave_cli.deploy import engine_session
from cleave_cli.rehearsal.account import Account
from cleave_cli.rehearsal.steps import STEPS, Plan
from cleave_cli.rehearse import Outcome, run
from cleave_cli.stack import LocalStack

# CodeDeploy is not there; and a stack that is deployed with every default tells no receiver on this machine.
NOT_HERE = {"canary", "slow-receivers"}


def test_the_whole_rehearsal_is_seen_but_for_what_only_an_account_shows(stack: LocalStack) -> None:
    account = Account(engine_session(), stack.deployment.endpoint, "rehearsal")
    results = {each.step: each for each in run(Plan(account), STEPS)}
    outcomes = {name: each.outcome for name, each in results.items()}
    said = {name: each.said for name, each in results.items()}
    assert outcomes == {name: Outcome.NOT_HERE if name in NOT_HERE else Outcome.SEEN for name in STEPS}, said
    assert "packages in order" in said["restore"]
    assert "left over: " in said["again"]
    account.delete()
