"""What the local engine is taught of a stream's batches: they gather for a window, and are divided among calls."""

import time
from threading import Barrier
from typing import Any

import pytest
from cleave_cli.engine_streams import call_side_by_side, gather_for_windows

EAGER = {"UUID": "eager", "MaximumBatchingWindowInSeconds": 0}
PATIENT = {"UUID": "patient", "MaximumBatchingWindowInSeconds": 5}
STREAM = "arn:aws:dynamodb:eu-central-1:123456789012:table/cleave/stream/1"
PARALLEL = {"FunctionName": "split", "EventSourceArn": STREAM, "ParallelizationFactor": 5}
SINGLE = {"FunctionName": "publish", "EventSourceArn": STREAM}


class Engine:
    """Polls as MiniStack does: it calls each source's function, except before the time that is noted for it."""

    def __init__(self) -> None:
        self._esm_backoff_until: dict[str, float] = {}
        self.called: list[str] = []

    def _iter_all_esms(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [("123456789012", "eu-central-1", source) for source in (EAGER, PATIENT)]

    def _poll_dynamodb_streams(self) -> bool:
        ready = [
            source["UUID"]
            for *_, source in self._iter_all_esms()
            if self._esm_backoff_until.get(source["UUID"], 0) <= time.time()
        ]
        for name in ready:
            self._esm_backoff_until.pop(name, None)
        self.called += ready
        return bool(ready)


def test_a_function_with_a_window_is_called_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, now = Engine(), 1_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    gather_for_windows(engine)
    polls: list[list[str]] = []
    for now in (1_000, 1_004, 1_005, 1_006, 1_010, 1_011):  # noqa: B007 - the clock reads it
        engine.called.clear()
        assert engine._poll_dynamodb_streams()
        polls.append(list(engine.called))
    both = ["eager", "patient"]
    assert polls == [["eager"], ["eager"], both, ["eager"], ["eager"], both]


class Functions:
    """Calls as MiniStack does: a function with an event. All ``together`` calls have to be under way at once."""

    def __init__(self, together: int, failing: str = "") -> None:
        self.events: list[dict[str, Any]] = []
        self._failing = failing
        self._barrier = Barrier(together)
        call_side_by_side(self, processors=2)

    def _iter_all_esms(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [("123456789012", "eu-central-1", source) for source in (SINGLE, PARALLEL)]

    def _execute_function(self, function: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        self.events.append(event)
        self._barrier.wait(timeout=10)
        failed = self._failing in keys_of(event) if self._failing else False
        return {"error": True} if failed else {"body": function["FunctionName"]}


def record(key: str, number: int) -> dict[str, Any]:
    keys = {"pk": {"S": key}, "sk": {"S": "PACKAGE"}}
    return {
        "eventSource": "aws:dynamodb",
        "eventSourceARN": STREAM,
        "dynamodb": {"Keys": keys, "SequenceNumber": str(number)},
    }


def keys_of(event: dict[str, Any]) -> list[str]:
    return [each["dynamodb"]["Keys"]["pk"]["S"] for each in event["Records"]]


BATCH = {"Records": [record(key, number) for number, key in enumerate("abcdabcdabcd")]}


def test_a_batch_is_divided_among_calls_and_an_items_records_stay_in_order() -> None:
    functions = Functions(together=2)
    assert functions._execute_function({"FunctionName": "split"}, BATCH) == {"body": "split"}
    first, second = functions.events
    assert not set(keys_of(first)) & set(keys_of(second))
    assert (
        sorted([*first["Records"], *second["Records"]], key=lambda each: int(each["dynamodb"]["SequenceNumber"]))
        == (BATCH["Records"])
    )
    for event in functions.events:
        numbers = [int(each["dynamodb"]["SequenceNumber"]) for each in event["Records"]]
        assert numbers == sorted(numbers)


def test_the_whole_batch_has_failed_if_one_call_has() -> None:
    for key in "abcd":
        functions = Functions(together=2, failing=key)
        assert functions._execute_function({"FunctionName": "split"}, BATCH) == {"error": True}


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("publish", BATCH),
        ("split", {"Records": [record("a", 0), record("a", 1)]}),
        ("split", {"Records": [{"eventSource": "aws:sqs", "body": "{}"}]}),
        ("split", {"httpMethod": "GET"}),
    ],
    ids=["a source without the setting", "one item", "a queue", "a request"],
)
def test_everything_else_is_one_call(name: str, event: dict[str, Any]) -> None:
    functions = Functions(together=1)
    functions._execute_function({"FunctionName": name}, event)
    assert functions.events == [event]
