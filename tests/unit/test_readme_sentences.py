"""Every sentence of the README is held by a test, which readme_sentences.md names."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from cleave_cli.openapi.routes import routes

from tests.support.template import ROOT, resources

README = ROOT / "README.md"
ROWS = Path(__file__).with_name("readme_sentences.md")
_ROW = re.compile(r"^\| (?P<sentence>.+?) \| (?P<held>.+?) \|$", re.MULTILINE)
_NODE = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`*\[])")


def sentences(text: str) -> list[str]:
    """Of paragraphs, list items and cells: without headings, code, and where links lead."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^(#.*|\|[-| :]+\|)$", "", prose, flags=re.MULTILINE)
    prose = re.sub(r"^(\|.*|[-*] .*|\d+\. .*)$", r"\n\1", prose, flags=re.MULTILINE)
    found = []
    for paragraph in re.split(r"\n\s*\n", _LINK.sub(r"\1", prose)):
        plain = " ".join(paragraph.removeprefix("- ").split()).strip("| ").replace(" | ", ", ").replace("**", "")
        found += [each.strip() for each in _END.split(plain) if re.search(r"\w", each)]
    return found


@cache
def held() -> dict[str, list[tuple[str, str]]]:
    """By sentence, the tests that its row names."""
    rows = [row for row in _ROW.finditer(ROWS.read_text(encoding="utf-8")) if row["held"] != "held by"]
    return {row["sentence"]: _NODE.findall(row["held"]) for row in rows}


@cache
def named_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def links_at_the_top() -> list[tuple[str, str]]:
    """Of README and the pages beside it, which are not part of the site that `make site` checks."""
    pages = {page.name: page.read_text(encoding="utf-8") for page in ROOT.glob("*.md")}
    return sorted({(name, target) for name, text in pages.items() for _, target in _LINK.findall(text)})


def test_every_sentence_of_the_readme_has_a_row() -> None:
    missing = [each for each in sentences(README.read_text(encoding="utf-8")) if each not in held()]
    rows = "\n".join(f"| {each} | `tests/…::test_…` |" for each in missing)
    assert not missing, f"add to {ROWS.relative_to(ROOT)}, each with the test that fails when it is not true:\n{rows}"


@pytest.mark.parametrize("sentence", held())
def test_a_row_names_tests_that_exist(sentence: str) -> None:
    assert held()[sentence], "no test is named"
    assert [f"{path}::{name}" for path, name in held()[sentence] if name not in named_in(path)] == []


@pytest.mark.parametrize(("page", "target"), links_at_the_top())
def test_a_link_of_a_page_beside_the_readme_leads_somewhere(page: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    if path.startswith("https://"):
        return
    assert (ROOT / path).exists(), page
    if anchor:
        headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w\s-]", "", each).lower().replace(" ", "-") for each in headings}


def test_the_parts_are_those_of_the_template() -> None:
    paths = {(route.method, route.path) for route in routes()}
    assert len(paths) == len(list(routes())), "one function answers each"
    assert [len(resources(kind)) for kind in ("AWS::Serverless::Api", "AWS::DynamoDB::Table")] == [1, 1]


def test_make_test_runs_every_folder_of_tests() -> None:
    (recipe,) = re.findall(r"^test: .*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    with_tests = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")} - {"soak"}
    assert {name for name in with_tests if f"tests/{name}" not in recipe} == set()


def test_make_test_runs_the_part_that_is_named() -> None:
    command = ["make", "--dry-run", "test", "ARGS=tests/unit"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603 - the README's
    assert shown.splitlines()[-1] == ".venv/bin/pytest tests/unit"


def test_make_alone_lists_every_target() -> None:
    made = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607 - the README's
    phony = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {line.split()[1] for line in made.splitlines()} == set(phony[0].split())


def test_no_licence_is_chosen() -> None:
    assert [path for path in ROOT.iterdir() if path.name.lower().startswith(("licence", "license", "copying"))] == []


def test_sentences_are_told_apart() -> None:
    text = (
        "# Title\n\nOne is [here](a.md). Two,\nover lines, says `x`: so it does.\n\n"
        "```sh\nNot this.\n```\n\n- [Item](b.md): more\n- **Bold.** And last.\n\n| a | b |\n|---|---|\n| c | d |\n"
    )
    assert sentences(text) == [
        "One is here.",
        "Two, over lines, says `x`: so it does.",
        "Item: more",
        "Bold.",
        "And last.",
        "a, b",
        "c, d",
    ]
