"""What is measured, built: Cleave by `sam build` as ever, the baselines beside it."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from cleave_cli import build, environment, paths
from cleave_cli.processes import last_lines, run_to_end

from benchmarks.sandbox import Function

BASELINES = Path(__file__).parent / "baselines"
FOLDER = paths.ROOT / ".cleave/benchmarks"
_PINS = paths.ROOT / "layers/dependencies/requirements.txt"
_STAMP = FOLDER / "inputs.sha256"
DEPENDENCIES = paths.SAM_BUILD / "DependenciesLayer/python"
_LAYERS = [paths.SAM_BUILD / "CleaveLayer/python", DEPENDENCIES]


def build_all() -> None:
    """Everything, unless it was built of what is here now."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not build.is_built():
        build.build(FOLDER / "sam.log")
    digest = _digest()
    if not _STAMP.is_file() or _STAMP.read_text() != digest:
        _build_usual()
        _STAMP.write_text(digest)


def cleave(function: str, variables: dict[str, str]) -> Function:
    """A function by its logical id in the template, without the word Function."""
    return Function([paths.SAM_BUILD / f"{function}Function", *_LAYERS], variables)


def bare(variables: dict[str, str], *, our_layer: bool = True) -> Function:
    """Baseline (a) with Cleave's own layer, whose data is trimmed; or with boto3 as it is installed, compiled."""
    return Function([BASELINES / "bare", DEPENDENCIES if our_layer else FOLDER / "compiled"], variables)


def usual(variables: dict[str, str], *, compiled: bool = False) -> Function:
    """Baseline (b), as `sam build` leaves it, or with byte code."""
    return Function([FOLDER / ("compiled" if compiled else "usual/.aws-sam/build/UsualFunction")], variables)


def _build_usual() -> None:
    source = FOLDER / "usual"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(BASELINES, source, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(_PINS, source / "usual/requirements.txt")
    log = FOLDER / "usual.log"
    command = [str(paths.SAM), "build", "--template", str(source / "template.yaml")]
    command += ["--build-dir", str(source / ".aws-sam/build"), "--cache-dir", str(source / ".aws-sam/cache")]
    if run_to_end(command, environment=environment.for_sam(endpoint=None), log=log) != 0:
        raise RuntimeError(f"sam build failed:\n{last_lines(log)}")
    _compile(source / ".aws-sam/build/UsualFunction", FOLDER / "compiled")


def _compile(built: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(built, target)
    mode = ["--invalidation-mode", "unchecked-hash"]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *mode, str(target)], check=True)


def _digest() -> str:
    inputs = [_PINS, *sorted(BASELINES.rglob("*.py")), BASELINES / "template.yaml"]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in inputs)).hexdigest()


def size_mib(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20


def layer_folders() -> dict[str, Path]:
    """Cleave's layers by name."""
    return {"CleaveLayer": _LAYERS[0].parent, "DependenciesLayer": DEPENDENCIES.parent}
