"""botocore's HTTP layer replaced by prepared answers: requests are still built and signed, answers still parsed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.httpsession import URLLib3Session
from cleave.entry.aws_http import Connections

from benchmarks.stub import as_sent

_EMPTY = (200, b"{}")


@contextmanager
def prepared_answers(
    answers: Mapping[str, Mapping[str, Any]], refused: Mapping[str, Any] | None = None
) -> Iterator[None]:
    """Every client of the process gets these; ``refused`` is the item that a transaction's second condition met."""
    bodies = {name: (200, as_sent(answer)) for name, answer in answers.items()}
    if refused is not None:
        bodies["TransactWriteItems"] = (400, as_sent(_cancelled(refused)))

    def send(_: object, request: AWSPreparedRequest) -> AWSResponse:
        operation = request.headers["X-Amz-Target"]
        name = (operation.decode() if isinstance(operation, bytes) else operation).rpartition(".")[2]
        status, body = bodies.get(name, _EMPTY)
        raw: Any = SimpleNamespace(stream=lambda: iter([body]))
        headers = HTTPHeaders.from_dict({"Content-Type": "application/x-amz-json-1.0"})
        return AWSResponse(request.url, status, headers, raw)

    with patch.object(URLLib3Session, "send", send), patch.object(Connections, "send", send):
        yield


def _cancelled(item: Mapping[str, Any]) -> dict[str, Any]:
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", "Item": item}
    return {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled",
        "CancellationReasons": [{"Code": "None"}, failed],
    }
