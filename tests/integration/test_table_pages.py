"""A page of a partition is whole, however large its items are: DynamoDB ends each answer at 1 MB."""

import pytest
from cleave.table.requests import Put
from cleave.table.table import Table

BULK = "x" * 150_000


@pytest.mark.parametrize(("limit", "found"), [(1, 1), (6, 6), (7, 7), (11, 11), (12, 12), (50, 12)])
def test_a_page_has_as_many_items_as_there_are_and_as_were_asked_for(table: Table, limit: int, found: int) -> None:
    for number in range(13):
        table.put(Put({"pk": "P", "sk": f"{number:02}", "bulk": BULK}))
    places = [f"{number:02}" for number in range(12)]
    assert [item["sk"] for item in table.page("P", limit, before="12")] == places[:found]
    newest = table.page("P", limit, before="12", newest_first=True)
    assert [item["sk"] for item in newest] == places[::-1][:found]
