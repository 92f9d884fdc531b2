"""The steps of the rehearsal. Each returns its finding, or raises NotSeenError, or CannotShowError with the reason."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from cleave import clock
from cleave.application.operate.verify import verify

from cleave_cli.adopt import adopt_table, restore_table
from cleave_cli.rehearsal.account import Account
from cleave_cli.rehearsal.callers import NotSeenError, operator, slowest
from cleave_cli.stack_update import begin_update

# An alarm that guards deployments, and a function whose calls are shifted.
GUARD = "{stack}-server-errors"
WATCHED = "CancelPackageFunction"
_SELLER, _SLOW_SELLERS = 40_001, 50_001
# What a caller may wait beside slow receivers: this much longer than without them, and some noise.
_TIMES, _NOISE_SECONDS = 3.0, 1.0
_RETAINED = ("Table", "FailedRecords", "DataKey", "SecretsKey")
_HALF_AN_HOUR = 1800.0


class CannotShowError(Exception):
    """This account, or the local engine, cannot show it."""


@dataclass(frozen=True)
class Plan:
    """``slow_url`` answers after seconds; ``receivers`` is how many webhooks point there. ``calls`` are measured."""

    account: Account
    slow_url: str | None = None
    receivers: int = 1_000
    calls: int = 40


def deploy_guided(plan: Plan) -> str:
    """As the README says, with every default."""
    plan.account.deploy_guided()
    return f"{plan.account.settled()}, {len(plan.account.physical())} resources"


def serve(plan: Plan) -> str:
    """An order is imported, a unit is cancelled, the package is split."""
    with operator(plan.account) as caller:
        package, line = caller.order(_SELLER)
        waited = caller.cancel(_SELLER, package, line)
        split = caller.wait_for_split(_SELLER, package)
    return f"accepted in {waited * 1000:.0f} ms, split {split:.1f} s later"


def change_a_parameter(plan: Plan) -> str:
    """A change of a parameter alone reaches callers."""
    before = plan.account.live()
    days = str(int(plan.account.variable(WATCHED, "RETENTION_DAYS")) + 1)
    plan.account.update(RetentionDays=days)
    if plan.account.variable(WATCHED, "RETENTION_DAYS") != days:
        raise NotSeenError("callers are at the old value")
    after = plan.account.live()
    return f"{sum(before[name] != after[name] for name in before)} of {len(before)} functions have a new version"


def roll_a_canary_back(plan: Plan) -> str:
    """An alarm goes off while calls are shifted: all calls go back, and the stack's update is undone."""
    account = plan.account
    if account.endpoint is not None:
        raise CannotShowError("the local engine shifts no calls")
    account.update(GradualDeployment="true")
    before = account.live()
    days = int(account.variable(WATCHED, "RETENTION_DAYS")) + 1
    begin_update(account.session, None, account.name, {"RetentionDays": str(days)})
    _wait_for_a_shift(account)
    account.client("cloudwatch").set_alarm_state(
        AlarmName=GUARD.format(stack=account.name), StateValue="ALARM", StateReason="rehearsal"
    )
    started = time.monotonic()
    status = account.settled()
    if status != "UPDATE_ROLLBACK_COMPLETE" or account.live() != before:
        raise NotSeenError(f"the stack is {status}, and callers are at {account.live()}")
    account.update(GradualDeployment="false")
    return f"all calls back and the update undone after {time.monotonic() - started:.0f} s"


def _wait_for_a_shift(account: Account) -> None:
    """Until CodeDeploy shifts calls of one of the stack's functions."""
    client = account.client("codedeploy")
    deadline = time.monotonic() + _HALF_AN_HOUR
    while time.monotonic() < deadline:
        found = client.list_deployments(includeOnlyStatuses=["InProgress"])["deployments"]
        if found:
            return
        time.sleep(5)
    raise NotSeenError("CodeDeploy shifted no calls within half an hour")


def bear_slow_receivers(plan: Plan) -> str:
    """Receivers that take seconds do not delay callers or splits."""
    if plan.slow_url is None:
        raise CannotShowError("no --slow-receiver: an address that answers after nine seconds")
    with operator(plan.account) as caller:
        alone = slowest(caller.waits(_SELLER, plan.calls))
        caller.tell_slow_receivers(plan.slow_url, plan.receivers, _SLOW_SELLERS)
        beside = slowest(caller.waits(_SELLER, plan.calls))
        package, line = caller.order(_SELLER)
        caller.cancel(_SELLER, package, line)
        split = caller.wait_for_split(_SELLER, package)
    said = f"accepted in {alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside {plan.receivers} (p95)"
    if beside > alone * _TIMES + _NOISE_SECONDS:
        raise NotSeenError(said)
    return f"{said}; split after {split:.1f} s"


def restore_and_adopt(plan: Plan) -> str:
    """docs/runbooks/restore.md, with the newest second that can be restored."""
    stack, name = plan.account.as_stack, f"{plan.account.name}-{int(time.time())}"
    started = time.monotonic()
    restore_table(stack, name, None)
    restored = time.monotonic() - started
    adopt_table(stack, plan.account.name, name, deploy=True)
    table = plan.account.as_stack.table
    found = verify(table, None, clock.now())
    if table.name != name or found.findings:
        raise NotSeenError(f"{table.name}: {found.findings[:3]}")
    return f"{found.packages} packages in order; restored in {restored:.0f} s; {serve(plan)}"


def delete_and_deploy_again(plan: Plan) -> str:
    """The resources that must outlive the stack do, and they do not block the next one."""
    before = plan.account.physical()
    plan.account.delete()
    plan.account.deploy_guided()
    kept = [before[name] for name in _RETAINED if name in before]
    return f"{plan.account.settled()}, {serve(plan)}; left over: {', '.join(kept)}"


STEPS: dict[str, Callable[[Plan], str]] = {
    "guided": deploy_guided,
    "serve": serve,
    "parameter": change_a_parameter,
    "canary": roll_a_canary_back,
    "slow-receivers": bear_slow_receivers,
    "restore": restore_and_adopt,
    "again": delete_and_deploy_again,
}
