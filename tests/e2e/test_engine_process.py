"""Starting and ending: one stack per folder, nothing left behind however it ends, nothing open to others.

No test here deploys: they end the program while it is still starting, which is also the harder case.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cleave_cli.deploy import engine_session
from cleave_cli.engine import running_engine
from cleave_cli.paths import SAM, TOOLS, StateDir

from tests.support.processes import (
    descendants,
    eventually,
    is_alive,
    listening_addresses,
    processes_mentioning,
)

CLEAVE = str(TOOLS / "cleave")
LOOPBACK = "0100007F"  # 127.0.0.1 in /proc/net/tcp

pytestmark = [
    pytest.mark.machine,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
]


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    """A folder whose name shows up in the command line of each process of its stack."""
    return StateDir(tmp_path / "state")


@pytest.fixture
def starting(state: StateDir) -> Iterator[subprocess.Popen[str]]:
    """``cleave up``, with its engine running and the rest under way."""
    command = [CLEAVE, "up", "--state", str(state.path)]
    process = subprocess.Popen(  # noqa: S603  (the program under test)
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert eventually(lambda: engine_is_ready(state)), "the engine did not start"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=90)


def engine_is_ready(state: StateDir) -> bool:
    return state.engine_log.exists() and "running on" in state.engine_log.read_text()


def nothing_is_left(state: StateDir) -> bool:
    return not processes_mentioning(str(state.path)) and not state.engine_files.exists()


def test_kill_9_leaves_no_process_and_no_engine_files(starting: subprocess.Popen[str], state: StateDir) -> None:
    assert eventually(lambda: is_busy_with_sam(starting.pid))
    started = descendants(starting.pid)
    starting.kill()
    starting.wait()
    assert eventually(lambda: not any(is_alive(pid) for pid in started)), started
    assert eventually(lambda: nothing_is_left(state)), processes_mentioning(str(state.path))


def is_busy_with_sam(pid: int) -> bool:
    return any(str(SAM) in command and "keeper" not in command for command in descendants(pid).values())


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_being_asked_to_stop_says_so_and_leaves_nothing(
    starting: subprocess.Popen[str], state: StateDir, ending: signal.Signals
) -> None:
    starting.send_signal(ending)
    output, _ = starting.communicate(timeout=90)
    assert "nothing is left running" in output
    assert starting.returncode != 0
    assert nothing_is_left(state), processes_mentioning(str(state.path))
    assert not state.local_json.exists()


def test_a_second_start_in_the_same_folder_names_the_first(starting: subprocess.Popen[str], state: StateDir) -> None:
    second = subprocess.run(  # noqa: S603  (the program under test)
        [CLEAVE, "up", "--state", str(state.path)], capture_output=True, text=True, check=False, timeout=90
    )
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert str(starting.pid) in second.stderr
    assert starting.poll() is None


def test_the_lock_of_a_crashed_run_holds_nobody_up(starting: subprocess.Popen[str], state: StateDir) -> None:
    starting.kill()
    starting.wait()
    assert json.loads(state.lock.read_text())["pid"] == starting.pid
    with running_engine(state) as engine:
        assert engine.process.poll() is None


def test_the_engine_listens_on_loopback_only(state: StateDir) -> None:
    with running_engine(state):
        (keeper,) = processes_mentioning(str(state.engine_files))
        assert listening_addresses({keeper, *descendants(keeper)}) == {LOOPBACK}


def test_an_engine_that_dies_takes_its_keeper_along(state: StateDir) -> None:
    with running_engine(state) as engine:
        (keeper,) = processes_mentioning(str(state.engine_files))
        (child,) = descendants(keeper)
        os.kill(child, signal.SIGKILL)
        assert eventually(lambda: engine.process.poll() is not None)
    assert nothing_is_left(state)


def test_each_engine_starts_empty(state: StateDir) -> None:
    for _ in range(2):
        with running_engine(state) as engine:
            dynamodb = engine_session().client("dynamodb", endpoint_url=engine.endpoint)
            assert dynamodb.list_tables()["TableNames"] == []
            dynamodb.create_table(
                TableName="left-over",
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
