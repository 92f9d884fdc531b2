"""The local engine: MiniStack on a free port of 127.0.0.1, with the template's roles enforced."""

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from cleave_cli import engine_main, environment, paths
from cleave_cli.errors import EngineError
from cleave_cli.processes import KeptProcess, last_lines

START_SECONDS = 60.0
ATTEMPTS = 3  # a port that is free now may be taken by the time the engine wants it


@dataclass(frozen=True)
class Engine:
    endpoint: str
    process: KeptProcess
    log: Path

    def wait(self) -> None:
        """Block while the engine runs. Its end is an error, because no one stopped it."""
        self.process.wait()
        raise EngineError(f"The local engine has stopped by itself. Its last words:\n{last_lines(self.log)}")


@contextmanager
def running_engine(state: paths.StateDir, port: int | None = None) -> Iterator[Engine]:
    """Run an engine for as long as the block runs, on a free port if none is asked for; nothing of it is left
    afterwards."""
    engine = _start(state, port)
    try:
        yield engine
    finally:
        engine.process.stop()


def _start(state: paths.StateDir, port: int | None) -> Engine:
    if port is not None and _is_taken(port):
        raise EngineError(f"Port {port} of 127.0.0.1 is in use.")
    state.path.mkdir(parents=True, exist_ok=True)
    state.engine_log.write_bytes(b"")
    for _ in range(ATTEMPTS):
        engine = _launch(state, port or free_port())
        if _becomes_healthy(engine):
            return engine
        engine.process.stop()
    raise EngineError(f"The local engine did not start. Its last words:\n{last_lines(state.engine_log)}")


def _launch(state: paths.StateDir, port: int) -> Engine:
    shutil.rmtree(state.engine_files, ignore_errors=True)
    state.engine_files.mkdir(parents=True, mode=0o700)
    process = KeptProcess(
        [str(paths.ENGINE_PYTHON), engine_main.__file__, str(paths.LAMBDA_PYTHON)],
        environment=environment.for_engine(port, state.engine_files),
        log=state.engine_log,
        remove=[state.engine_files, state.local_json],
    )
    return Engine(f"http://127.0.0.1:{port}", process, state.engine_log)


def _becomes_healthy(engine: Engine) -> bool:
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(base_url=engine.endpoint, trust_env=False, timeout=2) as client:
        while time.monotonic() < deadline and engine.process.poll() is None:
            if _is_healthy(client):
                return True
            time.sleep(0.05)
    return False


def _is_healthy(client: httpx.Client) -> bool:
    try:
        return client.get("/_ministack/health").is_success
    except httpx.TransportError:
        return False


def _is_taken(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
