"""`sam build` finds a Python 3.13 and something to install with, or says what is missing."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.template import ROOT

pytestmark = pytest.mark.machine

LAYERS = ("cleave", "dependencies")
MAKE = shutil.which("make") or "make"
SHIM = "#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n"
OLDER = "#!/bin/sh\ncase $* in *version_info*) exit 1;; *'-m pip'*) exit 0;; esac\nexit 1\n"
BARE = f'#!/bin/sh\ncase $* in *"-m pip"*|*"-m venv"*) exit 1;; esac\nexec "{sys.executable}" "$@"\n'
WITH_PIP = f'#!/bin/sh\ncase $* in *"-m pip"*) exit 0;; esac\nexec "{sys.executable}" "$@"\n'
UV = '#!/bin/sh\ncase $* in *"python find"*) echo "$UV_FINDS";; esac\nexit 0\n'


@pytest.fixture
def machine(tmp_path: Path) -> "Machine":
    """With make and a shell, and nothing else that is not put there."""
    return Machine(tmp_path)


class Machine:
    """What is on PATH, and under the folders of pyenv and uv."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"PATH": str(folder / "bin"), "HOME": str(folder), "LANG": "C.UTF-8"}

    def program(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def make(self, layer: str, target: str, *, show: str = "") -> subprocess.CompletedProcess[str]:
        """With ``show``: prints a variable after the target is made."""
        command = [
            MAKE,
            "-s",
            "-f",
            str(ROOT / "layers" / layer / "Makefile"),
            f"--eval=show: {target}; @echo '$({show})'; :",
        ]
        command.append("show" if show else target)
        environment = {**self.environment, "ARTIFACTS_DIR": str(self.folder / "built")}
        return subprocess.run(  # noqa: S603 - ours
            command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60
        )

    def found(self, layer: str) -> str:
        return self.make(layer, "python", show="PYTHON_3_13").stdout.strip()

    def installer(self) -> str:
        return self.make("dependencies", "installer", show="INSTALLER").stdout.strip()


@pytest.mark.parametrize("layer", LAYERS)
def test_a_shim_that_fails_does_not_hide_the_python_that_pyenv_has(machine: Machine, layer: str) -> None:
    machine.program("bin/python3.13", SHIM)
    machine.program(".pyenv/versions/3.13.0/bin/python3.13", BARE)
    assert machine.found(layer) == sys.executable


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(
    "place", ["bin/python3.13", "bin/python3", ".local/share/uv/python/cpython-3.13.1/bin/python3.13"]
)
def test_a_python_is_found_on_path_and_where_uv_keeps_its_own(machine: Machine, layer: str, place: str) -> None:
    machine.program(place, BARE)
    assert machine.found(layer) == sys.executable


@pytest.mark.parametrize("layer", LAYERS)
def test_uv_is_asked_and_so_is_whoever_builds(machine: Machine, layer: str) -> None:
    elsewhere = str(machine.program("elsewhere/python3.13", BARE))
    machine.environment["PYTHON"] = elsewhere
    assert machine.found(layer) == sys.executable
    del machine.environment["PYTHON"]
    assert machine.found(layer) == ""
    machine.program("bin/uv", UV)
    machine.environment["UV_FINDS"] = elsewhere
    assert machine.found(layer) == sys.executable


@pytest.mark.parametrize("layer", LAYERS)
def test_without_a_python_3_13_it_says_so_and_how_to_get_one(machine: Machine, layer: str) -> None:
    machine.program("bin/python3.13", SHIM)
    machine.program("bin/python3.11", OLDER)
    done = machine.make(layer, "python")
    assert done.returncode != 0
    assert "need Python 3.13" in done.stderr
    assert "pyenv install 3.13" in done.stderr
    assert "PYTHON=/path/to/python3.13 sam build" in done.stderr


@pytest.mark.parametrize(
    ("programs", "installer"),
    [
        ({"python3.13": WITH_PIP, "uv": UV}, f'"{sys.executable}" -m pip'),
        ({"python3.13": BARE, "uv": UV}, "uv pip"),
        ({"python3.13": BARE, "python3": OLDER}, "python3 -m pip"),
    ],
    ids=["its own pip", "uv", "another Python's pip"],
)
def test_something_is_found_that_installs(machine: Machine, programs: dict[str, str], installer: str) -> None:
    for name, text in programs.items():
        machine.program(f"bin/{name}", text)
    # What stands for Python 3.13 has no pip, whatever the one behind it has.
    machine.environment["PYTHON_3_13"] = str(machine.folder / "bin/python3.13")
    assert machine.installer() == installer.replace(sys.executable, machine.environment["PYTHON_3_13"])


def test_without_anything_that_installs_it_says_what_would_do(machine: Machine) -> None:
    machine.environment["PYTHON_3_13"] = str(machine.program("bin/python3.13", BARE))
    machine.program("bin/python3", "#!/bin/sh\nexit 1\n")
    done = machine.make("dependencies", "installer")
    assert done.returncode != 0
    assert "neither pip nor venv" in done.stderr
    assert "apt install python3.13-venv" in done.stderr


def test_both_layers_look_in_the_same_places() -> None:
    looks = [
        (ROOT / "layers" / layer / "Makefile").read_text().split("$(shell for ")[1].split("done)")[0]
        for layer in LAYERS
    ]
    assert looks[0] == looks[1]


def test_the_layer_keeps_the_data_of_every_service_that_is_called_and_of_no_other() -> None:
    """A client of a service whose data was left out cannot even be made."""
    makefile = (ROOT / "layers/dependencies/Makefile").read_text()
    kept = re.search(r"^SERVICES = (.*)$", makefile, re.MULTILINE)
    assert kept is not None
    sources = [*(ROOT / "layers/cleave").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    called = {name for path in sources for name in clients_in(ast.parse(path.read_text()))}
    assert kept[1].split() == sorted(called)


def clients_in(tree: ast.Module) -> Iterator[str]:
    """The services that calls of something called ``client`` name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "client":
            named = ast.walk(node.args[0])
            yield from (each.value for each in named if isinstance(each, ast.Constant) and isinstance(each.value, str))
