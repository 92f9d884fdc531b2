"""docs/tutorial.md, run as a newcomer runs it: one shell for its commands, a receiver in another."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest
from cleave_cli.engine import free_port
from cleave_cli.paths import ROOT, StateDir
from cleave_cli.stack import local_stack

from tests.support.programs import needs

pytestmark = [pytest.mark.machine, needs("curl", "python3")]

BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST_WAIT_SECONDS = 45
END, STOP = "end-of-step", "stop\n"


@dataclass
class Shell:
    """The second terminal: variables live from one step to the next."""

    process: subprocess.Popen[str]
    input: IO[str]
    output: IO[str]

    @staticmethod
    def start(variables: dict[str, str]) -> "Shell":
        process = subprocess.Popen(
            ["bash", "-u"],  # noqa: S607 - the page's own shell
            cwd=ROOT,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdin
        assert process.stdout
        return Shell(process, process.stdin, process.stdout)

    def run(self, commands: str) -> str:
        self.input.write(f"{commands}\necho\necho {END} $?\n")
        self.input.flush()
        printed = []
        for line in self.output:
            if line.startswith(END):
                break
            printed.append(line)
        return "".join(printed)


@dataclass
class Terminal:
    """The third terminal: the receiver, and all that it has printed."""

    log: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, command: str) -> None:
        with self.log.open("ab") as output:
            self.running.append(subprocess.Popen(command.split(), cwd=ROOT, stdout=output, stderr=output))  # noqa: S603 - the page's command

    def stop(self) -> None:
        while self.running:
            self.running[-1].terminate()
            self.running.pop().wait(10)


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Shell]:
    variables = {**os.environ, "CLEAVE_STATE": str(tmp_path / "state"), "COLUMNS": "200", "NO_COLOR": "1"}
    with local_stack(StateDir(tmp_path / "state")):
        shell = Shell.start(variables)
        yield shell
        shell.input.close()
        shell.process.wait(10)


@pytest.fixture
def third(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "receiver.log")
    yield terminal
    terminal.stop()


def prints(told: str, printed: str) -> bool:
    """Whether all lines are there, in their order."""
    lines = [re.sub(r"(\\ )+", r"\\s+", re.escape(line)).replace("…", ".*") for line in told.splitlines()]
    return re.search("\n(?:.*\n)*?".join(rf".*{line}.*" for line in lines), f"{printed}\n") is not None


def test_the_tutorial_is_what_happens(second: Shell, third: Terminal) -> None:
    page = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8").replace("8099", str(free_port()))
    blocks = BLOCK.findall(page.replace("Stop the receiver with Ctrl-C", f"```sh\n{STOP}```\n"))
    assert len(blocks) > 10
    command = ""
    for kind, content in blocks:
        if kind == "text":  # after a command it is what that prints, else what the receiver does
            check(second, third, content, command)
            command = ""
        elif content.startswith("python3 docs/examples/receiver"):
            third.start(content)
        elif content == STOP:
            third.stop()
        elif content != "make up\n":  # the stack is up
            command = content


def check(second: Shell, third: Terminal, told: str, command: str) -> None:
    """Again and again, where the answer comes a moment later; a command that changes something only once."""
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    printed = second.run(command) if command else third.log.read_text()
    while not prints(told, printed):
        assert "curl" not in command, f"it may be sent only once, and printed:\n{printed}"
        assert time.monotonic() < deadline, f"not printed:\n{told}\n{command}\n{printed}"
        time.sleep(0.5)
        printed = second.run(command) if command else third.log.read_text()
