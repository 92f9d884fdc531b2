"""`cleave invoke`: a built function in Lambda's own runtime, without Docker."""

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from cleave_cli import environment, paths
from cleave_cli.console import console, notes
from cleave_cli.credentials import read_endpoint
from cleave_cli.deploy import ARCHITECTURES, STACK_NAME, engine_session
from cleave_cli.engine import free_port
from cleave_cli.errors import CleaveError
from cleave_cli.options import FOLDER, StateOption
from cleave_cli.paths import StateDir
from cleave_cli.processes import KeptProcess, last_lines
from cleave_cli.reporting import reporting_errors
from cleave_cli.stack import build_if_changed
from cleave_cli.template import resources, template

LAYERS = ("CleaveLayer", "DependenciesLayer")
PACKAGES = "lib/python3.13/site-packages"
RUNTIME_CLIENT = paths.ROOT / ".venv-ric" / PACKAGES
EMULATORS = paths.ROOT / ".venv-sam" / PACKAGES / "samcli/local/rapid"
_NOBODY = "http://127.0.0.1:9"  # without a stack, a call to AWS must fail at once and reach no service
_START_SECONDS = 30.0


class FunctionRaisedError(CleaveError):
    """The answer is an error of the function's."""

    title = "The function raised"


@reporting_errors()
def invoke(
    function: Annotated[str, typer.Argument(help="Its folder below functions/, for example cancel_package.")],
    event: Annotated[
        str, typer.Argument(help="A file, a name below events/ of the function (good, bad), or - for standard input.")
    ],
    state: StateOption = FOLDER,
) -> None:
    """Invoke a built function with an event, against the running local stack if there is one; status 1 if it raised."""
    folder = StateDir(state)
    folder.path.mkdir(parents=True, exist_ok=True)
    content = _read_event(function, event)
    build_if_changed(folder)
    answer = invoke_function(_logical_id(function), content, folder)
    console.print_json(data=answer)
    if isinstance(answer, dict) and "errorType" in answer:
        raise FunctionRaisedError(f"{answer['errorType']}: {answer.get('errorMessage', '')}")


def _read_event(function: str, event: str) -> bytes:
    if event == "-":
        return sys.stdin.buffer.read()
    path = Path(event) if Path(event).is_file() else paths.ROOT / "events" / function / f"{event}.json"
    if not path.is_file():
        raise CleaveError(f"There is no event {event}, and no {path}.")
    return path.read_bytes()


def invoke_function(logical_id: str, event: bytes, state: StateDir) -> Any:  # noqa: ANN401 - whatever it answers
    """What the runtime answers: the function's answer, or its error. Raises CleaveError."""
    built = paths.SAM_BUILD / logical_id
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "log"
        address, internal = (f"127.0.0.1:{free_port()}" for _ in range(2))
        variables = _variables(logical_id, built, state)
        process = KeptProcess(_command(address, internal), environment=variables, log=log, folder=built)
        try:
            return _post(address, event, process, log)
        finally:
            process.stop()


def _command(address: str, internal: str) -> list[str]:
    architecture = ARCHITECTURES[platform.machine().lower()]
    return [
        str(EMULATORS / f"aws-lambda-rie-{architecture}"),
        *("--log-level", "error"),
        *("--runtime-interface-emulator-address", address),
        *("--runtime-api-address", internal),
        *(str(paths.LAMBDA_PYTHON), "-m", "awslambdaric", "app.handler"),
    ]


def _post(address: str, event: bytes, process: KeptProcess, log: Path) -> Any:  # noqa: ANN401 - whatever it answers
    url = f"http://{address}/2015-03-31/functions/function/invocations"
    end = time.monotonic() + _START_SECONDS
    with httpx.Client(trust_env=False, timeout=120) as http:
        while time.monotonic() < end and process.poll() is None:
            try:
                answer = http.post(url, content=event)
            except httpx.ConnectError:
                time.sleep(0.05)
                continue
            notes.print(last_lines(log), markup=False, soft_wrap=True)
            try:
                return answer.json()
            except json.JSONDecodeError:
                raise CleaveError(f"The runtime said {answer.status_code}: {answer.text}") from None
    raise CleaveError(f"The runtime did not start. Its last words:\n{last_lines(log)}")


def _logical_id(function: str) -> str:
    for name, properties in resources("AWS::Serverless::Function").items():
        if properties["CodeUri"] == f"functions/{function}":
            return name
    raise CleaveError(f"The template has no function in functions/{function}.")


def _variables(logical_id: str, built: Path, state: StateDir) -> dict[str, str]:
    packages = [built, *(paths.SAM_BUILD / layer / "python" for layer in LAYERS), RUNTIME_CLIENT]
    defaults = template()["Globals"]["Function"]
    properties = {**defaults, **resources("AWS::Serverless::Function")[logical_id]}
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(str(each) for each in packages),
        "PYTHONUNBUFFERED": "1",
        "LAMBDA_TASK_ROOT": str(built),
        "AWS_LAMBDA_FUNCTION_NAME": logical_id,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(properties["Timeout"]),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(properties["MemorySize"]),
        "AWS_REGION": environment.REGION,
        "AWS_DEFAULT_REGION": environment.REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        **environment.ROOT_CREDENTIALS,
        **_configured(logical_id, properties, state),
    }


def _configured(logical_id: str, properties: dict[str, Any], state: StateDir) -> dict[str, str]:
    """The function's own variables, as they are deployed; without a stack, those that need none."""
    if state.local_json.exists():
        return deployed_variables([logical_id], read_endpoint(state.local_json))[logical_id]
    own = {**template()["Globals"]["Function"]["Environment"]["Variables"]}
    own |= properties.get("Environment", {}).get("Variables", {})
    plain = {name: value if isinstance(value, str) else "none" for name, value in own.items()}
    return {**plain, "ALLOW_LOCAL_WEBHOOKS": "false", "AWS_ENDPOINT_URL": _NOBODY}


def deployed_variables(logical_ids: Iterable[str], endpoint: str) -> dict[str, dict[str, str]]:
    """The variables that functions of the running stack are deployed with, and the engine's address; by logical id."""
    session = engine_session()
    stack = session.client("cloudformation", endpoint_url=endpoint)
    functions = session.client("lambda", endpoint_url=endpoint)
    found = {}
    for logical_id in logical_ids:
        detail = stack.describe_stack_resource(StackName=STACK_NAME, LogicalResourceId=logical_id)
        name = detail["StackResourceDetail"]["PhysicalResourceId"]
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        found[logical_id] = {**variables, "AWS_ENDPOINT_URL": endpoint}
    return found
