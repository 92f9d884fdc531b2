"""Teaches the local engine two settings of a stream's event source: the batching window, and parallel calls."""

import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any
from zlib import crc32

type Record = dict[str, Any]
type Call = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]
"""From a function and an event to the function's result, with ``error`` if it failed."""

# The most that `ParallelizationFactor` may be.
_MOST = 10


def gather_for_windows(functions: Any) -> None:  # noqa: ANN401 - a module of another environment
    """Let a stream's records gather for `MaximumBatchingWindowInSeconds`, as Lambda does; the engine calls at once."""
    poll, not_before = functions._poll_dynamodb_streams, functions._esm_backoff_until  # noqa: SLF001 - no other way in

    def poll_what_has_gathered() -> bool:
        for *_, source in functions._iter_all_esms():  # noqa: SLF001
            window = source.get("MaximumBatchingWindowInSeconds")
            if window:
                not_before.setdefault(source["UUID"], time.time() + window)  # a successful call takes it away
        processed: bool = poll()
        return processed

    functions._poll_dynamodb_streams = poll_what_has_gathered  # noqa: SLF001


def call_side_by_side(functions: Any, processors: int | None = None) -> None:  # noqa: ANN401 - a module of another environment
    """Divide a stream's batch among `ParallelizationFactor` calls at a time, as Lambda does; the engine makes one.

    Records of one item stay in one call, in order. There are no more calls than processors. If one fails, the engine
    repeats the whole batch.
    """
    call: Call = functions._execute_function  # noqa: SLF001 - no other way in
    most = min(processors or os.cpu_count() or 1, _MOST)
    callers = ThreadPoolExecutor(most)

    def call_for_each_part(function: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        parts = divided(event, min(_factor(functions, function, event), most))
        if len(parts) < 2:  # noqa: PLR2004 - nothing to divide
            return call(function, event)
        made = [callers.submit(copy_context().run, call, function, {**event, "Records": part}) for part in parts]
        results = [each.result() for each in made]
        return next((each for each in results if each.get("error")), results[0])

    functions._execute_function = call_for_each_part  # noqa: SLF001


def _factor(functions: Any, function: dict[str, Any], event: dict[str, Any]) -> int:  # noqa: ANN401
    """The factor of the batch's event source; 1 for a batch that is not a stream's."""
    records = event.get("Records") if isinstance(event, dict) else None
    if not records or records[0].get("eventSource") != "aws:dynamodb":
        return 1
    name = (function.get("config") or function)["FunctionName"]
    stream = records[0].get("eventSourceARN")
    sources = [source for *_, source in functions._iter_all_esms()]  # noqa: SLF001
    factors = [each.get("ParallelizationFactor", 1) for each in sources if _calls(each, name, stream)]
    return int(factors[0]) if factors else 1


def _calls(source: dict[str, Any], function: str, stream: str) -> bool:
    return (source["FunctionName"], source["EventSourceArn"]) == (function, stream)


def divided(event: dict[str, Any], most: int) -> list[list[Record]]:
    """The batch in as many parts as there may be calls, without empty parts."""
    if most < 2:  # noqa: PLR2004 - one call
        return []
    parts: list[list[Record]] = [[] for _ in range(most)]
    for record in event["Records"]:
        parts[_place(record) % most].append(record)
    return [part for part in parts if part]


def _place(record: Record) -> int:
    """The same for all records of an item."""
    return crc32(json.dumps(record["dynamodb"]["Keys"], sort_keys=True).encode())
