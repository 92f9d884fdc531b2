"""`cleave erase`: what it says, and what it does to records that the stream's source gave up."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from cleave.application.operate.erase_order import Erased
from cleave.table.failures import Contended
from cleave_cli import erase as command
from cleave_cli.main import app
from typer.testing import CliRunner

from tests.support.failed_records import Bucket


def batch(*records: dict[str, Any]) -> bytes:
    """An object as Lambda writes it."""
    return json.dumps({"requestContext": {"attempts": 6}, "payload": json.dumps({"Records": list(records)})}).encode()


def package(number: str) -> dict[str, Any]:
    key = {"pk": {"S": "PACKAGE#1#2"}, "sk": {"S": "PACKAGE"}}
    return {"dynamodb": {"Keys": key, "NewImage": {**key, "order_number": {"S": number}, "document": {"B": "QWRh"}}}}


def event(number: str) -> dict[str, Any]:
    key = {"pk": {"S": f"ORDER#{number}"}, "sk": {"S": "EVENT#1#00000001"}}
    return {"dynamodb": {"Keys": key, "NewImage": {**key, "document": {"B": "QWRh"}}}}


@dataclass
class Found:
    """A stack with failed records and nothing else."""

    s3: Bucket
    table: None = None

    @property
    def outputs(self) -> dict[str, str]:
        return {"FailedRecordsBucket": "failed"}


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Found:
    found = Found(Bucket())
    monkeypatch.setattr(command, "find_stack", lambda *_: found)
    return found


def erasing(monkeypatch: pytest.MonkeyPatch, result: Erased | Exception) -> tuple[int, str]:
    def erase_order(_table: object, _number: str) -> Erased:
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(command, "erase_order", erase_order)
    done = CliRunner().invoke(app, ["erase", "O1"])
    return done.exit_code, " ".join(done.output.split())


def test_records_of_the_order_are_taken_out_of_every_batch_and_no_others(
    stack: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.s3.objects = {
        "mixed": batch(package("O1"), package("O12"), event("O1"), event("XO1"), package("O1#2")),
        "own": batch(event("O1"), package("O1")),
        "others": batch(package("O2")),
    }
    status, said = erasing(monkeypatch, Erased(found=5, packages=3, events=2))
    assert status == 0
    assert "erased in 3 packages, 2 events, 0 answers of receivers; 4 failed records forgotten" in said
    assert stack.s3.objects == {
        "mixed": batch(package("O12"), event("XO1"), package("O1#2")),
        "others": batch(package("O2")),
    }
    assert erasing(monkeypatch, Erased(found=5)) == (0, "Order O1: nothing was left to erase.")


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (Erased(), "Nothing is kept of an order O1."),
        (Contended("50"), "erase it again"),
        (Erased(found=1, unreadable={"ORDER#O1 EVENT#1#1"}), "cannot be read, and may hold personal data: ORDER#O1"),
    ],
    ids=["no such order", "contended", "unreadable"],
)
def test_what_was_not_erased_is_a_failure(
    stack: Found, monkeypatch: pytest.MonkeyPatch, result: Erased | Exception, says: str
) -> None:
    del stack
    status, said = erasing(monkeypatch, result)
    assert (status, says in said) == (1, True)


@pytest.mark.parametrize("damaged", [b"", b"[]", b'{"payload": 7}', b'{"payload": "{\\"Records\\": [7]}"}', b"\xff"])
def test_a_batch_that_cannot_be_read_is_named_and_the_others_are_erased(
    stack: Found, monkeypatch: pytest.MonkeyPatch, damaged: bytes
) -> None:
    stack.s3.objects = {"own": batch(package("O1")), "damaged": damaged}
    status, said = erasing(monkeypatch, Erased(found=1, packages=1))
    assert (status, "1 failed records forgotten" in said) == (1, True)
    assert "cannot be read, and may hold personal data: s3://failed/damaged" in said
    assert stack.s3.objects == {"damaged": damaged}
