"""A function in a fresh process under AWS's runtime interface emulator and client, as Lambda starts it."""

import json
import os
import platform
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from cleave_cli.engine import free_port
from cleave_cli.environment import REGION, ROOT_CREDENTIALS
from cleave_cli.paths import ROOT

RIC_PYTHON = ROOT / ".venv-ric/bin/python"
_RIE = ROOT / ".venv-sam/lib/python3.13/site-packages/samcli/local/rapid"
_MACHINES = {"x86_64": "x86_64", "aarch64": "arm64"}
_PATH = "/2015-03-31/functions/function/invocations"
_INIT = re.compile(rb"INIT REPORT\(durationMs: ([\d.]+)\)")
_START_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Function:
    """``path`` is what it may import from, its own folder first."""

    path: Sequence[Path]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ColdStart:
    """Milliseconds: of the init phase by the emulator's count, of the first answer as its caller waits for it (init
    included), and of the process' CPU until then; and its peak memory in MiB."""

    init: float
    first: float
    cpu: float
    peak: float


def cold_start(function: Function, event: object, *, must_succeed: bool = True) -> ColdStart:
    """Start it, have it answer once, end it."""
    with TemporaryFile() as log, _emulator(function, log) as (process, port):
        started = time.perf_counter()
        answer = _invoke(port, event)
        first = (time.perf_counter() - started) * 1000
        if must_succeed and _failed(answer):
            log.seek(0)
            raise RuntimeError(f"{answer}\n{log.read().decode(errors='replace')}")
        (runtime,) = _children(process.pid)
        log.seek(0)
        init = _INIT.search(log.read())
        return ColdStart(float(init[1]) if init else 0, first, _cpu_ms(runtime), _peak_mib(runtime))


def _failed(answer: Any) -> bool:  # noqa: ANN401 - whatever the function answers
    return not isinstance(answer, dict) or "errorType" in answer or answer.get("statusCode", 200) >= 500


@contextmanager
def _emulator(function: Function, log: IO[bytes]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port, runtime_port = free_port(), free_port()
    emulator = _RIE / f"aws-lambda-rie-{_MACHINES[platform.machine()]}"
    addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
    addresses += ["--runtime-api-address", f"127.0.0.1:{runtime_port}"]
    runtime = [str(RIC_PYTHON), "-m", "awslambdaric", "app.handler"]
    process = subprocess.Popen(
        [str(emulator), "--log-level", "info", *addresses, *runtime],
        env=environment_of(function),
        cwd=function.path[0],
        stdout=log,
        stderr=log,
    )
    try:
        _wait_for(port)
        yield process, port
    finally:
        for child in _children(process.pid):
            os.kill(child, 9)
        process.kill()
        process.wait()


def environment_of(function: Function) -> dict[str, str]:
    """The variables of its process, as far as Lambda sets them."""
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join(str(path) for path in function.path),
        "LAMBDA_TASK_ROOT": str(function.path[0]),
        "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "30",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "NO_PROXY": "*",
        **ROOT_CREDENTIALS,
        "PYTHONDONTWRITEBYTECODE": "1",  # nobody can write beside the code in Lambda
        **function.environment,
    }


def _invoke(port: int, event: object) -> Any:  # noqa: ANN401 - whatever the function answers
    request = urllib.request.Request(f"http://127.0.0.1:{port}{_PATH}", json.dumps(event).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - ours
        return json.loads(answer.read())


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    raise TimeoutError("the runtime interface emulator did not start")


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _cpu_ms(pid: int) -> float:
    """Of all its threads, as the scheduler counts it: the usual clock ticks only every 10 ms."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6


def _peak_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
