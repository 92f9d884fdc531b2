"""What a function does before its first request: docs/decisions/0060-cold-start.md."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.machine

_PROBE = """
import gc, json, sys
sys.path.insert(0, "functions/cancel_package")
import app
from cleave.entry import resources
print(json.dumps([resources.client.cache_info().currsize, gc.get_freeze_count() > 0, "boto3" in sys.modules]))
"""


def started(**variables: str) -> list[object]:
    environment = {**os.environ, "TABLE_NAME": "cleave", "AWS_DEFAULT_REGION": "eu-central-1", **variables}
    command = [sys.executable, "-c", _PROBE]
    process = subprocess.run(command, env=environment, capture_output=True, check=True)  # noqa: S603 - ours
    found: list[object] = json.loads(process.stdout)
    return found


def test_lambda_starts_a_function_with_its_client_made_and_without_boto3() -> None:
    assert started(AWS_LAMBDA_INITIALIZATION_TYPE="on-demand") == [1, True, False]


def test_elsewhere_nothing_is_made_before_it_is_asked_for() -> None:
    assert started() == [0, False, False]


@pytest.mark.parametrize("function", ["cancel_package", "order_cancel"])
def test_who_accepts_a_cancellation_loads_no_package_and_no_document(function: str) -> None:
    probe = f'import sys; sys.path.insert(0, "functions/{function}"); import app; print(*sys.modules)'
    environment = {**os.environ, "TABLE_NAME": "cleave", "AWS_DEFAULT_REGION": "eu-central-1"}
    process = subprocess.run([sys.executable, "-c", probe], env=environment, capture_output=True, check=True)  # noqa: S603 - ours
    loaded = set(process.stdout.decode().split())
    assert "cleave.store.availability" in loaded
    assert not loaded & {"cleave.domain.package", "cleave.store.packages", "cleave.store.documents"}
