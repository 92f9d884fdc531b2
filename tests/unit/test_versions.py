"""A deployment publishes a version of a function exactly when something has changed that a version fixes.

Publishing nothing where something has changed leaves callers at the old values; publishing where nothing has fails the
whole deployment ("A version for this Lambda function exists"). CloudFormation publishes where SAM gives the version
another logical id, or where its description comes to something else, since that cannot be updated.
"""

import json
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest

from tests.support.processed import Edit, Resources, Variant, of_type, processed
from tests.support.resolved import Stack, create_only
from tests.support.template import resources, template

FUNCTIONS = resources("AWS::Serverless::Function")
ALL = frozenset(FUNCTIONS)
NONE: frozenset[str] = frozenset()
# What Lambda keeps beside a function's versions, and the description, which each version has of its own.
NOT_FIXED = frozenset({"Description", "RecursiveLoop", "ReservedConcurrentExecutions", "Tags"})
LONGEST_STACK_NAME = 34  # as `cleave preflight` says
LONGEST_DESCRIPTION = 256


def having(variable: str) -> frozenset[str]:
    """The functions with this variable of their own."""
    variables = {name: each.get("Environment", {}).get("Variables", {}) for name, each in FUNCTIONS.items()}
    return frozenset(name for name, own in variables.items() if variable in own)


def of(function: str, *path: str) -> tuple[str, ...]:
    return ("Resources", function, "Properties", *path)


def everywhere(*path: str) -> tuple[str, ...]:
    return ("Globals", "Function", *path)


HASH_ONLY = [{"AttributeName": "pk", "KeyType": "HASH"}]
LAYERS = ("DependenciesLayer", "CleaveLayer")
PYTHON: list[Edit] = [
    (everywhere("Runtime"), "python3.14"),
    *[(of(layer, "CompatibleRuntimes"), ["python3.14"]) for layer in LAYERS],
]
CANCEL = frozenset({"CancelPackageFunction"})
OWN_MEMORY = frozenset(name for name, each in FUNCTIONS.items() if "MemorySize" in each)


def edited(*edits: Edit) -> Variant:
    return Variant(edits=edits)


def given(**parameters: str) -> Variant:
    return Variant(parameters)


# What somebody does, and the functions of which it has to publish a version.
CASES: dict[str, tuple[Variant, frozenset[str]]] = {
    "nothing": (Variant(), NONE),
    "new code of one function": (Variant(builds={"CancelPackageFunction": "new"}), CANCEL),
    "new code of the shared layer": (Variant(builds={"CleaveLayer": "new"}), ALL),
    "new dependencies": (Variant(builds={"DependenciesLayer": "new"}), ALL),
    "another Python": (edited(*PYTHON), ALL),
    "memory of one": (edited((of("CancelPackageFunction", "MemorySize"), 300)), CANCEL),
    "memory of most": (edited((everywhere("MemorySize"), 300)), ALL - OWN_MEMORY),
    "time-out of one": (
        edited(
            (of("CancelPackageFunction", "Timeout"), 12),
            (of("CancelPackageFunction", "Environment", "Variables", "TIMEOUT_SECONDS"), 12),
        ),
        CANCEL,
    ),
    "time-out of most": (
        edited((everywhere("Timeout"), 12), (everywhere("Environment", "Variables", "TIMEOUT_SECONDS"), 12)),
        ALL - having("TIMEOUT_SECONDS"),
    ),
    "a variable of one": (
        edited((of("PackageStreamFunction", "Environment", "Variables", "SPLIT_QUIET_MS"), "300")),
        frozenset({"PackageStreamFunction"}),
    ),
    "a variable of all": (edited((everywhere("Environment", "Variables", "POWERTOOLS_LOG_LEVEL"), "DEBUG")), ALL),
    "another key schema": (edited((of("Table", "KeySchema"), HASH_ONLY)), ALL),
    "another name of the table": (edited((of("Table", "TableName"), "restored")), ALL),
    "another queue": (edited((of("DeliveryQueue", "QueueName"), "q")), having("DELIVERY_QUEUE_URL")),
    "another secret": (edited((of("TokenSecret", "Name"), "s")), having("TOKEN_SECRET_ID")),
    "another bucket": (edited((of("FailedRecords", "BucketName"), "b")), having("FAILED_RECORDS_BUCKET")),
    "RetentionDays": (given(RetentionDays="365"), ALL),
    "Architecture": (given(Architecture="x86_64"), ALL),
    "Tracing": (given(Tracing="PassThrough"), ALL),
    "WebhookTracks": (given(WebhookTracks="4"), having("WEBHOOK_TRACKS")),
    "DomainName": (given(DomainName="api.example.org", DomainCertificate="arn:aws:acm:::certificate/1"), NONE),
    "OldFieldNames": (given(OldFieldNames="false"), having("OLD_FIELD_NAMES")),
    "RetrySchedule": (given(RetrySchedule="1m off 1d"), having("RETRY_SCHEDULE")),
    "Cell": (given(Cell="7"), having("CELL")),
    "AdoptedTable": (given(AdoptedTable="restored", AdoptedTableStream="2026-11-29T00:00:00.000"), ALL),
    "AdoptedSecretsKey": (given(AdoptedSecretsKey=f"mrk-{'1' * 32}"), having("SECRETS_KEY_ID")),
    "AllowLocalWebhooks": (given(AllowLocalWebhooks="true"), NONE),  # not in this stage
    "reserved concurrency": (edited((of("CreateOrderFunction", "ReservedConcurrentExecutions"), 5)), NONE),
    "tags": (edited((everywhere("Tags"), {"team": "orders"})), NONE),
    "a description": (edited((of("CancelPackageFunction", "Description"), "another")), NONE),
    "rights": (edited((of("CancelPackageFunction", "Policies"), None)), NONE),
    "another path": (edited((of("CancelPackageFunction", "Events", "Put", "Properties", "Path"), "/x")), NONE),
    "an index": (edited((of("Table", "GlobalSecondaryIndexes"), None)), NONE),
    "StreamConcurrency": (given(StreamConcurrency="20"), NONE),
    "CallersConcurrency": (given(CallersConcurrency="20"), NONE),
    "DeliveryConcurrency": (given(DeliveryConcurrency="20"), NONE),
    "GradualDeployment": (given(GradualDeployment="true"), NONE),
    "LogRetentionDays": (given(LogRetentionDays="7"), NONE),
    "WafRequestsPerFiveMinutes": (given(WafRequestsPerFiveMinutes="1000"), NONE),
    "GatewayLogs": (given(GatewayLogs="none"), NONE),
    "AlarmEmail": (given(AlarmEmail="a@example.org"), NONE),
    "RequestsPerSecond": (given(RequestsPerSecond="7"), NONE),
    "DeletionProtection": (given(DeletionProtection="true"), NONE),
}


@dataclass(frozen=True)
class Published:
    """By function: its version, as CloudFormation tells one from another, and all that a version of it would fix."""

    versions: dict[str, tuple[str, str]]
    fixed: dict[str, str]


@cache
def published(*, literal: bool) -> dict[str, Published]:
    """Of each case. ``literal`` as AWS::LanguageExtensions makes it on AWS, otherwise as SAM's own program does."""
    variants = [replace(variant, literal=literal, routes_of=tuple(CANCEL)) for variant, _ in CASES.values()]
    made = processed(variants)
    stacks = [Stack.of(each, dict(variant.parameters)) for each, variant in zip(made, variants, strict=True)]
    return dict(zip(CASES, map(of_stack, stacks), strict=True))


def of_stack(stack: Stack) -> Published:
    versions = {
        each["Properties"]["FunctionName"]["Ref"]: (name, stack.value(each["Properties"]["Description"]))
        for name, each in of_type(stack.resources, "AWS::Lambda::Version").items()
    }
    functions = of_type(stack.resources, "AWS::Lambda::Function").items()
    return Published(versions, {name: fixed_by_a_version(stack, each) for name, each in functions})


def fixed_by_a_version(stack: Stack, function: dict[str, Any]) -> str:
    own = {key: value for key, value in function["Properties"].items() if key not in NOT_FIXED}
    return json.dumps(stack.value(own), sort_keys=True)


def differing[T](before: dict[str, T], after: dict[str, T]) -> frozenset[str]:
    assert before.keys() == after.keys() == ALL
    return frozenset(name for name in before if before[name] != after[name])


@pytest.mark.parametrize("literal", [False, True], ids=["references", "values"])
@pytest.mark.parametrize("case", CASES)
def test_a_version_is_published_exactly_where_what_it_fixes_has_changed(case: str, literal: bool) -> None:  # noqa: FBT001
    before, after = published(literal=literal)["nothing"], published(literal=literal)[case]
    _, expected = CASES[case]
    assert differing(before.fixed, after.fixed) == expected
    assert differing(before.versions, after.versions) == expected


def test_a_description_is_what_makes_another_version_and_the_longest_has_room() -> None:
    assert "Description" in create_only("AWS::Lambda::Version")
    longest = {"RetrySchedule": "x" * template()["Parameters"]["RetrySchedule"]["MaxLength"], "Tracing": "PassThrough"}
    (made,) = processed([Variant(longest)])
    stack = Stack.of(made, longest, "s" * LONGEST_STACK_NAME)
    lengths = {name: len(description) for name, (_, description) in of_stack(stack).versions.items()}
    assert max(lengths.values()) <= LONGEST_DESCRIPTION, lengths


def test_what_stands_in_two_places_is_the_same_in_both() -> None:
    shared = template()["Globals"]["Function"]
    variables = {name: each.get("Environment", {}).get("Variables", {}) for name, each in FUNCTIONS.items()}
    for name, function in FUNCTIONS.items():
        own = function.get("Timeout", shared["Timeout"])
        shown = variables[name].get("TIMEOUT_SECONDS", shared["Environment"]["Variables"]["TIMEOUT_SECONDS"])
        assert shown == own, name
    assert (shared["Runtime"], shared["Handler"]) == ("python3.13", "app.handler")
    for layer in resources("AWS::Serverless::LayerVersion").values():
        assert layer["CompatibleRuntimes"] == [shared["Runtime"]]  # so that another Python is another layer
    assert shared["Layers"] == [{"Ref": layer} for layer in LAYERS]


def test_nothing_that_a_version_fixes_is_set_but_what_this_test_knows() -> None:
    """Another property of a function may be fixed by a version, and then has to make another one."""
    of_versions = {"CodeUri", "Environment", "LoggingConfig", "MemorySize", "Timeout", "VersionDescription"}
    of_others = {"DeploymentPreference", "Description", "Events", "Policies", "RecursiveLoop"}
    known = of_versions | of_others | {"ReservedConcurrentExecutions"}
    assert {key for function in FUNCTIONS.values() for key in function} <= known
    assert set(template()["Globals"]["Function"]) == {
        "Architectures", "AutoPublishAlias", "Environment", "Handler", "Layers", "MemorySize", "PermissionsBoundary",
        "Runtime", "Timeout", "Tracing",
    }  # fmt: skip


def test_what_a_version_refers_to_by_name_is_never_replaced(made: Resources) -> None:
    """Its role and its log group: an old version would be left with one that is gone."""
    for role in of_type(made, "AWS::IAM::Role").values():
        assert not create_only("AWS::IAM::Role") & role["Properties"].keys()
    for name, group in of_type(made, "AWS::Logs::LogGroup").items():
        if name != "GatewayLogGroup":
            expected = {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}/{name.removesuffix('Logs')}"}
            assert group["Properties"]["LogGroupName"] == expected


@pytest.fixture
def made() -> Resources:
    """The resources by default."""
    (template_made,) = processed([Variant()])
    found: Resources = template_made["Resources"]
    return found
