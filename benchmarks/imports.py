"""What a function's init consists of: the time that each library's modules take to be imported."""

import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from statistics import median

from benchmarks import builds
from benchmarks.report import table
from benchmarks.sandbox import RIC_PYTHON, Function, environment_of
from benchmarks.scale import Scale, interleave

_NAMES = ("CancelPackage", "OrderCancel", "GetShipmentPackages", "GetOrderTimeline", "DeliverWebhook", "PackageStream")
_GROUPS = {
    "botocore": ("botocore", "boto3", "s3transfer", "urllib3", "dateutil", "jmespath", "six"),
    "pydantic": ("pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"),
    "Powertools": ("aws_lambda_powertools",),
    "own modules": ("cleave", "app"),
}
_CLIENT, _STANDARD, _START = "DynamoDB's client", "standard library", "start of Python"
_COLUMNS = (_START, _STANDARD, "botocore", _CLIENT, "pydantic", "Powertools", "own modules")
# An empty module of Python's own: what comes before it is Python's start.
_MARK = "__hello__"
_PROGRAM = f"import sys, {_MARK}; import app"
# Its import makes the client, as Lambda's init does.
_MAKES_CLIENT = "cleave.entry.resources"

type Shares = Mapping[str, float]


def imports(scale: Scale, environment: dict[str, str]) -> str:
    """A table of milliseconds, by function and library."""
    functions = {name: builds.cleave(name, environment) for name in (_NAMES[:1] if scale.quick else _NAMES)}
    functions["the usual way"] = builds.usual(environment, compiled=True)
    runs = interleave(scale.pick(1, 3, 7), {name: partial(_shares, each) for name, each in functions.items()})
    rows = [
        (name, *(f"{median(each.get(group, 0) for each in runs[name]):.0f}" for group in _COLUMNS)) for name in runs
    ]
    return (
        "What init consists of, in milliseconds, by Python's own account of imports (which makes them slower; all have "
        "byte code):\n\n"
    ) + table(("function", *_COLUMNS), rows)


def _shares(function: Function) -> Shares:
    result = subprocess.run(
        [str(RIC_PYTHON), "-X", "importtime", "-c", _PROGRAM],
        env={**environment_of(function), "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"},
        cwd=function.path[0],
        capture_output=True,
        text=True,
        check=True,
    )
    return _by_group(result.stderr.splitlines())


def _by_group(lines: Sequence[str]) -> Shares:
    """Each line: ``import time: self µs | cumulative µs | module``."""
    spent: Counter[str] = Counter()
    started = False
    for line in lines:
        if not line.startswith("import time:") or "self [us]" in line:
            continue
        own, _, module = line.removeprefix("import time:").split("|")
        group = _group(module.strip()) if started else _START
        spent[group] += int(own)
        started = started or module.strip() == _MARK
    return {group: micros / 1000 for group, micros in spent.items()}


def _group(module: str) -> str:
    if module == _MAKES_CLIENT:
        return _CLIENT
    top = module.partition(".")[0]
    return next((group for group, names in _GROUPS.items() if top in names), _STANDARD)
