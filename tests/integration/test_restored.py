"""A restored table gets what a restore leaves out, once, and only if it is one of Cleave's."""

from typing import Any

import pytest
from cleave.store import order_keys
from cleave.store.tracking_numbers import TrackingNumbers, leased_numbers
from cleave.table.requests import Put
from cleave.table.table import Table
from cleave_cli.errors import CleaveError
from cleave_cli.restored import UNKNOWN_NUMBERS, RestoredTable

from tests.support.aws import create_table
from tests.support.template import resources

NAME = "restored"


@pytest.fixture
def restored(table: Table) -> RestoredTable:
    """As DynamoDB leaves it: keys and indexes, and nothing else."""
    (properties,) = resources("AWS::DynamoDB::Table").values()
    bare = {key: properties[key] for key in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")}
    table.client.create_table(TableName=NAME, BillingMode="PAY_PER_REQUEST", **bare)
    return RestoredTable(table.client, NAME, lambda _: None)


def test_all_that_a_restore_leaves_out_is_switched_on_and_again_nothing(restored: RestoredTable) -> None:
    restored.check_shape()
    assert list(restored.switch_on()) == ["stream", "deletion protection", "time to live", "point-in-time recovery"]
    found = restored.client.describe_table(TableName=NAME)["Table"]
    assert found["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert restored.stream_label() == found["LatestStreamLabel"]
    lives = restored.client.describe_time_to_live(TableName=NAME)["TimeToLiveDescription"]
    assert (lives["TimeToLiveStatus"], lives["AttributeName"]) == ("ENABLED", "expires_at")
    assert list(restored.switch_on()) == []


def test_the_stacks_own_table_has_nothing_to_switch_on_but_its_protection(table: Table) -> None:
    """What is switched on here is what the template has: nothing is forgotten, nothing added."""
    create_table(table.client, "as-deployed")
    own = RestoredTable(table.client, "as-deployed", lambda _: None)
    own.check_shape()
    properties = resources("AWS::DynamoDB::Table")["Table"]
    known = {"AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema", "SSESpecification"}
    assert set(properties) - known == {
        "DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "StreamSpecification",
        "TimeToLiveSpecification",
    }  # fmt: skip


def test_a_table_of_another_shape_or_none_is_refused(restored: RestoredTable) -> None:
    key: Any = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
    key["KeySchema"] = [{"AttributeName": "id", "KeyType": "HASH"}]
    restored.client.create_table(TableName="other", BillingMode="PAY_PER_REQUEST", **key)
    with pytest.raises(CleaveError, match="no table of Cleave's"):
        RestoredTable(restored.client, "other").check_shape()
    with pytest.raises(CleaveError, match="There is no table"):
        RestoredTable(restored.client, "nowhere").check_shape()


def test_a_stream_that_is_of_no_use_is_not_taken_for_ours(restored: RestoredTable) -> None:
    stream: Any = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    restored.client.update_table(TableName=NAME, StreamSpecification=stream)
    with pytest.raises(CleaveError, match="without new images"):
        list(restored.switch_on())


def test_numbers_that_were_given_out_since_are_not_given_again(table: Table, restored: RestoredTable) -> None:
    now = Table(table.client, NAME)
    first = TrackingNumbers().take(table, 1)
    TrackingNumbers().take(table, 1)
    TrackingNumbers().take(now, 1)
    assert restored.skip_numbers(table.name) == leased_numbers(table) == 2_000
    assert TrackingNumbers().take(now, 1) == [first[0] + 2_000]
    assert restored.skip_numbers("gone") == 3_000 + UNKNOWN_NUMBERS
    assert TrackingNumbers().take(now, 1) == [first[0] + 3_000 + UNKNOWN_NUMBERS]
    assert restored.skip_numbers(table.name) == leased_numbers(now) == 4_000 + UNKNOWN_NUMBERS


def test_of_a_damaged_counter_nobody_knows_how_many_were_given_out(table: Table, restored: RestoredTable) -> None:
    TrackingNumbers().take(Table(table.client, NAME), 1)
    table.put(Put({**order_keys.number_blocks(), "format": 1, "leased": "damaged"}))
    assert restored.skip_numbers(table.name) == 1_000 + UNKNOWN_NUMBERS
