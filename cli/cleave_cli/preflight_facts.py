"""An account's facts, read by calls that change nothing; unknown ones are None."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# The resources of a deployment, by the action that makes them.
NEEDED = (
    "apigateway:POST",
    "cloudformation:CreateChangeSet",
    "cloudwatch:PutMetricAlarm",
    "dynamodb:CreateTable",
    "events:PutRule",
    "iam:CreatePolicy",
    "iam:CreateRole",
    "iam:PutRolePermissionsBoundary",
    "kms:CreateKey",
    "lambda:CreateFunction",
    "lambda:PublishLayerVersion",
    "logs:CreateLogGroup",
    "s3:CreateBucket",
    "secretsmanager:CreateSecret",
    "sns:CreateTopic",
    "sqs:CreateQueue",
)


# AdoptedTable's value for a stack with its own table.
NO_TABLE = "none"


@dataclass(frozen=True)
class Facts:
    """``stack_status`` is empty where there is no stack; ``adopted`` is the table that takes the place of its own.

    ``kept`` are the stack's parameters: those that a deployment does not name stay. ``confirmed`` are the addresses
    that take its alarms. ``why`` says what could not be asked.
    """

    account: str | None = None
    region: str | None = None
    concurrency: int | None = None
    unreserved: int | None = None
    requests_per_second: float | None = None
    requests_burst: int | None = None
    gateway_role: str | None = None
    api_keys: int | None = None
    stack_status: str | None = None
    adopted: str = NO_TABLE
    kept: Mapping[str, str] = field(default_factory=dict)
    confirmed: tuple[str, ...] | None = None
    alarms_on: tuple[str, ...] | None = None
    denied: tuple[str, ...] | None = None
    why: dict[str, str] = field(default_factory=dict)


def read_facts(session: boto3.Session, stack: str) -> Facts:
    """All facts that can be read; if one cannot, the others are still read."""
    why: dict[str, str] = {}

    def ask[T](name: str, question: Callable[[], T]) -> T | None:
        try:
            return question()
        except (ClientError, BotoCoreError) as failed:
            why[name] = str(failed)
            return None

    caller = ask("account", lambda: session.client("sts").get_caller_identity())
    if caller is None:
        return Facts(region=session.region_name, why=why)
    deployed = ask("stack_status", lambda: _deployed(session, stack))
    limits = ask("concurrency", lambda: session.client("lambda").get_account_settings()["AccountLimit"])
    gateway: dict[str, Any] | None = ask("gateway", lambda: dict(session.client("apigateway").get_account()))
    throttle = (gateway or {}).get("throttleSettings", {})
    return Facts(
        account=caller["Account"],
        region=session.region_name,
        concurrency=None if limits is None else limits["ConcurrentExecutions"],
        unreserved=None if limits is None else limits["UnreservedConcurrentExecutions"],
        requests_per_second=throttle.get("rateLimit"),
        requests_burst=throttle.get("burstLimit"),
        gateway_role=None if gateway is None else gateway.get("cloudwatchRoleArn", ""),
        api_keys=ask("api_keys", lambda: _api_keys(session)),
        stack_status=None if deployed is None else deployed.get("StackStatus", ""),
        adopted=_parameters(deployed or {}).get("AdoptedTable", NO_TABLE),
        kept=_parameters(deployed or {}),
        confirmed=ask("confirmed", lambda: _confirmed(session, deployed or {})),
        alarms_on=ask("alarms_on", lambda: _alarms_on(session, stack)),
        denied=ask("denied", lambda: _denied(session, caller["Arn"])),
        why=why,
    )


def _api_keys(session: boto3.Session) -> int:
    pages = session.client("apigateway").get_paginator("get_api_keys").paginate(PaginationConfig={"PageSize": 500})
    return sum(len(page["items"]) for page in pages)


def _parameters(stack: Mapping[str, Any]) -> dict[str, str]:
    return {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}


def _confirmed(session: boto3.Session, stack: Mapping[str, Any]) -> tuple[str, ...] | None:
    """A subscription that its address has not confirmed has no ARN."""
    topics = [each["OutputValue"] for each in stack.get("Outputs", []) if each["OutputKey"] == "AlarmTopicArn"]
    if not topics:
        return None
    pages = (session.client("sns").list_subscriptions_by_topic(TopicArn=topic) for topic in topics)
    found = [each for page in pages for each in page["Subscriptions"]]
    return tuple(each["Endpoint"] for each in found if each["SubscriptionArn"].startswith("arn:"))


def _deployed(session: boto3.Session, stack: str) -> Mapping[str, Any]:
    """The stack as it is described; empty for none."""
    try:
        (found,) = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as failed:
        if "does not exist" in str(failed):
            return {}
        raise
    return found


def _alarms_on(session: boto3.Session, stack: str) -> tuple[str, ...]:
    pages = session.client("cloudwatch").get_paginator("describe_alarms")
    found = pages.paginate(AlarmNamePrefix=f"{stack}-", StateValue="ALARM")
    return tuple(alarm["AlarmName"].removeprefix(f"{stack}-") for page in found for alarm in page["MetricAlarms"])


def _denied(session: boto3.Session, arn: str) -> tuple[str, ...]:
    """Of an assumed role the role is asked about, which is the only one that can be."""
    principal = arn
    if ":assumed-role/" in arn:
        name = arn.split("/")[1]
        principal = session.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    if principal.endswith(":root"):
        return ()
    pages = session.client("iam").get_paginator("simulate_principal_policy")
    found = pages.paginate(PolicySourceArn=principal, ActionNames=list(NEEDED))
    results = [each for page in found for each in page["EvaluationResults"]]
    return tuple(each["EvalActionName"] for each in results if each["EvalDecision"] != "allowed")
