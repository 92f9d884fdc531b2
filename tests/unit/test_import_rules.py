"""What may import what; docs/architecture.md says it in words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.template import ROOT

PACKAGE = ROOT / "layers/cleave/cleave"
# Each may import those before it. Modules beside the packages may be imported by all but the domain.
LAYERS = ["domain", "store", "application", "api", "dialects", "outbound"]
OUTWARD = {"boto3", "botocore", "aws_lambda_powertools", "os", "random", "time", "socket", "urllib3", "pydantic", "jwt"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "cleave" and len(parts) > 1 and parts[1] in LAYERS else None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_dependencies_point_inwards(path: Path) -> None:
    parts = path.relative_to(PACKAGE).parts
    if parts[0] not in LAYERS:
        assert not [name for name in imported(path) if layer(name)]
        return
    outer = set(LAYERS[LAYERS.index(parts[0]) + 1 :])
    assert not [name for name in imported(path) if layer(name) in outer]


@pytest.mark.parametrize("path", sorted((PACKAGE / "domain").rglob("*.py")), ids=lambda path: path.name)
def test_the_domain_reaches_for_nothing_outside(path: Path) -> None:
    names = list(imported(path))
    assert not [name for name in names if name.split(".")[0] in OUTWARD]
    assert not [name for name in names if name.startswith("cleave.") and layer(name) != "domain"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_one_place_knows_the_keys(path: Path) -> None:
    if path == PACKAGE / "store/keys.py":
        return
    texts = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
    prefixes = ("PACKAGE#", "CANCELLATION#", "ORDER#", "EVENT#", "SELLER#", "SUBSCRIPTION#", "DELIVERY#", "CREDENTIAL#")
    assert not [text for text in texts if isinstance(text, str) and text.startswith(prefixes)]


def test_nothing_is_written_into_traces() -> None:
    """X-Ray's segments are Lambda's and API Gateway's own; what we add to one, whoever reads traces could read."""
    for path in (*MODULES, *(ROOT / "functions").glob("*/app.py")):
        assert not [
            name for name in imported(path) if re.search("x_?ray|tracer|tracing|telemetry", name, re.IGNORECASE)
        ]


def test_a_handler_has_about_25_lines() -> None:
    handlers = sorted((ROOT / "functions").glob("*/app.py"))
    assert handlers
    assert not [path for path in handlers if len(path.read_text().splitlines()) > 35]
