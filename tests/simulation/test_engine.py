"""The simulated table against the local engine: the same requests, the same answers, the same stream."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.proofs.conftest import engine as engine  # noqa: PLC0414 - the fixture
from tests.simulation.engine import Engine
from tests.simulation.requests import TABLE, make_requests
from tests.support.aws import create_table
from tests.support.stream_source import EngineStream, as_lambda_sends


@pytest.fixture
def local(engine: str) -> tuple[Any, EngineStream]:
    """The local engine's client for a table of its own, and its stream."""
    session = boto3.Session("test", "test", region_name="eu-central-1")
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    dynamodb = session.client("dynamodb", endpoint_url=engine, config=config)
    name = f"differential-{uuid4().hex[:12]}"
    create_table(dynamodb, name)
    streams = session.client("dynamodbstreams", endpoint_url=engine, config=config)
    return _Renamed(dynamodb, name), EngineStream(dynamodb, streams, name)


class _Renamed:
    """The client with another table's name in each request."""

    def __init__(self, client: Any, name: str) -> None:
        self.client, self.name = client, name

    def __getattr__(self, operation: str) -> Any:
        return lambda **request: getattr(self.client, operation)(**_renamed(request, self.name))


def _renamed(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {name if key == TABLE else key: _renamed(each, name) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, name) for each in value]
    return name if value == TABLE else value


def _asked(client: Any, operation: str, request: dict[str, Any]) -> object:
    """What can be compared of an answer or an error; messages differ."""
    try:
        answer = getattr(client, operation)(**request)
    except ClientError as error:
        said: Any = error.response
        reasons = [(each.get("Code"), _plain(each.get("Item"))) for each in said.get("CancellationReasons", [])]
        return error.response["Error"]["Code"], _plain(said.get("Item")), reasons
    if operation == "batch_get_item":
        (found,) = answer["Responses"].values()
        return sorted((_plain(item) for item in found), key=repr)
    if operation == "query":
        return [_plain(item) for item in answer["Items"]], _plain(answer.get("LastEvaluatedKey"))
    return _plain(answer.get("Item")), _plain(answer.get("Attributes") if operation == "update_item" else None)


def _plain(value: Any) -> Any:
    """Without the ways in which the same number can be written."""
    if isinstance(value, dict):
        return {key: Decimal(each).normalize() if key == "N" else _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(4))
def test_the_simulated_table_answers_as_the_local_engine_does(local: tuple[Any, EngineStream], seed: int) -> None:
    theirs, stream = local
    records: list[Any] = []
    ours = Engine(written=lambda _place, _old, new: records.append(new))
    for place, (operation, request) in enumerate(make_requests(seed, 300)):
        expected, found = _asked(theirs, operation, request), _asked(ours, operation, request)
        assert found == expected, f"request {place}: {operation} {request}"
    told = [_plain(record["dynamodb"].get("NewImage")) for record in stream.new_records()]
    assert [_plain(each) for each in map(_sent, records)] == told


def _sent(image: Any) -> Any:
    return image and as_lambda_sends({"image": image})["image"]
