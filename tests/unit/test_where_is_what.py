"""docs/architecture.md says where each word and each rule is, and there it is."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.template import ROOT

TEXT = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "layers/cleave/cleave"
WORDS = re.findall(r"^\| (\w+) \| [^|]+ \| `([\w/.]+)` `(\w+)` \|$", TEXT, re.MULTILINE)
_, _, TABLE = TEXT.partition("## Where to find a rule")
RULES = re.findall(r"^\| [^|]+ \| (`[^|]+`) \| (`[^|]+`) \|$", TABLE, re.MULTILINE)


def file_of(name: str) -> Path:
    return next(path for path in (PACKAGE / name, ROOT / name) if path.is_file())


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_eight_words_are_ours() -> None:
    assert [word for word, _, _ in WORDS] == ["lane", "delivery", "track", "ring", "wake", "circuit", "due", "chain"]


@pytest.mark.parametrize(("word", "file", "name"), WORDS)
def test_a_word_is_defined_in_a_docstring(word: str, file: str, name: str) -> None:
    tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
    named = [each for each in ast.walk(tree) if isinstance(each, ast.ClassDef | ast.FunctionDef) and each.name == name]
    assert [bool(ast.get_docstring(each)) for each in named] == [True], word


def test_every_rule_is_where_the_page_says() -> None:
    assert len(RULES) == 12
    found = [
        (file_of(file).read_text(), name)
        for files, names in RULES
        for file, name in zip(*map(quoted, (files, names)), strict=True)
    ]
    assert [name for text, name in found if not re.search(rf"\b{re.escape(name)}\b", text)] == []
