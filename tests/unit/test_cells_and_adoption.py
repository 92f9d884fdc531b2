"""Which functions know their stack's cell, what a stack may take over from another, and what it then leaves alone."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from cleave.entry import resources as entry

from tests.support.environment import new_settings
from tests.support.processed import standard
from tests.support.template import ROOT, resources, template

FUNCTIONS = resources("AWS::Serverless::Function")
RULES = template()["Rules"]
GIVES_NUMBERS = "tracking_numbers"


def names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def giving(path: Path) -> set[str]:
    """The module's functions that give out carriers' numbers, or what does."""
    tree = ast.parse(path.read_text())
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef) and GIVES_NUMBERS in names_in(each)}


def test_functions_that_give_out_carriers_numbers_know_their_cell_and_no_others() -> None:
    shared = giving(ROOT / "layers/cleave/cleave/outbound/resources.py") | {GIVES_NUMBERS}
    assert shared == {"worker", GIVES_NUMBERS}
    for name, function in FUNCTIONS.items():
        uses = names_in(ast.parse((ROOT / function["CodeUri"] / "app.py").read_text()))
        variables = function.get("Environment", {}).get("Variables", {})
        assert ("CELL" in variables) == bool(uses & shared), name
        assert variables.get("CELL", {"Ref": "Cell"}) == {"Ref": "Cell"}, name


def test_every_cell_that_the_parameter_takes_has_a_hundredth_of_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    parameter = template()["Parameters"]["Cell"]
    cells = range(parameter["MinValue"], parameter["MaxValue"] + 1)
    assert len(cells) == 100
    assert parameter["Default"] == entry.Settings(table_name="").cell
    monkeypatch.setenv("TABLE_NAME", "orders")
    monkeypatch.setenv("CELL", "7")
    new_settings()
    assert entry.tracking_numbers().cell == 7
    new_settings()


def test_the_secrets_key_can_be_brought_to_another_region_from_its_first_day() -> None:
    """AWS changes that of no key that there is."""
    assert resources("AWS::KMS::Key")["SecretsKey"]["MultiRegion"] is True


def test_failed_records_end_by_the_buckets_lifecycle() -> None:
    """Within the 35 days of the table's own backups, and not before somebody has looked."""
    (rule,) = resources("AWS::S3::Bucket")["FailedRecords"]["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert 14 <= rule["ExpirationInDays"] <= 35


@pytest.mark.parametrize(("own", "adopted"), [("Table", "AdoptedTable"), ("SecretsKey", "AdoptedSecretsKey")])
def test_what_is_adopted_replaces_the_stacks_own_wherever_that_is_named(own: str, adopted: str) -> None:
    """Where it were named without a choice, CloudFormation would refuse the template: it is not there."""
    made = standard()
    assert made[own]["Condition"] == f"{own}IsOwn"
    conditions = template()["Conditions"]
    assert conditions[f"{own}IsOwn"] == {"Equals": [{"Ref": adopted}, "none"]}
    outputs = {name: each["Value"] for name, each in template()["Outputs"].items()}
    chosen = json.dumps([without_choices(made, own), without_choices(outputs, own)])
    for reference in (f'"Ref": "{own}"', f'"{own}", "Arn"', f'"{own}.', f"${{{own}}}", f"${{{own}."):
        assert reference not in chosen, reference


def without_choices(node: Any, own: str) -> Any:  # noqa: ANN401 - any part of a template
    """The same, without what is chosen by whether the resource is the stack's own."""
    match node:
        case {"Fn::If": [condition, *_]} | {"If": [condition, *_]} if condition == f"{own}IsOwn":
            return None
        case {"Fn::Sub": [_, dict(given)]} | {"Sub": [_, dict(given)]} if own in given:
            return without_choices(given, own)
        case dict():
            return {key: without_choices(each, own) for key, each in node.items()}
        case list():
            return [without_choices(each, own) for each in node]
    return node


def test_an_adopted_table_without_its_stream_is_refused() -> None:
    rule = RULES["AnAdoptedTableHasItsStream"]
    assert rule["RuleCondition"] == {"Not": [{"Equals": [{"Ref": "AdoptedTable"}, "none"]}]}
    (assertion,) = rule["Assertions"]
    assert assertion["Assert"] == {"Not": [{"Equals": [{"Ref": "AdoptedTableStream"}, "none"]}]}
