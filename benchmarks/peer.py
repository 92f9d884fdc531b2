"""The same load on Restate, a durable-execution engine, in turns with Cleave."""

import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from cleave_cli.engine import free_port
from cleave_cli.paths import ROOT
from cleave_cli.processes import KeptProcess, last_lines
from cleave_cli.receiver import Received, Receiver, running_receiver

from benchmarks.builds import FOLDER
from benchmarks.cleave_service import this_cleave
from benchmarks.flow import rates, rows, take_turns
from benchmarks.load import Measured, Service, p50
from benchmarks.report import Budget, budgets
from benchmarks.scale import Scale, say

TITLE = "Beside a peer"
_OURS, _THEIRS = "Cleave", "Restate"
_HERE = Path(__file__).parent / "restate"
_ENVIRONMENT = ROOT / ".venv-peer"
_START_SECONDS = 60.0
_INTRO = (
    "The same job on [Restate](https://restate.dev), in as little code as does it honestly "
    "([service.py](restate/service.py)): an order object takes units, splits after a quiet period of 250 ms, and "
    "hands two signed webhooks to an object that sends them in order. Both run in turns on this machine, with the "
    "same orders, callers and receiver. Restate's engine is Rust and keeps its log in RocksDB. Cleave runs on the "
    "local emulator of AWS, in Python, with a process for each function. So this compares what a developer sees on a "
    "laptop, not services in the cloud.\n"
)


@dataclass
class Restate:
    """Implements ``benchmarks.load.Service``."""

    http: httpx.Client
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def new_order(self) -> str:
        number = f"R{next(self.numbers)}"
        self._post(number, "create", {str(line): 6 for line in range(5)})
        return number

    def cancel(self, order: str, number: int) -> None:
        """Its idempotency key is Restate's own."""
        self._post(order, "cancel", {str(number % 5): 1}, {"idempotency-key": f"{order}-{number}"})

    def order_of(self, request: Received) -> str:
        """As our own service says it."""
        return str(json.loads(request.body)["order"])

    def _post(self, order: str, handler: str, body: object, headers: dict[str, str] | None = None) -> None:
        self.http.post(f"/Order/{order}/{handler}", json=body, headers=headers).raise_for_status()


def run(scale: Scale) -> str:
    """The section; where Restate cannot be fetched, it says so."""
    npm = shutil.which("npm")
    if npm is None:
        return f"{_INTRO}\nNot measured: there is no npm to fetch Restate's server with.\n"
    server = _fetch(npm)
    with ExitStack() as stack:
        receivers = {name: stack.enter_context(running_receiver()) for name in (_OURS, _THEIRS)}
        say("deploying Cleave, starting Restate")
        services: dict[str, Service] = {
            _OURS: stack.enter_context(this_cleave(receivers[_OURS])),
            _THEIRS: stack.enter_context(_restate(server, receivers[_THEIRS])),
        }
        turns = take_turns(scale, services, receivers)
    return "\n".join(
        [_INTRO, budgets([_budget(turns)]), rows(turns), rates(turns), (_HERE / "differences.md").read_text()]
    )


def _budget(turns: dict[str, list[Measured]]) -> Budget:
    ours, theirs = (p50([each.second for turn in turns[name] for each in turn.singles]) for name in (_OURS, _THEIRS))
    what = "a cancel alone to its second webhook: p50, vs. Restate"
    return Budget(what, f"{ours:.0f} ms", f"{theirs:.0f} ms", ours / theirs, 2)


def _fetch(npm: str) -> Path:
    """The server's binary and Python's environment, each by pins with hashes; only what is not there yet."""
    folder = FOLDER / "restate"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_HERE / name, folder)
    if not any(_servers(folder)):
        say("fetching Restate's server")
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    uv, python = str(ROOT / ".venv-uv/bin/uv"), str(_ENVIRONMENT / "bin/python")
    make = [uv, "venv", "--quiet", "--allow-existing", "--python", str(ROOT / ".venv/bin/python"), str(_ENVIRONMENT)]
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, str(ROOT / "requirements/peer.txt")]
    for command in (make, sync):
        subprocess.run(command, check=True)
    return next(_servers(folder))


def _servers(folder: Path) -> Iterator[Path]:
    return folder.glob("node_modules/@restatedev/*/bin/restate-server")


@contextmanager
def _restate(server: Path, receiver: Receiver) -> Iterator[Restate]:
    with TemporaryDirectory() as data, ExitStack() as stack:
        ports = {name: free_port() for name in ("service", "ingress", "admin", "node")}
        for process in (_service(ports, receiver), _server(server, ports, Path(data))):
            stack.callback(process.stop)
        _register(ports)
        http = httpx.Client(base_url=f"http://127.0.0.1:{ports['ingress']}", trust_env=False, timeout=30)
        yield Restate(stack.enter_context(http))


def _service(ports: dict[str, int], receiver: Receiver) -> KeptProcess:
    command = [str(_ENVIRONMENT / "bin/hypercorn"), "service:app", "--bind", f"127.0.0.1:{ports['service']}"]
    environment = {"PATH": os.defpath, "PYTHONPATH": str(_HERE), "RECEIVER_URL": receiver.url, "NO_PROXY": "*"}
    return KeptProcess(command, environment=environment, log=FOLDER / "restate-service.log", folder=_HERE)


def _server(server: Path, ports: dict[str, int], data: Path) -> KeptProcess:
    environment = {
        "PATH": os.defpath,
        "HOME": str(data),
        "DO_NOT_TRACK": "1",
        "RESTATE_LISTEN_MODE": "tcp",
        "RESTATE_INGRESS__BIND_ADDRESS": f"127.0.0.1:{ports['ingress']}",
        "RESTATE_ADMIN__BIND_ADDRESS": f"127.0.0.1:{ports['admin']}",
        "RESTATE_BIND_ADDRESS": f"127.0.0.1:{ports['node']}",
    }
    command = [str(server), "--base-dir", str(data / "restate"), "--no-logo"]
    return KeptProcess(command, environment=environment, log=FOLDER / "restate-server.log", folder=data)


def _register(ports: dict[str, int]) -> None:
    """Tell the server where the service is, as soon as both are there."""
    deadline = time.monotonic() + _START_SECONDS
    body = {"uri": f"http://127.0.0.1:{ports['service']}"}
    while True:
        try:
            httpx.post(f"http://127.0.0.1:{ports['admin']}/deployments", json=body, trust_env=False).raise_for_status()
        except httpx.HTTPError as error:
            if time.monotonic() > deadline:
                raise RuntimeError(f"Restate did not start:\n{last_lines(FOLDER / 'restate-server.log')}") from error
            time.sleep(0.5)
        else:
            return
