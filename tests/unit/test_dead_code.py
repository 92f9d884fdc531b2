"""Every name that the service or the program defines is used by one of them; a test alone keeps nothing alive."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from tests.support.template import ROOT

FOLDERS = ("layers", "functions", "cli")
SOURCES = {path: path.read_text(encoding="utf-8") for each in FOLDERS for path in (ROOT / each).rglob("*.py")}
# Called by name from outside: by Lambda, by a library on its subclass, or by the one who starts the process.
CALLED_FROM_OUTSIDE = frozenset(
    {
        *("handler", "main", "formatException", "_new_conn", "log_message", "auth_flow", "decimal_schema"),
        *("create_parser", "_handle_json_body"),
    }
)
# What AWS allows; requests of the tests are checked against it where the service is far below.
FACTS = ROOT / "layers/cleave/cleave/table/limits.py"


def defined(tree: ast.Module) -> Iterator[str]:
    """Functions, methods and classes that no decorator registers, and constants of the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not _is_registered(node):
            yield node.name
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from (each.id for each in node.targets if isinstance(each, ast.Name))
        if isinstance(node, ast.AnnAssign | ast.TypeAlias):
            target = node.target if isinstance(node, ast.AnnAssign) else node.name
            yield from (each.id for each in [target] if isinstance(each, ast.Name))


def _is_registered(node: ast.FunctionDef | ast.ClassDef) -> bool:
    names = {"command", "callback", "model_validator"}
    return any(name in ast.unparse(each) for each in node.decorator_list for name in names)


def test_every_name_is_used() -> None:
    words = Counter(word for text in SOURCES.values() for word in re.findall(r"\w+", text))
    unused = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in SOURCES.items()
        if path != FACTS
        for name in defined(ast.parse(text))
        if words[name] == 1 and name not in CALLED_FROM_OUTSIDE and not re.fullmatch(r"__\w+__", name)
    }
    assert sorted(unused) == []
