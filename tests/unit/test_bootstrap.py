"""Setting up leaves alone what is not this checkout's."""

import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from cleave_cli import bootstrap

pytestmark = pytest.mark.machine

NAME = ".venv-linked"


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another checkout's environment, which this one has a link to."""
    environment = tmp_path / "theirs"
    environment.mkdir()
    (environment / bootstrap.STAMP).write_text("made for another checkout")
    (tmp_path / NAME).symlink_to(environment)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "UV_ENVIRONMENT", tmp_path / NAME)
    monkeypatch.setattr(bootstrap, "run", run)
    return environment


def run(command: list[str]) -> None:
    """Of all that setting up runs, only making an environment matters here."""
    if command[1] == "venv":
        Path(command[-1]).mkdir()


@pytest.mark.parametrize(
    "ensure", [bootstrap.ensure_uv, lambda: bootstrap.ensure_environment(NAME, None, "a test")], ids=["uv", "other"]
)
def test_an_environment_that_is_a_link_is_made_anew_beside_what_it_led_to(
    theirs: Path, ensure: Callable[[], None]
) -> None:
    ensure()
    assert not (theirs.parent / NAME).is_symlink()
    assert (theirs.parent / NAME / bootstrap.STAMP).is_file()
    assert [(each.name, each.read_text()) for each in theirs.iterdir()] == [
        (bootstrap.STAMP, "made for another checkout")
    ]


@pytest.mark.parametrize("left", ["a link to nothing", "a program that fails"])
def test_an_environment_whose_interpreter_has_gone_is_made_anew(
    left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "find_python", lambda: "a python")
    ran: list[str] = []
    monkeypatch.setattr(bootstrap, "run", lambda command: ran.append(command[1]))
    python = tmp_path / NAME / "bin" / "python3.13"
    python.parent.mkdir(parents=True)
    bootstrap.finish(tmp_path / NAME, bootstrap.fingerprint(None, str(tmp_path)), "a test", 0.0)
    python.symlink_to(sys.executable)
    bootstrap.ensure_environment(NAME, None, "a test")
    assert ran == []
    python.unlink()
    python.symlink_to("/bin/false" if left == "a program that fails" else "/nowhere/python3.13")
    bootstrap.ensure_environment(NAME, None, "a test")
    assert ran == ["venv"]


def test_a_uv_that_has_gone_is_installed_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "UV_ENVIRONMENT", tmp_path / NAME)
    monkeypatch.setattr(bootstrap, "UV", tmp_path / NAME / "bin" / "uv")
    monkeypatch.setattr(venv, "create", lambda folder, **_: (folder / "bin").mkdir(parents=True, exist_ok=True))
    ran: list[str] = []
    monkeypatch.setattr(bootstrap, "run", lambda command: ran.append(command[3]))
    bootstrap.ensure_uv()
    bootstrap.ensure_uv()
    assert ran == ["install", "install"], "nothing installed it"
    bootstrap.UV.symlink_to("/bin/true")
    bootstrap.ensure_uv()
    assert ran == ["install", "install"]


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A uv that knows of a Python once it has fetched it, and fetches it if the file ``network`` is there."""
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "UV", tmp_path / "uv")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    script = """#!/bin/sh
cd "$(dirname "$0")"
case "$1 $2" in
  "python find") test -e fetched && echo /fetched/python3.13 ;;
  "python install") test -e network && touch fetched ;;
esac
"""
    (tmp_path / "uv").write_text(script)
    (tmp_path / "uv").chmod(0o755)
    return tmp_path


def test_a_python_that_is_there_is_taken(uv: Path) -> None:
    (uv / "fetched").touch()
    assert bootstrap.find_python() == "/fetched/python3.13"


def test_the_newest_of_pyenv_is_taken_where_path_has_none(uv: Path) -> None:
    for version, program in (("3.13.0", sys.executable), ("3.13.1", sys.executable), ("3.13.2", "/bin/false")):
        folder = uv / f"pyenv/versions/{version}/bin"
        folder.mkdir(parents=True)
        (folder / "python3.13").symlink_to(program)  # the newest has broken
    assert bootstrap.find_python() == str(uv / "pyenv/versions/3.13.1/bin/python3.13")


def test_one_is_fetched_where_there_is_none(uv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (uv / "network").touch()
    assert bootstrap.find_python() == "/fetched/python3.13"
    said = capsys.readouterr()
    assert "having uv fetch one" in said.out + said.err


def test_where_none_can_be_fetched_it_is_said_what_to_install(uv: Path) -> None:
    assert not (uv / "network").exists()
    with pytest.raises(bootstrap.SetupError, match=r"^[^\n]*Install it and run make again[^\n]*$"):
        bootstrap.find_python()


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "HOME"])
def test_uv_has_a_cache_where_home_cannot_be_written_to(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    home = tmp_path / "home"
    home.write_text("no folder, so that root cannot write into it either")
    monkeypatch.setenv("HOME", str(home))
    variables = {variable: str(home / "below")}
    assert bootstrap.with_room_for_uv(variables) == {
        **variables,
        "XDG_CACHE_HOME": str(tmp_path / ".venv-home/cache"),
        "UV_PYTHON_INSTALL_DIR": str(tmp_path / ".venv-home/python"),
    }


def test_a_cache_that_can_be_written_to_stays_where_it_is(tmp_path: Path) -> None:
    variables = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": "/usr/bin"}
    assert bootstrap.with_room_for_uv(variables) == variables
