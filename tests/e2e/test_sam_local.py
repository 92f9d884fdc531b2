"""docs/local-invoke.md with Docker: its commands are run against a running stack. Skipped where Docker is missing."""

import base64
import os
import platform
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from cleave_cli import environment
from cleave_cli.api import SellerClient
from cleave_cli.containers import serving
from cleave_cli.credentials import write_local_json
from cleave_cli.deploy import ARCHITECTURES
from cleave_cli.engine import free_port
from cleave_cli.paths import ROOT, StateDir
from cleave_cli.stack import LocalStack

from tests.support.samples import sample

pytestmark = pytest.mark.machine

PAGE = (ROOT / "docs/local-invoke.md").read_text(encoding="utf-8").split("## With Docker")[1]
ARCHITECTURE = ARCHITECTURES[platform.machine().lower()]
IMAGE = f"public.ecr.aws/lambda/python:3.13-{ARCHITECTURE}"
START_SECONDS = 120


def docker(*arguments: str) -> bool:
    """Whether Docker does this."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", *arguments], capture_output=True, check=False).returncode == 0  # noqa: S603, S607


@pytest.fixture(scope="module")
def image() -> None:
    if not docker("info"):
        pytest.skip("Docker does not run here: sam local is not tested")
    if not docker("image", "inspect", IMAGE) and not docker("pull", IMAGE):
        pytest.skip(f"{IMAGE} can be neither found nor fetched: sam local is not tested")


@pytest.fixture
def variables(image: None, stack: LocalStack, self_paying: SellerClient, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of the page's terminal, while the stack serves containers."""
    del image
    assert self_paying.import_orders(sample("sample-orders")).status_code == 200
    write_local_json(StateDir(tmp_path).local_json, stack.base_url, stack.credentials)
    path = f"{ROOT / '.venv-sam/bin'}:{os.environ['PATH']}"
    with serving(stack.engine.endpoint, on_bridge=True):
        yield {**environment.for_sam(None), "PATH": path, "CLEAVE_STATE": str(tmp_path)}


def commands(first_words: str) -> list[str]:
    """The page's commands that begin so, of this machine's architecture."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    found = [line for block in blocks for line in block.splitlines() if line.startswith(first_words)]
    return [line for line in found if "Architecture=" not in line or f"Architecture={ARCHITECTURE}" in line]


def as_run(command: str, file: Path) -> list[str]:
    """With a file of our own, and images as they are."""
    more = ["--skip-pull-image"] if command.startswith("sam local") else []
    return shlex.split(command.replace(".cleave/env.json", shlex.quote(str(file)))) + more


def test_one_function_answers_by_the_documented_command(variables: dict[str, str], tmp_path: Path) -> None:
    (written,) = commands(".venv/bin/cleave env")
    (invoke,) = commands("sam local invoke")
    (exported,) = commands("export")
    assert set(exported.split()[1:]) <= {f"{name}={value}" for name, value in variables.items()}
    printed = ""
    for command in (written, invoke):
        done = subprocess.run(  # noqa: S603 - the page is ours
            as_run(command, tmp_path / "env.json"),
            cwd=ROOT,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=250,
        )
        assert done.returncode == 0, done.stderr
        printed = done.stdout
    assert '"statusCode": 200' in printed


@contextmanager
def local_api(command: list[str], variables: dict[str, str], log: Path) -> Iterator[str]:
    """`sam local start-api` for as long as the block runs."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the page is ours
            [*command, "--port", str(port)], cwd=ROOT, env=variables, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while "Running on" not in log.read_text() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.5)
        assert process.poll() is None, log.read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_the_api_knows_its_callers_by_the_documented_command(
    stack: LocalStack, variables: dict[str, str], tmp_path: Path
) -> None:
    (written,) = commands(".venv/bin/cleave env")
    (start,) = commands("sam local start-api")
    file = tmp_path / "env.json"
    subprocess.run(as_run(written, file), cwd=ROOT, env=variables, check=True)  # noqa: S603 - the page is ours
    assert file.stat().st_mode & 0o777 == 0o600
    seller = stack.credentials.sellers[0]
    path = f"/integration/order/sellers/{seller.seller_id}/orders?orderNumber=10811190301"
    with local_api(as_run(start, file), variables, tmp_path / "log") as url, httpx.Client(timeout=120) as http:
        answers = {}
        for secret in (seller.api_secret, "wrong"):
            basic = base64.b64encode(f"{seller.api_key}:{secret}".encode()).decode()
            headers = {"Authorization": f"Basic {basic}", "storeFrontCode": seller.store_front_code}
            answers[secret] = http.get(f"{url}{path}", headers=headers)
    assert {secret: answer.status_code for secret, answer in answers.items()} == {seller.api_secret: 200, "wrong": 403}
    assert {package["orderNumber"] for package in answers[seller.api_secret].json()["content"]} == {"10811190301"}
