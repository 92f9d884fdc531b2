"""Imports each handler from the built layers and nothing else. Run by a bare Python 3.13, isolated.

python -I -S bare_imports.py BUILD FUNCTION ...; prints, as JSON, what failed, and what came from elsewhere.
"""

import importlib
import json
import os
import sys
import sysconfig
from pathlib import Path

LAYERS = ("DependenciesLayer", "CleaveLayer")


def main() -> None:
    """One after the other: all that they share is in the layers, which every function has."""
    build = Path(sys.argv[1])
    os.environ.update(AWS_REGION="eu-central-1", AWS_DEFAULT_REGION="eu-central-1", TABLE_NAME="table")
    sys.path[:0] = [str(build / layer / "python") for layer in LAYERS]
    found = {name: failure(build / name) for name in sys.argv[2:]}
    found["elsewhere"] = " ".join(elsewhere(build))
    print(json.dumps({name: what for name, what in found.items() if what}))  # noqa: T201 - read by the test


def failure(function: Path) -> str:
    """What keeps its handler from being imported, as Lambda does it; empty for nothing."""
    sys.path.insert(0, str(function))
    importlib.invalidate_caches()
    try:
        module = importlib.import_module("app")
        return "" if callable(module.handler) and module.__file__ == str(function / "app.py") else "no handler"
    except Exception as error:  # noqa: BLE001 - told by the test
        return f"{type(error).__name__}: {error}"
    finally:
        sys.modules.pop("app", None)
        sys.path.remove(str(function))


def elsewhere(build: Path) -> list[str]:
    """Modules that are neither Python's own nor of the build."""
    own = (str(build), sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), __file__)
    files = [getattr(each, "__file__", None) for each in [*sys.modules.values()]]
    return [file for file in files if file and not file.startswith(own)]


if __name__ == "__main__":
    main()
