"""A saved query looks at every function whose lines it is about, and names what those lines have."""

import json
from typing import Any

import pytest
from cleave.logs import Log

from tests.support.insights import MOST_GROUPS, Query, query, saved
from tests.support.privileges import statements_of
from tests.support.template import ROOT, resources

FUNCTIONS = resources("AWS::Serverless::Function")
READING = {
    *("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "secretsmanager:GetSecretValue"),
    *("s3:ListBucket", "sqs:GetQueueAttributes", "kms:Decrypt"),
}
GENERAL = {"correlation", "stream", "reconcile", "deliveries", "receivers"}  # the others are named like their runbooks


def started_by(*kinds: str) -> set[str]:
    """Functions with an event of one of the kinds."""
    return {
        name
        for name, function in FUNCTIONS.items()
        if any(each["Type"] in kinds for each in function.get("Events", {}).values())
    }


def answering() -> set[str]:
    return started_by("Api")


def background() -> set[str]:
    return FUNCTIONS.keys() - answering() - {"AuthorizerFunction"}


def changing() -> set[str]:
    """What a request to them causes goes on in other functions: their roles may do more than read."""
    return {
        name
        for name in answering()
        if {action for each in statements_of(FUNCTIONS[name]) for action in _actions(each)} - READING
    }


def _actions(statement: dict[str, Any]) -> list[str]:
    action = statement["Action"]
    return [action] if isinstance(action, str) else action


def accepting() -> set[str]:
    return {
        name
        for name in answering()
        for each in statements_of(FUNCTIONS[name])
        if "dynamodb:PutItem" in each["Action"] and "CANCELLATION#*" in json.dumps(each.get("Condition"))
    }


ABOUT = {
    "correlation": changing() | background(),
    "server-errors": answering(),
    "accept-latency": accepting() | {"AuthorizerFunction"},
    "authorizer-errors": {"AuthorizerFunction"},
    "background-errors": background(),
    "stream": started_by("DynamoDB", "Schedule"),
    "reconcile": started_by("Schedule"),
    "deliveries": started_by("SQS"),
    "receivers": started_by("SQS"),
}


@pytest.mark.parametrize("each", saved(), ids=lambda each: each.name)
def test_a_query_covers_all_functions_whose_lines_it_is_about(each: Query) -> None:
    covered = {f"{group.removesuffix('Logs')}Function" for group in each.groups}
    assert covered == ABOUT[each.name]
    assert len(each.groups) == len(set(each.groups)) <= MOST_GROUPS


@pytest.mark.parametrize("each", saved(), ids=lambda each: each.name)
def test_a_query_asks_for_lines_and_fields_that_are_logged(each: Query) -> None:
    assert each.codes <= {line.code for line in Log}
    assert each.strange == set()
    assert each.name in GENERAL or (ROOT / f"docs/runbooks/{each.name}.md").exists()


def test_what_is_named_and_never_logged_is_seen() -> None:
    """The test above can fail."""
    read = Query(
        "q", (), 'fields @timestamp, owner | filter message in ["wake.done"] | stats latest(host) as at by bin(5m)'
    )
    assert (read.codes, read.fields) == ({"wake.done"}, {"@timestamp", "owner", "message", "host"})
    assert read.strange == {"owner", "host"}


LINES = {
    "server-errors": (
        '{"message": "request.failed", "level": "ERROR"}',
        '{"message": "request.answered", "status": 200}',
    ),
    "background-errors": ("2026-11-29T09:30:00Z 1b Task timed out after 60.00 seconds", '{"message": "wake.done"}'),
    "authorizer-errors": ("RequestId: 1b Error: Runtime exited with error: signal: killed", "END RequestId: 1b"),
    "stream": ('{"message": "bus.refused", "level": "WARNING"}', '{"message": "package.split", "level": "INFO"}'),
    "receivers": ('{"message": "subscription.passive", "reason": "gone"}', '{"message": "delivery.attempted"}'),
    "correlation": ('{"message": "package.split", "correlation_id": "a REQUEST-ID"}', '{"message": "package.split"}'),
    "accept-latency": ("REPORT RequestId: 1b Duration: 3 ms", "END RequestId: 1b"),
}


@pytest.mark.parametrize("name", LINES)
def test_a_query_finds_what_it_is_for_and_nothing_else(name: str) -> None:
    found, passed_over = LINES[name]
    assert [query(name).finds(line) for line in (found, passed_over)] == [True, False]
