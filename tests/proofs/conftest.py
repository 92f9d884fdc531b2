"""Fixtures for what is proven on an engine whose transactions are atomic between threads.

``engine`` is the local engine without the template, ``world`` the service in this process over a table of its own.
"""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from cleave_cli.engine import running_engine
from cleave_cli.paths import StateDir

from tests.support.world import World, running_world


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_engine(StateDir(tmp_path_factory.mktemp("engine"))) as running:
        yield running.endpoint


@pytest.fixture
def world(engine: str) -> Iterator[World]:
    """Fresh for each test."""
    with running_world(engine, f"proof-{uuid4().hex[:12]}") as running:
        yield running
