"""What the table does about answers that moto never gives."""

import boto3
import pytest
from botocore.stub import Stubber
from cleave.table.failures import Contended
from cleave.table.requests import Update
from cleave.table.table import Table

CHANGE = Update(key={"pk": "P", "sk": "S"}, change="SET a = :a", condition="a < :a", values={"a": 1})


def conflicting(times: int) -> tuple[Table, Stubber]:
    """A table whose item is written by a transaction for so many attempts."""
    client = boto3.client("dynamodb", "eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    stub = Stubber(client)
    for _ in range(times):
        stub.add_client_error("update_item", "TransactionConflictException", http_status_code=400)
    stub.add_response("update_item", {"Attributes": {"a": {"N": "1"}}})
    stub.activate()
    return Table(client, "table", pause=lambda _: None), stub


def test_an_update_that_meets_a_transaction_is_made_after_it() -> None:
    table, stub = conflicting(3)
    assert table.update(CHANGE) == {"a": 1}
    stub.assert_no_pending_responses()


def test_an_update_that_meets_transactions_for_too_long_says_so() -> None:
    table, _ = conflicting(8)
    with pytest.raises(Contended):
        table.update(CHANGE)
