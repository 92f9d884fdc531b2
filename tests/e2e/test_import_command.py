"""`cleave import` against the deployed template: a file with both shapes, some rows wrong, taken up again."""

import json
from pathlib import Path

import pytest
from cleave_cli.api import SellerClient
from cleave_cli.credentials import write_local_json
from cleave_cli.main import app
from cleave_cli.stack import LocalStack
from typer.testing import CliRunner

from tests.support.samples import fresh_cancel_id, fresh_package
from tests.support.shown import both_names


@pytest.fixture
def state(stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the running stack's local.json."""
    monkeypatch.delenv("CLEAVE_BASE_URL", raising=False)
    write_local_json(tmp_path / "local.json", stack.base_url, stack.credentials)
    return tmp_path


def test_a_mixed_file_is_loaded_row_by_row_and_its_wrong_rows_are_named(
    state: Path, self_paying: SellerClient, other_seller: SellerClient
) -> None:
    good = [
        fresh_package(20811, "DE", {"LAMP": 1}, seller_pays=True),
        fresh_package(20812, "TR", {"TRAY": 2}, seller_pays=False),
    ]
    item = {"item_number": "X-1", "company_id": 20812, "sku": "BAG", "quantity": 2, "unit_product_price": 12.39}
    order = {"order_number": f"HG{fresh_cancel_id()}", "order_date": "2026-10-17T16:01:26Z", "order_items": [item]}
    two_items_one_wrong = {
        **order,
        "order_number": f"HG{fresh_cancel_id()}",
        "order_items": [item, {**item, "company_id": 1}],
    }
    file = state / "orders.jsonl"
    file.write_text(
        "".join(f"{json.dumps(row)}\n" for row in [*good, {**good[0], "lines": []}, order, two_items_one_wrong])
    )

    first = CliRunner().invoke(app, ["import", str(file), "--state", str(state)])
    again = CliRunner().invoke(app, ["import", str(file), "--state", str(state)])

    no_company = "company.not.found: order_items.1.company_id: there is no such company"
    assert (first.exit_code, again.exit_code) == (1, 1)
    assert first.output.splitlines()[:3] == [
        "line 3: 400 bad.request: lines: must not be empty",
        f"line 5: 404 {no_company}; bad.request: order_items.1.item_number: stands in the order twice",
        "3 imported, 0 skipped, 2 refused",
    ]
    assert "0 imported, 3 skipped, 2 refused" in again.output
    assert self_paying.packages(good[0]["orderNumber"]) == [both_names(good[0])]
    assert other_seller.packages(good[1]["orderNumber"]) == [both_names(good[1])]
    assert [each["lines"][0]["stockCode"] for each in other_seller.packages(str(order["order_number"]))] == ["BAG"]
    assert other_seller.packages(str(two_items_one_wrong["order_number"])) == [], "no part of a refused order is there"
