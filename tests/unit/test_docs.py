"""Documents that repeat what the code says are kept equal to it."""

import ast
import re

import pytest
from cleave.dialects.reasons import BY_HEPSIGLOBAL, BY_REASON, BY_TRENDYOL_ID, REASONS, ReasonCodes
from cleave.domain.reasons import Reason

from tests.support.template import ROOT

NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def table_of(name: str) -> list[list[str]]:
    """The cells of a document's first table, without its head."""
    lines = [line for line in (ROOT / "docs" / name).read_text().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def row_of(codes: ReasonCodes) -> list[str]:
    number = str(codes.trendyol_id) if codes.trendyol_id else "0, shown only"
    return [number, codes.trendyol_name, f"`{codes.hepsiglobal}`", "yes" if codes.trendyol_in_tr else "refused"]


def test_the_table_of_reasons_is_the_codes_own() -> None:
    assert table_of("reasons.md") == [row_of(codes) for codes in REASONS]


def test_every_reason_has_one_row_and_every_code_one_reason() -> None:
    assert len(REASONS) == len(BY_REASON) == len(BY_HEPSIGLOBAL) == len(BY_TRENDYOL_ID) + 1
    assert set(BY_REASON) == set(Reason)
    assert set(BY_TRENDYOL_ID) == set(range(500, 507))


@pytest.mark.parametrize("document", ["conformance-hepsiglobal.md", "conformance-trendyol.md", "threat-model.md"])
def test_every_test_that_a_conformance_table_names_exists(document: str) -> None:
    rows = table_of(document)
    assert rows
    for *_, proof in rows:
        named = NAMED_TEST.findall(proof)
        assert named or proof == "none", proof
        for path, test in named:
            tree = ast.parse((ROOT / path).read_text())
            assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{path}::{test}"
