"""Make the environments that everything else runs in; nothing but a standard Python is needed for it.

This is the one file of the program that runs before the program is installed: as a plain script, on whatever
Python (3.9 or newer) the machine has. So it imports the standard library only.

Written by hand, though uv syncs a project: uv itself has to be installed first, by its hash; SAM and the engine pin
other versions of what we use, and `uv sync` makes one environment; and its lock file holds addresses of registries.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import venv
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
UV_ENVIRONMENT = ROOT / ".venv-uv"
UV = UV_ENVIRONMENT / "bin" / "uv"
STAMP = "cleave-setup.sha256"

# Several, because aws-sam-cli and ministack pin other versions of what we use, and because the engine must run
# the functions on a Python without any packages: what a layer lacks has to be missing here too.
ENVIRONMENTS = {
    ".venv": (REQUIREMENTS / "dev.txt", "tools and tests"),
    ".venv-sam": (REQUIREMENTS / "sam.txt", "SAM CLI"),
    ".venv-engine": (REQUIREMENTS / "engine.txt", "local engine"),
    ".venv-ric": (REQUIREMENTS / "ric.txt", "Lambda's runtime client"),
    ".venv-lambda": (None, "the functions' own Python"),
}

NO_PYTHON = (
    "Cleave needs Python 3.13, which its functions run on, and uv could neither find nor fetch one. Install it and run "
    "make again: apt install python3.13-venv (Debian 13 and newer), pyenv install 3.13, or, where a mirror of uv's "
    "Pythons can be reached, UV_PYTHON_INSTALL_MIRROR=… make"
)


class SetupError(Exception):
    """Setup cannot go on; the message tells the person what to do."""


def main() -> int:
    """Bring every environment up to its requirement files; quick when there is nothing to do."""
    try:
        ensure_uv()
        for name, (requirements, purpose) in ENVIRONMENTS.items():
            ensure_environment(name, requirements, purpose)
    except SetupError as error:
        say(str(error))
        return 1
    return 0


def say(message: str) -> None:
    """Tell the person; standard error keeps the output of `make` targets clean."""
    sys.stderr.write(message.rstrip() + "\n")
    sys.stderr.flush()


def ensure_uv() -> None:
    """Install the pinned uv in an environment of its own."""
    requirements = REQUIREMENTS / "uv.txt"
    wanted = fingerprint(requirements, str(ROOT))
    if is_current(UV_ENVIRONMENT, wanted) and starts(UV, "--version"):
        return
    started = time.monotonic()
    drop_link(UV_ENVIRONMENT)
    venv.create(UV_ENVIRONMENT, with_pip=True, clear=True)
    pip = [str(UV_ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    run([*pip, "--requirement", str(requirements)])
    finish(UV_ENVIRONMENT, wanted, "uv", started)


def ensure_environment(name: str, requirements: Path | None, purpose: str) -> None:
    """Make one environment hold exactly what its requirement file pins."""
    environment = ROOT / name
    wanted = fingerprint(requirements, str(ROOT), installs_project=name == ".venv")
    if is_current(environment, wanted) and has_python(environment):
        return
    started = time.monotonic()
    drop_link(environment)
    (environment / STAMP).unlink(missing_ok=True)
    if not has_python(environment):
        create(environment)
    if requirements is not None:
        python = str(environment / "bin" / "python")
        run([str(UV), "pip", "sync", "--quiet", "--require-hashes", "--python", python, str(requirements)])
        if name == ".venv":
            install_project(python)
    finish(environment, wanted, purpose, started)


def drop_link(environment: Path) -> None:
    """Make room where a link leads to another checkout's environment: to clear it would empty that one."""
    if environment.is_symlink():
        environment.unlink()


def create(environment: Path) -> None:
    """Make an empty Python 3.13 environment.

    `.venv` is seeded with pip, because SAM's makefile builder calls `python3.13 -m pip`.
    """
    options = ["--quiet", "--clear", "--no-python-downloads", "--python", find_python()]
    if environment.name == ".venv":
        options.append("--seed")
    run([str(UV), "venv", *options, str(environment)])


def with_room_for_uv(variables: Mapping[str, str]) -> dict[str, str]:
    """If HOME cannot be written to, uv keeps its cache and the Pythons that it fetches beside the environments.

    The Makefile sets the same for everything that it starts; this is for starts without make.
    """
    cache = Path(variables.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    with suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
    if os.access(cache, os.W_OK):
        return dict(variables)
    beside = ROOT / ".venv-home"
    return {"UV_PYTHON_INSTALL_DIR": str(beside / "python"), **variables, "XDG_CACHE_HOME": str(beside / "cache")}


def find_python() -> str:
    """Find a Python 3.13, on PATH, under uv or under pyenv, which may not be on PATH; have uv fetch one otherwise."""
    return found_by_uv() or found_under_pyenv() or fetched()


def found_by_uv() -> str | None:
    """On PATH, or one that uv has fetched before."""
    find = [str(UV), "python", "find", "--no-python-downloads", "--no-project", "3.13"]
    found = subprocess.run(
        find, cwd=ROOT, env=with_room_for_uv(os.environ), capture_output=True, text=True, check=False
    )
    return found.stdout.strip() if found.returncode == 0 else None


def found_under_pyenv() -> str | None:
    """The newest one that starts. One that was moved, or built for another system, does not."""
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    candidates = sorted(pyenv.glob("versions/3.13*/bin/python3.13"), reverse=True)
    return next((str(each) for each in candidates if starts(each, "-S", "-c", "")), None)


def fetched() -> str:
    """Fetch one with uv, if the network allows it; otherwise say what to install."""
    say("  … no Python 3.13 on this machine: having uv fetch one")
    fetch = [str(UV), "python", "install", "--quiet", "--no-bin", "3.13"]
    answer = subprocess.run(fetch, cwd=ROOT, env=with_room_for_uv(os.environ), check=False)
    python = found_by_uv() if answer.returncode == 0 else None
    if python is None:
        raise SetupError(NO_PYTHON)
    say(f"  ✓ {python}")
    return python


def has_python(environment: Path) -> bool:
    """Tell whether the environment's 3.13 still starts: the interpreter that it was made of may be gone."""
    return starts(environment / "bin" / "python3.13", "-S", "-c", "")


def starts(program: Path, *arguments: str) -> bool:
    """Tell whether it is there and runs."""
    try:
        return subprocess.run([str(program), *arguments], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def install_project(python: str) -> None:
    """Install the project itself, as links to its sources."""
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--python", python]
    run([str(UV), "pip", "install", *options, "--editable", str(ROOT)])


def fingerprint(requirements: Path | None, context: str, *, installs_project: bool = False) -> str:
    """Hash an environment's inputs, so that a changed pin or a moved folder makes it again."""
    digest = hashlib.sha256(context.encode())
    for path in (requirements, ROOT / "pyproject.toml" if installs_project else None):
        digest.update(path.read_bytes() if path else b"")
    return digest.hexdigest()


def is_current(environment: Path, wanted: str) -> bool:
    """Tell whether the environment was finished with these same inputs."""
    stamp = environment / STAMP
    return stamp.is_file() and stamp.read_text() == wanted


def finish(environment: Path, wanted: str, purpose: str, started: float) -> None:
    """Write the stamp last, so that an interrupted setup is repeated."""
    (environment / STAMP).write_text(wanted)
    say(f"  ✓ {environment.name} ({purpose})  {time.monotonic() - started:.1f} s")


def run(command: list[str]) -> None:
    """Run a tool with its own output. If it fails, so do we."""
    if subprocess.run(command, cwd=ROOT, env=with_room_for_uv(os.environ), check=False).returncode != 0:
        raise SetupError(f"Setup failed at: {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main())
