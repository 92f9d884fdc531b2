"""Decisions have one form, an index, and say nothing of names that the code no longer has."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
DECISIONS = REPOSITORY / "docs" / "decisions"
RECORDS = sorted(DECISIONS.glob("[0-9]*.md"))
#: Where a name may come from that a decision puts in backticks.
SOURCES = ("layers", "functions", "cli", "tests", "benchmarks", "events", "template.yaml", "pyproject.toml", "Makefile")
#: AWS's own words for what we decided not to use.
FOREIGN = frozenset({"SnapStart", "ApplyOn", "PublishedVersions"})
TEXT = frozenset({".py", ".json", ".yaml", ".toml", ".md", ""})


def _files(source: str) -> list[Path]:
    place = REPOSITORY / source
    return [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file() and path.suffix in TEXT]


@pytest.fixture(scope="module")
def code() -> str:
    return "\n".join(path.read_text(errors="ignore") for source in SOURCES for path in _files(source))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_decision_has_the_one_form(record: Path) -> None:
    head, *_ = text = record.read_text().splitlines()
    assert head.startswith(f"# {int(record.name[:4])}. ")
    assert re.fullmatch(r"Date: \d{4}-\d\d-\d\d(, changed \d{4}-\d\d-\d\d)?", text[2])
    assert text[3] in ("Status: accepted", "Status: proposed")
    assert [line for line in text if line.startswith("## ")] == ["## Context", "## Decision", "## Consequences"]


def test_the_index_lists_every_decision_by_its_title() -> None:
    listed = re.findall(
        r"^\| \[(\d+)\]\((\S+)\) \| (.*) \| .* \|$", (DECISIONS / "README.md").read_text(), re.MULTILINE
    )
    written = [(path, path.read_text().splitlines()[0]) for path in RECORDS]
    assert listed == [(str(int(path.name[:4])), path.name, head.partition(". ")[2]) for path, head in written]


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_what_a_decision_names_is_there(record: Path, code: str) -> None:
    named = {
        word
        for name in re.findall(r"`([^`\n]+)`", record.read_text())
        for word in re.findall(r"[A-Za-z_][\w./]{3,}", name)
    }
    gone = [word for word in sorted(named - FOREIGN) if not _is_there(word, code)]
    assert gone == []


def _is_there(word: str, code: str) -> bool:
    return (
        any(part in code for part in (word, word.rpartition(".")[2], word.rpartition("/")[2]))
        or (REPOSITORY / word).exists()
    )
