"""Long runs: ``pytest -m soak tests/soak``. They use the fixtures of the short ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cleave_cli.stack import LocalStack

from tests.e2e.conftest import stack
from tests.integration.conftest import clock, table
from tests.support.delivery_world import World
from tests.support.promises import running_world

__all__ = ["clock", "stack", "table"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that no test can forget to."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.soak)


@pytest.fixture
def world(stack: LocalStack) -> Iterator[World]:
    """The delivery side on a table of its own."""
    with running_world(stack) as running:
        yield running
