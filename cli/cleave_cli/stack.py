"""The whole service on this machine: engine, template, credentials. `cleave` and the tests start it here."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from cleave_cli import build, paths
from cleave_cli.console import skipped, step
from cleave_cli.credentials import (
    Channel,
    Credentials,
    make_credentials,
    store_credentials,
    write_local_json,
)
from cleave_cli.deploy import Deployment, deploy
from cleave_cli.engine import Engine, running_engine
from cleave_cli.gateway_responses import put_gateway_responses
from cleave_cli.lock import run_lock, waiting_lock

BUILD_LOCK = paths.ROOT / ".aws-sam" / "cleave.lock"  # all stacks of a checkout share its build folder


@dataclass(frozen=True)
class LocalStack:
    """A running service and the means to call it."""

    engine: Engine
    deployment: Deployment
    credentials: Credentials

    @property
    def base_url(self) -> str:
        """Where the API is: at the root of its origin, since clients drop a path in their base URL."""
        return self.deployment.endpoint

    @property
    def channel(self) -> Channel:
        """The HepsiGlobal caller."""
        return self.credentials.channels[0]


@contextmanager
def local_stack(state: paths.StateDir, port: int | None = None) -> Iterator[LocalStack]:
    """Run the service for as long as the block runs, on a free port if none is asked for.

    Raises AlreadyRunningError if this folder has one.
    """
    with ExitStack() as cleanup:
        lock = cleanup.enter_context(run_lock(state.lock))
        with step("Starting the local engine"):
            engine = cleanup.enter_context(running_engine(state, port))
        deployment = _build_and_deploy(engine, state)
        credentials = make_credentials()
        store_credentials(deployment, credentials)
        cleanup.callback(state.local_json.unlink, missing_ok=True)
        stack = LocalStack(engine, deployment, credentials)
        write_local_json(state.local_json, stack.base_url, credentials)
        lock.announce(stack.base_url)
        yield stack


def _build_and_deploy(engine: Engine, state: paths.StateDir) -> Deployment:
    with waiting_lock(BUILD_LOCK):
        build_if_changed(state)
        with step("Deploying the template to it (sam deploy)"):
            deployment = deploy(engine.endpoint, state.tool_log)
            put_gateway_responses(deployment)
            return deployment


def build_if_changed(state: paths.StateDir) -> None:
    """Build, unless nothing has changed since the last time."""
    text = "Building functions and layers (sam build)"
    if build.is_built():
        skipped(text, "unchanged")
        return
    with step(text):
        build.build(state.tool_log)
