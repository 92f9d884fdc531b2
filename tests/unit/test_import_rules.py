"""What may import what, and which words and decisions have one place; docs/architecture.md says it in words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cleave.domain.roles import Role

from tests.support.template import ROOT
from tests.unit.test_bounds import wire_models

PACKAGE = ROOT / "layers/cleave/cleave"
FUNCTIONS = sorted((ROOT / "functions").glob("*/app.py"))
# Each may import those before it. Modules beside the packages may be imported by all but the domain.
LAYERS = ["domain", "table", "store", "application", "entry", "dialects", "outbound"]
OUTWARD = {"boto3", "botocore", "aws_lambda_powertools", "os", "random", "time", "socket", "urllib3", "pydantic", "jwt"}
MODULES = sorted(PACKAGE.rglob("*.py"))
KEYS = sorted((PACKAGE / "store").glob("*keys.py"))


def of(layer: str) -> list[Path]:
    return sorted((PACKAGE / layer).rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE if path.is_relative_to(PACKAGE) else ROOT))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def texts(path: Path) -> list[str]:
    """All that is said in strings, without docstrings."""
    tree = ast.parse(path.read_text())
    described = [node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    docstrings = {id(node.value) for node in described}
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings]
    return [node.value for node in nodes if isinstance(node.value, str)]


def layer(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "cleave" and len(parts) > 1 and parts[1] in LAYERS else None


def test_every_folder_is_a_layer() -> None:
    assert {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_dependencies_point_inwards(path: Path) -> None:
    parts = path.relative_to(PACKAGE).parts
    if parts[0] not in LAYERS:
        assert not [name for name in imported(path) if layer(name)]
        return
    outer = set(LAYERS[LAYERS.index(parts[0]) + 1 :])
    assert not [name for name in imported(path) if layer(name) in outer]


@pytest.mark.parametrize("path", of("domain"), ids=name_of)
def test_the_domain_reaches_for_nothing_outside(path: Path) -> None:
    names = list(imported(path))
    assert not [name for name in names if name.split(".")[0] in OUTWARD]
    assert not [name for name in names if name.startswith("cleave.") and layer(name) != "domain"]


def test_the_table_knows_nothing_of_what_is_kept_in_it() -> None:
    names = {name for path in of("table") for name in imported(path)}
    assert not [name for name in names if name.startswith("cleave.") and layer(name) != "table"]


@pytest.mark.parametrize("path", of("application"), ids=name_of)
def test_a_use_case_sees_no_key_and_no_item(path: Path) -> None:
    hidden = ("cleave.table.attributes", "cleave.table.requests.Key")
    of_keys = tuple(f"store.{each.stem}" for each in KEYS)
    assert not [name for name in imported(path) if name.startswith(hidden) or name.endswith((".Item", *of_keys))]
    assert "dict[str, Any]" not in path.read_text()


@pytest.mark.parametrize("path", of("dialects"), ids=name_of)
def test_a_dialect_translates_and_asks_no_table(path: Path) -> None:
    assert not [name for name in imported(path) if name.startswith(("cleave.store", "cleave.table.table"))]


# What tells Trendyol's and HepsiGlobal's fields from words that anybody would use.
WIRE_WORDS = {
    word
    for model in wire_models()
    for name, field in model.model_fields.items()
    for word in (name, field.alias or name)
    if re.search("[A-Z_]", word)
} | {"storeFrontCode", "params"}


@pytest.mark.parametrize("path", of("domain"), ids=name_of)
def test_the_domain_has_no_word_of_the_wire(path: Path) -> None:
    assert "lineId" in WIRE_WORDS
    assert "cancel_id" in WIRE_WORDS
    said = texts(path)
    assert not [text for text in said if WIRE_WORDS & set(re.findall(r"\w+", text))]
    assert not [text for text in said if text.startswith(("hepsiglobal#", "trendyol#"))]


PREFIX = re.compile(r"[A-Z]+#")
PREFIXES = {found[0] for path in KEYS for text in texts(path) if (found := PREFIX.match(text))}


def test_the_prefixes_of_keys_are_these() -> None:
    assert {prefix.removesuffix("#") for prefix in PREFIXES} == {
        "PACKAGE", "CANCELLATION", "ORDER", "CREATED", "EVENT", "SELLER", "SUBSCRIBER", "SUBSCRIPTION", "TRACK",
        "WAITING", "DELIVERY", "ATTEMPT", "CIRCUIT", "CREDENTIAL", "RANGE", "TRACKING",
    }  # fmt: skip


@pytest.mark.parametrize("path", [*MODULES, *FUNCTIONS], ids=name_of)
def test_one_place_knows_the_keys(path: Path) -> None:
    if path not in KEYS:
        assert not [text for text in texts(path) if text.startswith(tuple(PREFIXES))]


# What a write of an order, its events, its packages' births and its pointers is made with.
OF_AN_ORDERS_CHANGE = {
    "cleave.store.orders.write_order",
    "cleave.store.orders.put_pointer",
    "cleave.store.events.create_event",
    "cleave.store.packages.package_item",
    "cleave.store.packages.state_attributes",
}


@pytest.mark.parametrize("path", [*MODULES, *FUNCTIONS], ids=name_of)
def test_one_place_writes_what_changes_an_order(path: Path) -> None:
    found = set(imported(path))
    if path == PACKAGE / "store/changes.py":
        assert found >= OF_AN_ORDERS_CHANGE
        return
    assert not found & OF_AN_ORDERS_CHANGE
    is_creation = path == PACKAGE / "store/created_orders.py"
    assert ("cleave.store.changes.change_writes" in found) == is_creation


@pytest.mark.parametrize("path", [*MODULES, *FUNCTIONS], ids=name_of)
def test_a_role_is_compared_as_a_role(path: Path) -> None:
    compared = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Compare | ast.Match)]
    of_roles = [node for node in compared if re.search(r"\brole\b", ast.unparse(node))]
    said = [part.value for node in of_roles for part in ast.walk(node) if isinstance(part, ast.Constant)]
    assert not set(said) & {role.value for role in Role}


def test_nothing_is_written_into_traces() -> None:
    """X-Ray's segments are Lambda's and API Gateway's own; what we add to one, whoever reads traces could read."""
    for path in (*MODULES, *FUNCTIONS):
        assert not [
            name for name in imported(path) if re.search("x_?ray|tracer|tracing|telemetry", name, re.IGNORECASE)
        ]


def test_a_handler_has_about_25_lines() -> None:
    assert FUNCTIONS
    assert not [path for path in FUNCTIONS if len(path.read_text().splitlines()) > 35]
