"""Checks whether a deployment will succeed and run, from an account's facts and the deployment's parameters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cleave_cli.preflight_facts import NO_TABLE, Facts

LONGEST_STACK_NAME = 34  # versions are described by names that begin with it, in 256 characters
MOST_API_KEYS = 10_000  # for an account and region; AWS never raises it
KEPT_UNRESERVED = 100  # by Lambda, for functions without a reservation
ACCEPTING = 6  # functions that CallersConcurrency reserves for: the authorizer and those that accept cancellations
_BACKGROUND_SHARE = 0.5
# A stack in these cannot be updated; the first has to be deleted, the others rolled back to their end.
_STUCK = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED")
# That CodeDeploy watches; docs/rollback.md.
_GUARDS = ("server-errors", "accept-latency", "authorizer-errors", "background-errors")


class Verdict(StrEnum):
    """The result of each check."""

    OK = "ok"
    WILL_FAIL = "will fail"
    CANNOT_KNOW = "cannot know"


@dataclass(frozen=True)
class Finding:
    """One line of the table."""

    what: str
    verdict: Verdict
    text: str


@dataclass(frozen=True)
class Plan:
    """The planned deployment."""

    stack: str
    parameters: Mapping[str, str]
    given: frozenset[str] = frozenset()

    def number(self, name: str) -> int:
        """A parameter that is one."""
        return int(self.parameters[name])

    @property
    def reserved(self) -> int:
        """The environments that it reserves from the account's concurrency."""
        return self.number("StreamConcurrency") + ACCEPTING * self.number("CallersConcurrency")

    @property
    def is_gradual(self) -> bool:
        """Whether CodeDeploy shifts calls."""
        return self.parameters["GradualDeployment"] == "true"


def check(facts: Facts, plan: Plan) -> Iterator[Finding]:
    """Every point, in the order in which a deployment meets them."""
    yield _account(facts)
    yield _region(facts)
    if facts.account is None:
        return
    yield _name(plan)
    yield _stack(facts, plan)
    yield _table(facts, plan)
    yield _rights(facts)
    yield _keys_of_kms(facts)
    yield _reservation(facts, plan)
    yield _background(facts, plan)
    yield _gateway_role(facts, plan)
    yield _throttle(facts, plan)
    yield _api_keys(facts)
    if plan.is_gradual:
        yield _guards(facts, plan)
    yield _alarms(facts, plan)
    yield _runbooks(facts, plan)


def _account(facts: Facts) -> Finding:
    if facts.account is None:
        return Finding("account", Verdict.WILL_FAIL, f"no credentials that AWS takes: {facts.why.get('account', '')}")
    return Finding("account", Verdict.OK, facts.account)


def _region(facts: Facts) -> Finding:
    if not facts.region:
        text = "none is chosen; --guided asks for one, otherwise set AWS_REGION"
        return Finding("region", Verdict.WILL_FAIL, text)
    return Finding("region", Verdict.OK, facts.region)


def _name(plan: Plan) -> Finding:
    if len(plan.stack) > LONGEST_STACK_NAME:
        text = f"{plan.stack} is longer than {LONGEST_STACK_NAME} characters; versions could not be described"
        return Finding("stack's name", Verdict.WILL_FAIL, text)
    return Finding("stack's name", Verdict.OK, plan.stack)


def _stack(facts: Facts, plan: Plan) -> Finding:
    if facts.stack_status is None:
        return _unknown("stack", facts, "stack_status")
    if facts.stack_status in _STUCK or facts.stack_status.endswith("IN_PROGRESS"):
        text = f"it is {facts.stack_status}: delete it, or let it come to its end, first"
        return Finding("stack", Verdict.WILL_FAIL, text)
    if not facts.stack_status and plan.parameters["DeletionProtection"] == "true":
        text = "a first deployment; should it fail, its protected table stays. Begin with DeletionProtection=false"
        return Finding("stack", Verdict.CANNOT_KNOW, text)
    return Finding("stack", Verdict.OK, facts.stack_status or "a first deployment")


def _table(facts: Facts, plan: Plan) -> Finding:
    """SAM keeps a parameter that is not given."""
    if facts.stack_status is None:
        return _unknown("table", facts, "stack_status")
    wanted = plan.parameters["AdoptedTable"]
    if facts.adopted == NO_TABLE:
        return Finding("table", Verdict.OK, "one of the stack's own" if wanted == NO_TABLE else f"{wanted}, adopted")
    if "AdoptedTable" in plan.given and wanted != facts.adopted:
        text = f"the stack works with {facts.adopted}; AdoptedTable={wanted} would have it work with another one"
        return Finding("table", Verdict.WILL_FAIL, text)
    return Finding("table", Verdict.OK, f"{facts.adopted}, adopted")


def _rights(facts: Facts) -> Finding:
    if facts.denied is None:
        return _unknown("rights", facts, "denied")
    if facts.denied:
        return Finding("rights", Verdict.WILL_FAIL, f"you may not {', '.join(facts.denied)}")
    return Finding("rights", Verdict.OK, "to make everything; an organization's own policies are not asked")


def _keys_of_kms(facts: Facts) -> Finding:
    if facts.denied is None:
        return _unknown("keys of KMS", facts, "denied")
    if "kms:CreateKey" in facts.denied:
        return Finding("keys of KMS", Verdict.WILL_FAIL, "you may not make one, and two are made")
    return Finding("keys of KMS", Verdict.OK, "two are made, $1 a month each, and outlive the stack")


def _reservation(facts: Facts, plan: Plan) -> Finding:
    what = "reserved concurrency"
    if not plan.reserved:
        return Finding(what, Verdict.OK, f"none is asked for. {_fits(facts)}".strip())
    if facts.unreserved is None:
        return _unknown(what, facts, "concurrency")
    free = facts.unreserved - KEPT_UNRESERVED
    if plan.reserved <= free:
        return Finding(what, Verdict.OK, f"{plan.reserved} of {free} that may be")
    if facts.stack_status:
        text = f"{plan.reserved} are asked for and {max(0, free)} are free, beside those that the stack has already"
        return Finding(what, Verdict.CANNOT_KNOW, text)
    text = f"{plan.reserved} are asked for and {max(0, free)} may be reserved. {_fits(facts)}"
    return Finding(what, Verdict.WILL_FAIL, text)


def _background(facts: Facts, plan: Plan) -> Finding:
    """It does not fail the deployment, but callers fail as soon as receivers are slow."""
    what = "concurrency of deliveries"
    if facts.concurrency is None:
        return _unknown(what, facts, "concurrency")
    wanted = plan.number("DeliveryConcurrency")
    if wanted > facts.concurrency * _BACKGROUND_SHARE:
        text = f"{wanted} slow receivers take more than half of the account's {facts.concurrency}. {_fits(facts)}"
        return Finding(what, Verdict.WILL_FAIL, text)
    return Finding(what, Verdict.OK, f"{wanted} of the account's {facts.concurrency}")


def _fits(facts: Facts) -> str:
    """Parameters that an account has room for: a tenth for deliveries, and reservations where any are possible."""
    if facts.concurrency is None or facts.unreserved is None:
        return ""
    deliveries = max(2, facts.concurrency // 10)
    free = facts.unreserved - KEPT_UNRESERVED
    stream, callers = max(0, free // 4), max(0, free // 4 // ACCEPTING)
    return f"What fits: DeliveryConcurrency={deliveries} StreamConcurrency={stream} CallersConcurrency={callers}"


def _gateway_role(facts: Facts, plan: Plan) -> Finding:
    what, wish = "logs of API Gateway", plan.parameters["GatewayLogs"]
    if wish == "none":
        return Finding(what, Verdict.OK, "none are asked for")
    if facts.gateway_role is None:
        return _unknown(what, facts, "gateway")
    if wish == "account-role" and not facts.gateway_role:
        return Finding(what, Verdict.WILL_FAIL, "the account has no role for them; GatewayLogs=own-role makes one")
    if f"/{plan.stack}-GatewayRole-" in facts.gateway_role:
        return Finding(what, Verdict.OK, "the account's role is this stack's")
    if wish == "own-role" and facts.gateway_role:
        text = f"the stack's role takes the place of {facts.gateway_role}; GatewayLogs=account-role keeps that"
        return Finding(what, Verdict.OK, text)
    return Finding(what, Verdict.OK, facts.gateway_role or "the stack makes the account's role")


def _throttle(facts: Facts, plan: Plan) -> Finding:
    what = "requests a second"
    if facts.requests_per_second is None or facts.requests_burst is None:
        return _unknown(what, facts, "gateway")
    wanted, burst = plan.number("RequestsPerSecond"), plan.number("RequestsBurst")
    if wanted > facts.requests_per_second or burst > facts.requests_burst:
        text = f"{wanted}, {burst} at once, are more than the account's {facts.requests_per_second:.0f}, "
        text += f"{facts.requests_burst}, so other APIs can be starved"
        return Finding(what, Verdict.WILL_FAIL, text)
    return Finding(what, Verdict.OK, f"{wanted} of the account's {facts.requests_per_second:.0f}")


def _api_keys(facts: Facts) -> Finding:
    if facts.api_keys is None:
        return _unknown("API keys", facts, "api_keys")
    if facts.api_keys >= MOST_API_KEYS:
        text = "all 10,000 of the account and region are taken: see docs/credentials.md"
        return Finding("API keys", Verdict.WILL_FAIL, text)
    left = MOST_API_KEYS - facts.api_keys
    return Finding("API keys", Verdict.OK, f"{facts.api_keys} of 10,000; {left} sellers with limits have room")


def _guards(facts: Facts, plan: Plan) -> Finding:
    if facts.alarms_on is None:
        return _unknown("alarms of the deployment", facts, "alarms_on")
    on = [name for name in facts.alarms_on if name.startswith(_GUARDS)]
    if on:
        text = f"{', '.join(on)}: CodeDeploy stops at once. Deploy the fix with --config-env prod-at-once"
        return Finding("alarms of the deployment", Verdict.WILL_FAIL, text)
    return Finding("alarms of the deployment", Verdict.OK, f"none of {plan.stack} is on")


def _kept(facts: Facts, plan: Plan, name: str) -> str:
    """SAM keeps the stack's value of a parameter that is not given."""
    return plan.parameters[name] if name in plan.given else facts.kept.get(name, plan.parameters[name])


def _alarms(facts: Facts, plan: Plan) -> Finding:
    what, mail = "who is told of alarms", _kept(facts, plan, "AlarmEmail")
    if not mail:
        return Finding(what, Verdict.CANNOT_KNOW, "nobody by mail, unless AlarmEmail is given")
    if mail == facts.kept.get("AlarmEmail") and facts.confirmed is not None and mail not in facts.confirmed:
        text = f"nobody: {mail} has not confirmed the mail that it got when the stack was deployed"
        return Finding(what, Verdict.CANNOT_KNOW, text)
    is_sure = mail in (facts.confirmed or ())
    return Finding(what, Verdict.OK, mail if is_sure else f"{mail}, once the address has confirmed it")


def _runbooks(facts: Facts, plan: Plan) -> Finding:
    url = _kept(facts, plan, "Runbooks")
    if not url.startswith("https://"):
        text = f"alarms link to {url}, which is no address; give Runbooks=https://…, where that folder can be read"
        return Finding("links to runbooks", Verdict.CANNOT_KNOW, text)
    return Finding("links to runbooks", Verdict.OK, url)


def _unknown(what: str, facts: Facts, fact: str) -> Finding:
    return Finding(what, Verdict.CANNOT_KNOW, facts.why.get(fact, "it was not said"))
