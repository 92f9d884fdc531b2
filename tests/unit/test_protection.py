"""What the template protects: data at rest, on the way, from deletion; and what functions may at most be granted."""

import re
from typing import Any

import pytest

from tests.support.privileges import CONDITION, all_prefixes, as_list, granted_prefixes, resource_name, statements
from tests.support.template import resources, samconfig, template

# Each names the items that it is done to. A scan does not, and ``ForAllValues`` is true of none.
NAMING_ACTIONS = {
    f"dynamodb:{each}" for each in ("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
}
DATA_KEY = {"GetAtt": "DataKey.Arn"}


@pytest.mark.parametrize(
    ("kind", "attribute"),
    [
        ("AWS::SQS::Queue", "KmsMasterKeyId"),
        ("AWS::Logs::LogGroup", "KmsKeyId"),
        ("AWS::SecretsManager::Secret", "KmsKeyId"),
        ("AWS::SNS::Topic", "KmsMasterKeyId"),
    ],
)
def test_everything_that_is_kept_is_encrypted_by_our_key(kind: str, attribute: str) -> None:
    assert {name: each.get(attribute) for name, each in resources(kind).items()} == dict.fromkeys(
        resources(kind), DATA_KEY
    )


def test_the_table_and_its_failed_records_are_encrypted_by_our_key_too() -> None:
    (table,) = resources("AWS::DynamoDB::Table").values()
    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": DATA_KEY}
    (bucket,) = resources("AWS::S3::Bucket").values()
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": DATA_KEY}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def kept(resource: dict[str, Any]) -> bool:
    """Whether it outlives the stack and its own replacement, but not a first deployment that failed."""
    return (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_every_key_is_rotated_and_outlives_the_stack() -> None:
    for name, resource in template()["Resources"].items():
        if resource["Type"] == "AWS::KMS::Key":
            assert resource["Properties"]["EnableKeyRotation"] is True, name
            assert kept(resource), name


def test_the_table_can_be_brought_back_and_is_not_deleted_by_accident() -> None:
    table = template()["Resources"]["Table"]
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
    assert kept(table)
    assert kept(template()["Resources"]["FailedRecords"])


def test_a_first_deployment_can_take_its_table_away_again_and_production_protects_it_afterwards() -> None:
    """CloudFormation cannot delete a protected table: a failed first deployment would end in ROLLBACK_FAILED."""
    assert template()["Parameters"]["DeletionProtection"]["Default"] == "false"
    assert "DeletionProtection=true" in samconfig()["prod"]["deploy"]["parameters"]["parameter_overrides"]
    assert "DeletionProtection=false" in samconfig()["prod-first"]["deploy"]["parameters"]["parameter_overrides"]


@pytest.mark.parametrize(
    ("policy", "names", "protected"),
    [("AWS::SQS::QueuePolicy", "Queues", "AWS::SQS::Queue"), ("AWS::S3::BucketPolicy", "Bucket", "AWS::S3::Bucket")],
)
def test_queues_and_buckets_answer_over_tls_only(policy: str, names: str, protected: str) -> None:
    covered: set[str] = set()
    for each in resources(policy).values():
        (statement,) = each["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        covered |= {reference["Ref"] for reference in as_list(each[names])}
    assert covered == set(resources(protected))


def test_no_function_may_do_everything_scan_or_touch_everything() -> None:
    for function, own in statements().items():
        for statement in own:
            for action in as_list(statement["Action"]):
                assert re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", action), (function, action)
                assert action != "dynamodb:Scan", function
            assert "*" not in as_list(statement["Resource"]), function


def test_on_the_table_every_function_is_granted_kinds_of_items_that_there_are() -> None:
    of_items = 0
    for function, own in statements().items():
        for statement in own:
            if "Table" in map(resource_name, as_list(statement["Resource"])):
                of_items += 1
                assert set(as_list(statement["Action"])) <= NAMING_ACTIONS, function
                (condition,) = statement["Condition"].items()
                assert condition[0] == CONDITION, function
                (patterns,) = condition[1].values()
                assert {f"{prefix}*" for prefix in all_prefixes()} >= set(as_list(patterns)), function
    assert of_items == len(statements()) - 2  # the one that feeds the bus reads the stream alone, the console's nothing


def test_credentials_are_read_by_who_checks_them_and_written_by_no_function() -> None:
    reached = {
        (function, action)
        for function, granted in granted_prefixes().items()
        for action, prefix in granted
        if prefix.startswith("CREDENTIAL")
    }
    assert reached == {("authorizer", "dynamodb:GetItem"), ("auth_token", "dynamodb:GetItem")}
