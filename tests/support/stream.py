"""The table's stream as the engine kept it, for handing to the stream function."""

import base64
import json
from typing import Any

from cleave.table.table import Table
from moto.dynamodb.models import dynamodb_backends

_MOTO_ACCOUNT = "123456789012"


def stream_records(table: Table) -> list[dict[str, Any]]:
    """All records since the table was made oldest first, in Lambda's form.

    Read from moto's own shard: its streams API does not answer to the endpoint that the SDK calls.
    """
    return [json.loads(json.dumps(record.to_json(), default=_as_lambda_does)) for record in _shard(table).items]


def take_records(table: Table) -> list[dict[str, Any]]:
    """The same, and forget them: moto copies them all with every transaction."""
    records = stream_records(table)
    _shard(table).items.clear()
    return records


def _shard(table: Table) -> Any:  # noqa: ANN401 - moto's
    region = table.client.meta.region_name
    shard = dynamodb_backends[_MOTO_ACCOUNT][region].tables[table.name].stream_shard
    if shard is None:
        raise LookupError("the table has no stream")
    return shard


def _as_lambda_does(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)
