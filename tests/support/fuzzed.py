"""What is held of everything that strangers send: an answer in the dialect's shape, and never one that blames us."""

import copy
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from cleave.entry.authorizer import authenticate
from cleave.outbound.connection import checked_pools
from cleave.outbound.exchange import Deadlines, Request, _retry_after, exchange
from cleave.table.table import Table
from cleave_cli.import_rows import Row, UnreadableFileError, read_rows
from hypothesis import strategies as st

from functions.auth_token.app import handler as auth_token
from functions.authorizer.app import handler as authorizer
from functions.deliver_webhook.app import handler as deliver
from tests.support.documented import check_documented
from tests.support.endpoints import Endpoint, Target
from tests.support.fuzzing import FuzzedRequest, attributes, dates, http_answers, json_texts, requests, texts
from tests.support.gateway import Caller
from tests.support.rough_receivers import rough_receiver
from tests.support.streaming import QUIET, Consumer, due_records, place_of

AT = datetime(2026, 10, 18, 9, 0, tzinfo=UTC)
SECRET = "s3cret-of-a-receiver"
# DynamoDB's, which moto does not hold us to.
_MOST_DIGITS, _LARGEST = 38, 125


class RefusedByDynamoDBError(AssertionError):
    """Says which value DynamoDB would not have taken."""


def check_values(**event: Any) -> None:  # noqa: ANN401 - botocore's
    """For a client's event ``before-parameter-build``: what DynamoDB refuses of numbers and keys."""
    _check(event["params"])


def _check(value: object) -> None:
    if isinstance(value, list):
        for each in value:
            _check(each)
    elif isinstance(value, dict):
        if set(value) == {"N"}:
            _check_number(value["N"])
        for name, most in (("pk", 2048), ("sk", 1024)):
            key = value.get(name)
            if isinstance(key, dict) and "S" in key and not 0 < len(key["S"].encode()) <= most:
                raise RefusedByDynamoDBError(f"{name}: {key!a}")
        for each in value.values():
            _check(each)


def _check_number(text: str) -> None:
    digits = text.lower().partition("e")[0].strip("-").replace(".", "").strip("0")
    if len(digits) > _MOST_DIGITS or abs(float(text)) >= 10.0**_LARGEST or text.strip("-")[:1].isalpha():
        raise RefusedByDynamoDBError(f"a number: {text}")


def no_network(monkeypatch: Any) -> None:  # noqa: ANN401 - pytest's
    """Every name resolves to a public address, and nobody is there."""

    def nobody(*_: object, **__: object) -> socket.socket:
        raise ConnectionRefusedError

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
    monkeypatch.setattr("cleave.outbound.addresses.socket.getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr("cleave.outbound.connection.socket.create_connection", nobody)


STAFF = Caller("operator", (), {}), Caller("support", (), {})


@dataclass(frozen=True)
class Service:
    """Handlers on a table with something in it; ``target`` names it."""

    table: Table
    target: Target
    seller: Caller
    channel: Caller

    def check_request(self, data: st.DataObject) -> None:
        """Whatever the request: no 5xx, and what the document says. The caller may be anybody."""
        fuzzed: FuzzedRequest = data.draw(requests(self.target))
        own = self._own(fuzzed.endpoint)
        caller = (
            own if data.draw(st.integers(0, 9)) else data.draw(st.sampled_from([self.seller, self.channel, *STAFF]))
        )
        event = _event(caller, fuzzed)
        answer = fuzzed.endpoint.handler(event, None)
        assert answer["statusCode"] < 500, ascii((event, answer))
        check_documented(fuzzed.endpoint.handler, event, answer)

    def _own(self, endpoint: Endpoint) -> Caller:
        if endpoint.is_staffs:
            return STAFF[0]
        return self.seller if endpoint.is_called_by_sellers else self.channel

    def check_credentials(self, data: st.DataObject) -> None:
        """No header lets anybody in, or ends the function."""
        scheme = data.draw(st.sampled_from(["Basic ", "Bearer ", "basic", "", "Digest "]))
        header = scheme + data.draw(st.one_of(texts, st.binary(max_size=30).map(lambda raw: raw.hex())))
        event = {"methodArn": "arn:aws:execute-api:eu-central-1:1:a/dev/GET/", "headers": {"Authorization": header}}
        assert authorizer(event, None)["principalId"] == "nobody"
        assert authenticate(self.table, header, AT) is None

    def check_token(self, data: st.DataObject) -> None:
        """As little as any other body."""
        asked = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
        answer = Caller("", (), {}).call(auth_token, data.draw(json_texts(asked)))
        assert answer.status in {400, 401, 413, 415}, answer

    def check_queue(self, data: st.DataObject) -> None:
        """A message that says nothing fails alone."""
        body = data.draw(json_texts({"subscription_id": self.target.webhook, "track": 0}))
        answer = deliver({"Records": [{"messageId": "m", "body": body}]}, None)
        assert answer["batchItemFailures"] in ([], [{"itemIdentifier": "m"}])

    def check_image(self, data: st.DataObject) -> None:
        """A record whose image is anything holds back no other record, and is not taken for done."""
        good = next(record for record in due_records(self.table) if record["dynamodb"]["Keys"]["sk"]["S"] == "PACKAGE")
        bad = copy.deepcopy(good)
        bad["dynamodb"]["SequenceNumber"] = "bad"
        bad["dynamodb"]["NewImage"] = data.draw(attributes(good["dynamodb"]["NewImage"]))
        failed = Consumer(self.table, quiet=QUIET, pause=lambda _: None)([bad, good])
        assert place_of(good) not in failed


def _event(caller: Caller, fuzzed: FuzzedRequest) -> dict[str, Any]:
    events: list[dict[str, Any]] = []

    def keep(event: dict[str, Any], context: object) -> dict[str, Any]:
        del context
        events.append(event)
        return {"statusCode": 200, "headers": {}, "body": ""}

    caller.call(keep, fuzzed.body, path=fuzzed.path, query=fuzzed.query, headers=fuzzed.headers)
    return {**events[0], "isBase64Encoded": fuzzed.is_base64}


def check_pause(data: st.DataObject) -> None:
    """Any Retry-After is a number of seconds or nothing."""
    value = data.draw(st.one_of(dates(), texts))
    found = _retry_after(value, AT)
    assert found is None or 0 <= found < 10**12, ascii((value, found))


def check_answers(data: st.DataObject) -> None:
    """Any answer is one: a status or a word, and nothing secret."""
    said = data.draw(http_answers())
    with rough_receiver(lambda connection: connection.sendall(said)) as url:
        request = Request("POST", f"{url}?token={SECRET}", {}, b"{}", [SECRET])
        answer = exchange(checked_pools(allow_local=True), request, Deadlines(1, 1), AT)
    assert (answer.status is None) == (answer.error is not None)
    assert answer.word.isidentifier() or answer.word.isdigit(), answer
    assert SECRET not in answer.excerpt


def check_rows(data: st.DataObject, folder: Path) -> None:
    """A file of JSON lines has rows, another one too or is refused by its name. A row can be told from others or says
    why it cannot be sent."""
    package = {"shipmentPackageId": 1, "orderNumber": "O", "lines": [{"lineId": 1, "quantity": 1}]}
    documents = data.draw(st.lists(json_texts([package, {"order_number": "O"}]), min_size=1, max_size=3))
    path = folder / data.draw(st.sampled_from(["rows.json", "rows.jsonl"]))
    path.write_bytes("\n".join(documents).encode(errors="surrogatepass") + data.draw(st.binary(max_size=3)))
    found = _rows_or_refusal(path)
    if isinstance(found, str):
        assert found.startswith(f"{path} ")
        assert path.suffix == ".json" or not path.stat().st_size, found
        return
    for row in found:
        assert row.fault is not None or (row.digest("target") and json.dumps(row.content, allow_nan=False))


def _rows_or_refusal(path: Path) -> list[Row] | str:
    try:
        return list(read_rows(path))
    except UnreadableFileError as refused:
        return str(refused)


type Check = Callable[[st.DataObject], None]


def queue_url() -> str:
    """Of a queue that nobody takes from."""
    return str(boto3.client("sqs").create_queue(QueueName="fuzzed")["QueueUrl"])
