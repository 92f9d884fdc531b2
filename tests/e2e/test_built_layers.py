"""What `sam build` made runs on a Python 3.13 with nothing else, and on both architectures as far as files tell."""

import json
import os
import re
import struct
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from cleave_cli.paths import SAM_BUILD
from cleave_cli.stack import LocalStack

from tests.support.template import ROOT, resources

pytestmark = pytest.mark.machine

FUNCTIONS = sorted(resources("AWS::Serverless::Function"))
# ELF's numbers of machines, by what a wheel's file names call them.
MACHINES = {"x86_64": 62, "aarch64": 183}
# Amazon Linux 2023, on which Lambda's Python 3.13 runs, has this C library.
GLIBC = (2, 34)


@pytest.fixture(scope="module")
def build(stack: LocalStack) -> Path:
    """Where it is; the stack was deployed from it."""
    del stack
    return SAM_BUILD


def bare_python() -> str:
    """The interpreter behind our environment, which has no packages of ours."""
    return str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")


def test_every_handler_is_imported_from_the_layers_alone(build: Path) -> None:
    script = ROOT / "tests/support/bare_imports.py"
    done = subprocess.run(  # noqa: S603 - ours
        [bare_python(), "-I", "-S", "-B", script, build, *FUNCTIONS],
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}


def modules(build: Path) -> dict[str, dict[str, Path]]:
    """Compiled modules of the layer: architecture to the module's name to its file."""
    found: defaultdict[str, dict[str, Path]] = defaultdict(dict)
    layer = build / "DependenciesLayer" / "python"
    for path in layer.rglob("*.so*"):
        named = re.fullmatch(r"(\w+)\.cpython-313-(x86_64|aarch64)-linux-gnu\.so", path.name)
        assert named, f"{path}: a compiled module that does not say its architecture shadows the other one"
        found[named[2]][str(path.relative_to(layer).with_name(named[1]))] = path
    return dict(found)


def test_every_compiled_module_is_there_for_both_architectures_and_is_what_its_name_says(build: Path) -> None:
    found = modules(build)
    assert found.keys() == MACHINES.keys()
    x86, arm = (found[each] for each in MACHINES)
    assert x86.keys() == arm.keys() != set()
    for architecture, paths in found.items():
        for path in paths.values():
            head = path.read_bytes()[:20]
            assert head[:4] == b"\x7fELF", path
            (machine,) = struct.unpack("<H", head[18:20])
            assert machine == MACHINES[architecture], path


def test_no_compiled_module_wants_a_newer_c_library_than_lambda_has(build: Path) -> None:
    for paths in modules(build).values():
        for path in paths.values():
            wanted = {tuple(map(int, each.split(b"."))) for each in re.findall(rb"GLIBC_(\d+\.\d+)", path.read_bytes())}
            assert max(wanted, default=(0, 0)) <= GLIBC, path


def test_every_module_that_we_wrote_or_took_comes_with_byte_code(build: Path) -> None:
    """Lambda cannot write it; without it a first call takes twice as long."""
    for layer in ("DependenciesLayer", "CleaveLayer"):
        for source in (build / layer / "python").rglob("*.py"):
            assert (source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc").exists(), source
