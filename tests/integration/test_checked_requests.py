"""Every request of these tests is looked at for what DynamoDB would refuse and an engine does not."""

import pytest
from cleave.entry import resources
from cleave.table.requests import IndexQuery, Update
from cleave.table.table import Table

from tests.support.expressions import ForbiddenExpressionError

KEY = {"pk": "P", "sk": "S"}


@pytest.mark.parametrize("of", ["the tests' table", "a function's table"])
def test_a_reserved_word_does_not_pass(table: Table, of: str) -> None:
    asked = table if of == "the tests' table" else resources.table()
    with pytest.raises(ForbiddenExpressionError, match="left"):
        asked.write([Update(KEY, "SET rings = :n", "attribute_exists(pk) AND left = :n", {"n": 1})])
    with pytest.raises(ForbiddenExpressionError, match="shard"):
        list(asked.query_index(IndexQuery("due", "shard = :n", "pk", {}, {"n": 1}, descending=False)))
