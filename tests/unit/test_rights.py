"""What roles may do: named actions that exist, on the stack's own, and nothing by policies that are not ours."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import botocore.session
import pytest

from tests.support.privileges import as_list
from tests.support.processed import Resources, Variant, of_type, processed
from tests.support.resolved import ACCOUNT, REGION, STACK, Stack

type Right = tuple[str, str]
"""An action and the resource that it is done to."""

# What AWS's managed policies allow, as AWS publishes them; SAM gives them to every role and cannot be told not to.
MANAGED = {
    "service-role/AWSLambdaBasicExecutionRole": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    "AWSXrayWriteOnlyAccess": [
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries",
    ],
    "service-role/AWSLambdaDynamoDBExecutionRole": [
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ],
    "service-role/AWSLambdaSQSQueueExecutionRole": [
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
    ],
}
# Actions that are no operation's name.
ACTIONS = {"s3:ListBucket"}
# Whose actions have no resource that could be named.
NAMELESS = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


@pytest.fixture(scope="module")
def stack() -> Stack:
    (made,) = processed([Variant()])
    return Stack.of(made, {})


def roles(stack: Stack) -> Resources:
    """Those of functions."""
    found = of_type(stack.resources, "AWS::IAM::Role").items()
    return {name: each for name, each in found if name.endswith("FunctionRole")}


def statements(stack: Stack, policies: list[dict[str, Any]]) -> Iterator[tuple[list[str], list[str]]]:
    """Actions and resources."""
    for policy in policies:
        for each in map(stack.value, as_list(policy["PolicyDocument"]["Statement"])):
            if each is not None:  # AWS::NoValue
                yield as_list(each["Action"]), as_list(each["Resource"])


def boundary(stack: Stack) -> list[tuple[list[str], list[str]]]:
    return list(statements(stack, [stack.resources["WithinTheStack"]["Properties"]]))


def within(stack: Stack, right: Right) -> bool:
    """Whether the boundary lets it through."""
    action, resource = right
    return any(
        any(fnmatchcase(action, each) for each in actions) and any(fnmatchcase(resource, each) for each in allowed)
        for actions, allowed in boundary(stack)
    )


def test_every_function_is_bound_to_the_stack(stack: Stack) -> None:
    for name, role in roles(stack).items():
        assert role["Properties"]["PermissionsBoundary"] == {"Ref": "WithinTheStack"}, name


def test_the_boundary_takes_nothing_away_that_a_function_is_granted(stack: Stack) -> None:
    for name, role in roles(stack).items():
        for actions, allowed in statements(stack, role["Properties"].get("Policies", [])):
            for right in ((action, resource) for action in actions for resource in allowed):
                assert within(stack, right), (name, right)


def own(stack: Stack, action: str) -> str:
    """The stack's resource that an action of a managed policy is meant for."""
    table = stack.value({"Fn::GetAtt": ["Table", "Arn"]})
    service = action.partition(":")[0]
    own_ones: dict[str, str] = {
        "logs": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{STACK}/CancelPackage:log-stream:x",
        "dynamodb": f"{table}/stream/2026-11-29T00:00:00.000",
        "sqs": stack.value({"Fn::GetAtt": ["DeliveryQueue", "Arn"]}),
        "xray": "*",
    }
    return own_ones[service]


ELSEWHERE = {
    "logs": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/another/X:log-stream:x",
    "dynamodb": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/another/stream/2026-11-29T00:00:00.000",
    "sqs": f"arn:aws:sqs:{REGION}:{ACCOUNT}:another",
}


def test_managed_policies_are_cut_down_to_the_stacks_own(stack: Stack) -> None:
    attached = {
        arn.partition(":policy/")[2]
        for role in roles(stack).values()
        for arn in role["Properties"]["ManagedPolicyArns"]
    }
    assert attached == set(MANAGED)
    for action in (each for policy in MANAGED.values() for each in policy):
        elsewhere = ELSEWHERE.get(action.partition(":")[0])
        assert elsewhere is None or not within(stack, (action, elsewhere)), action
    kept = {each for policy in MANAGED.values() for each in policy if within(stack, (each, own(stack, each)))}
    gone = {each for policy in MANAGED.values() for each in policy} - kept
    # A deleted log group would come back by a late line, without its retention, and block the next stack of the name.
    assert gone == {
        "logs:CreateLogGroup",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries",
    }


def test_no_other_role_has_a_managed_policy_but_the_accounts_for_the_gateways_logs(stack: Stack) -> None:
    others = {
        name
        for name, role in of_type(stack.resources, "AWS::IAM::Role").items()
        if name not in roles(stack) and role["Properties"].get("ManagedPolicyArns")
    }
    assert others == {"GatewayRole"}


def test_every_action_that_is_granted_exists(stack: Stack) -> None:
    session = botocore.session.get_session()
    operations = {
        service: set(session.get_service_model(service).operation_names)
        for service in (
            "dynamodb",
            "sqs",
            "kms",
            "secretsmanager",
            "s3",
            "lambda",
            "cloudwatch",
            "logs",
            "xray",
            "sts",
            "events",
        )
    }
    granted = {
        action
        for role in roles(stack).values()
        for actions, _ in statements(stack, role["Properties"].get("Policies", []))
        for action in actions
    }
    granted |= {
        action
        for actions, _ in statements(stack, stack.resources["DeploymentRole"]["Properties"]["Policies"])
        for action in actions
    }
    for action in granted - ACTIONS:
        service, name = action.split(":")
        assert name in operations[service], action


def test_a_right_without_a_resource_is_one_that_has_none(stack: Stack) -> None:
    for name, role in roles(stack).items():
        for _, allowed in statements(stack, role["Properties"].get("Policies", [])):
            assert "*" not in allowed, name
    everywhere = {action for actions, allowed in boundary(stack) if "*" in allowed for action in actions}
    assert everywhere == NAMELESS
