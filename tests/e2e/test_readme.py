"""The README as a newcomer follows it: its commands are run as they stand, its answers compared."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from cleave_cli import environment
from cleave_cli.deploy import engine_session, stack_outputs
from cleave_cli.paths import ROOT, SAM_BUILD, StateDir
from cleave_cli.stack import LocalStack, local_stack

from tests.support.programs import needs

pytestmark = pytest.mark.machine

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST_SPLIT_SECONDS = 20
GUIDED_STACK = "cleave"


@dataclass(frozen=True)
class Step:
    """A command and what the README says it prints, where it says so."""

    command: str
    kind: str = ""
    answer: str = ""


def steps(section: str) -> list[Step]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(text.split(f"\n## {section}\n")[1].split("\n## ")[0])
    found: list[Step] = []
    for kind, content in blocks:
        if kind == "sh":
            found.append(Step(content))
        else:
            found[-1] = Step(found[-1].command, kind, content)
    return found


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalStack, Path]]:
    """A stack that has seen no orders, as after `make up`."""
    state = tmp_path_factory.mktemp("readme")
    with local_stack(StateDir(state)) as running:
        yield running, state


def run(command: str, variables: dict[str, str]) -> str:
    shell = ["bash", "-euo", "pipefail", "-c", command]
    done = subprocess.run(  # noqa: S603 - the README is ours
        shell, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def is_as_told(step: Step, printed: str) -> bool:
    if step.kind == "json":
        told, got = json.loads(step.answer), json.loads(printed)
        return bool({**told, "timestamp": 0} == {**got, "timestamp": 0})
    return printed.strip() == step.answer.strip()


@needs("curl", "python3")
def test_every_command_to_try_answers_as_the_readme_says(fresh: tuple[LocalStack, Path]) -> None:
    _, state = fresh
    up, *calls = steps("Try it")
    assert up.command == "make up\n"
    assert len(calls) >= 5
    for step in calls:
        assert step.answer, f"the README does not say what this prints: {step.command}"
        deadline = time.monotonic() + LONGEST_SPLIT_SECONDS
        while not is_as_told(step, printed := run(step.command, {**os.environ, "CLEAVE_STATE": str(state)})):
            assert step.kind == "text", printed  # only what comes "a moment later" may be asked for again
            assert time.monotonic() < deadline, printed
            time.sleep(0.5)


def test_the_first_command_shows_the_main_job(tmp_path: Path) -> None:
    demo, test = steps("Start")
    printed = run(demo.command, {**os.environ, "CLEAVE_STATE": str(tmp_path)})
    assert "Every promise holds." in printed
    assert test.command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_template_deploys_guided_with_every_default(fresh: tuple[LocalStack, Path], tmp_path: Path) -> None:
    stack, _ = fresh
    build, guided_deploy = steps("Deploy to AWS")[0].command.splitlines()
    assert build == "sam build"  # it has been run: `local_stack` deploys what it made
    variables = environment.for_sam(stack.deployment.endpoint)
    variables["PATH"] = f"{ROOT / '.venv-sam' / 'bin'}:{variables['PATH']}"
    printed = answer_every_question(guided_deploy, variables, tmp_path)
    client = engine_session().client("cloudformation", endpoint_url=stack.deployment.endpoint)
    outputs = stack_outputs(client, GUIDED_STACK)
    assert outputs["ApiUrl"].endswith(".amazonaws.com/dev"), printed
    assert "Parameter AlarmEmail []" in printed
    assert "Parameter Runbooks [docs/runbooks]" in printed
    assert outputs["AlarmsGoTo"].startswith("nobody")
    for create in steps("Deploy to AWS")[1].command.splitlines():
        assert "secret: " in run(create, {**os.environ, **variables})
    client.delete_stack(StackName=GUIDED_STACK)


def answer_every_question(command: str, variables: dict[str, str], folder: Path) -> str:
    """Press Return for each question, and no more; in a folder whose settings may be overwritten."""
    shutil.copytree(SAM_BUILD, folder / ".aws-sam" / "build", symlinks=True)
    for name in ("template.yaml", "samconfig.toml"):
        shutil.copy(ROOT / name, folder)
    template = yaml.load((ROOT / "template.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - ours
    stack_and_region, changes_role_rollback, save_and_where = 2, 3, 3
    questions = stack_and_region + len(template["Parameters"]) + changes_role_rollback + save_and_where
    answers = "\n" * questions
    done = subprocess.run(  # noqa: S603 - the README is ours
        command.split(),
        cwd=folder,
        env=variables,
        input=answers,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
