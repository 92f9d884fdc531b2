"""The model of docs/protocol.md: its small cases whole, its faults found, and each of its steps in the code."""

import ast
import re

import pytest

from tests.proofs.model import draining, outside, probing, splitting
from tests.proofs.model.explore import explore
from tests.proofs.model.scenarios import FAULTS, SCENARIOS, SHORT
from tests.support.template import ROOT

DOCUMENT = (ROOT / "docs/protocol.md").read_text()
ROWS = re.findall(r"^\| ([a-z ]+) \| .* \| (`.*`) \|$", DOCUMENT, re.MULTILINE)
CODE = sorted({each for _, code in ROWS for each in re.findall(r"`(\S+\.py)` `(\S+)`", code)})


@pytest.mark.parametrize("name", SHORT)
def test_every_order_of_the_calls_of_a_small_case_keeps_the_promises_and_ends(name: str) -> None:
    found = explore(SHORT[name])
    assert found.broken is None, found.trace
    assert found.states > 50


@pytest.mark.parametrize("fault", [name for name, wrong in FAULTS.items() if wrong.scenario in SHORT])
def test_a_step_that_is_wrong_is_found(fault: str) -> None:
    assert explore(SCENARIOS[FAULTS[fault].scenario], fault).broken


def test_the_document_has_every_step_of_the_model_once() -> None:
    of_webhooks = {"delete": "delete a webhook"}
    steps = [
        *("accept", "begin", "take", "send", "give up", "look at circuit", "pick", "ask"),
        *splitting.CALLS,
        *draining.CALLS,
        *probing.CALLS,
        *(of_webhooks.get(each, each) for each in outside.OWNERS),
    ]
    assert sorted(step for step, _ in ROWS) == sorted(steps)


@pytest.mark.parametrize(("file", "function"), CODE)
def test_the_function_that_is_named_is_there(file: str, function: str) -> None:
    source = ast.parse((ROOT / "layers/cleave/cleave" / file).read_text())
    scope: list[ast.stmt] = source.body
    for name in function.split("."):
        kinds = ast.ClassDef | ast.FunctionDef
        found = [each for each in scope if isinstance(each, kinds) and each.name == name]
        assert found, f"{file} has no {function}"
        scope = found[0].body
