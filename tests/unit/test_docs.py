"""Documents that repeat what the code says are kept equal to it."""

import ast
import importlib
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


def pages() -> list[str]:
    """Those that a reader opens by themselves: decisions and runbooks begin with their folder's README."""
    docs = ROOT / "docs"
    found = [path.relative_to(docs).as_posix() for path in docs.rglob("*.md")]
    return [name for name in found if name.endswith("README.md") or "/" not in name]


@pytest.mark.parametrize("name", pages())
def test_the_first_line_of_a_page_says_who_it_is_for(name: str) -> None:
    title, _, first = (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines()[:3]
    assert title.startswith("# ")
    assert re.match(r"For (those|operators|support|sellers|channels|everybody|newcomers)\b", first), first


# What reads as translated. Each is a kind of sentence, not a word: say who does what, or name the thing.
ODD = (
    r"\bwhat (still |of it |already )?waits\b",
    r"\bwhoever\b",
    r"\bwork(s|ed|ing)? off\b",
    r"\blet (somebody|callers|them|these callers) in\b",
    r"\bas it came\b",
    r"\bof whom\b",
    r"\b(is|are) told of (it|no others?)\b",
    r"\bcom(es?|ing) into being\b",
    r"\bhas it that\b",
    r"\bthe same of (a|an|one|it|several|yes)\b",
    r"\bfor want of\b",
)
EVERYWHERE = [
    "docs",
    "layers",
    "functions",
    "cli",
    "benchmarks",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "template.yaml",
]


def written_by_us() -> list[str]:
    """Sources and documents; what a run writes is excused."""
    kinds = {".py", ".md", ".yaml"}
    found = [path for name in EVERYWHERE for path in [ROOT / name, *(ROOT / name).rglob("*")] if path.suffix in kinds]
    return sorted(path.relative_to(ROOT).as_posix() for path in found if path.name != "RESULTS.md" and path.is_file())


@pytest.mark.parametrize("odd", ODD)
def test_nothing_is_said_in_a_way_that_reads_as_translated(odd: str) -> None:
    pattern = re.compile(odd, re.IGNORECASE)
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in written_by_us()
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line) and "DashboardBody" not in line
    ]
    assert found == []


def texts_of(benchmark: str) -> list[str]:
    """A benchmark's long texts, as RESULTS.md has them."""
    values = vars(importlib.import_module(f"benchmarks.{benchmark}")).values()
    return [each.strip() for each in values if isinstance(each, str) and each.endswith(".\n")]


def test_results_have_the_texts_of_their_benchmarks() -> None:
    """A run takes long: a text is changed in both places by hand."""
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text()
    sections = re.findall(r"<!-- begin (\w+) -->", results)
    texts = [text for name in sections for text in texts_of(name)]
    assert len(texts) >= len(sections)
    assert [text for text in texts if text not in results] == []
