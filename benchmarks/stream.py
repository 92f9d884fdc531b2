"""Splits per second of the stream function, against the engine doing the same transactions and nothing else."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cleave.store import keys
from cleave_cli.engine import running_engine
from cleave_cli.paths import StateDir

from benchmarks.operations import cancel, order
from benchmarks.report import Budget, budgets, table
from benchmarks.scale import Scale, interleave, middle
from benchmarks.world import World, stream_record, world

TITLE = "The stream"
_LEAST = 0.8
_BATCH = 25
_WAITING = frozenset({keys.DUE, keys.SHARD})
_RECORDED = "before-parameter-build.dynamodb.TransactWriteItems"
_INTRO = (
    "One consumer, batches of 25 records (a package of five lines with one cancellation each), on the local engine, "
    "which takes its time for each call, more than the function does. The baseline sends the very transactions that "
    "the function makes, one after the other, to a table in the same state, without reading, deciding or building "
    "anything. Lambda filters records before it calls the function: only packages on which something waits and new "
    "events pass; a foreign record costs the time below only where the filter is bypassed, and nothing otherwise. Two "
    "at once are two threads of one process; the engine, in Python, works off one request after the other, so they "
    "win only what each of them computes.\n"
)


@dataclass(frozen=True, slots=True)
class Seconds:
    """Per record of one batch."""

    split: float
    split_by_two: float
    bare: float
    bare_by_two: float
    again: float
    foreign: float


def run(scale: Scale) -> str:
    """The section."""
    with TemporaryDirectory() as folder, running_engine(StateDir(Path(folder))) as engine:
        count = scale.pick(2, 100)
        runs = interleave(scale.pick(1, 9), {"batch": lambda: _batch(engine.endpoint, count)})["batch"]
    rows = [
        ("a split", _rate(middle(runs, lambda each: each.split))),
        ("a split, two consumers at once", _rate(middle(runs, lambda each: each.split_by_two))),
        ("the bare transaction", _rate(middle(runs, lambda each: each.bare))),
        ("the bare transaction, two senders at once", _rate(middle(runs, lambda each: each.bare_by_two))),
        ("a redelivered record", _rate(middle(runs, lambda each: each.again))),
        ("a foreign record", _rate(middle(runs, lambda each: each.foreign))),
    ]
    rates = table(("what", "per second", "ms each"), [(name, *cells) for name, cells in rows])
    return "\n".join([_INTRO, budgets([_budget(runs)]), rates])


def _rate(seconds: float) -> tuple[str, str]:
    return f"{1 / seconds:.0f}", f"{seconds * 1000:.2f}"


def _budget(runs: list[Seconds]) -> Budget:
    split, bare = middle(runs, lambda each: each.split), middle(runs, lambda each: each.bare)
    ratio = middle(runs, lambda each: each.bare / each.split)
    what = "splits per second, vs. the bare transaction"
    return Budget(what, f"{1 / split:.0f}/s", f"{1 / bare:.0f}/s", ratio, at_least=_LEAST)


def _batch(endpoint: str, count: int) -> Seconds:
    sent = _transactions(endpoint, count)
    with world(endpoint) as other:
        _waiting(other, count)
        with world(endpoint) as one:
            records = _waiting(one, count)
            split, bare = _in_turns(partial(_consume, one, records), lambda place: _send(other, sent[place]), count)
            again = _timed(lambda: one.consume(records)) / count
            foreign = _timed(lambda: one.consume([_foreign(record) for record in records])) / count
            more = _waiting(one, count)
            split_by_two = _timed(lambda: _by_two(one.consume, more)) / count
    with world(endpoint) as other:
        _waiting(other, count)
        bare_by_two = _timed(lambda: _by_two(partial(_send, other), sent)) / count
    return Seconds(split, split_by_two, bare, bare_by_two, again, foreign)


def _in_turns(first: Callable[[slice], None], second: Callable[[slice], None], count: int) -> tuple[float, float]:
    """Seconds each took for one of ``count``, a few of the one and the same few of the other: seconds apart, this
    machine is not as fast as it was."""
    spent = [0.0, 0.0]
    for start in range(0, count, _BATCH):
        place = slice(start, start + _BATCH)
        spent[0] += _timed(partial(first, place))
        spent[1] += _timed(partial(second, place))
    return spent[0] / count, spent[1] / count


def _consume(one: World, records: list[dict[str, Any]], place: slice) -> None:
    one.consume(records[place])


def _transactions(endpoint: str, count: int) -> list[list[dict[str, Any]]]:
    """What the function sends, written down in a world where no time is taken: to keep it all takes some."""
    sent: list[list[dict[str, Any]]] = []
    with world(endpoint) as one:
        records = _waiting(one, count)
        one.table.client.meta.events.register(_RECORDED, lambda params, **_: sent.append(params["TransactItems"]))
        one.consume(records)
    return sent


def _by_two[T](work: Callable[[list[T]], None], parts: list[T]) -> None:
    half = len(parts) // 2
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, [parts[:half], parts[half:]]))


def _waiting(one: World, count: int) -> list[dict[str, Any]]:
    """Records of so many packages; the same ids in each world."""
    packages = [order(one) for _ in range(count)]
    for package in packages:
        cancel(one, package, {0: 1})
    return [one.record(package["shipmentPackageId"]) for package in packages]


def _foreign(record: dict[str, Any]) -> dict[str, Any]:
    image = record["dynamodb"]["NewImage"]
    changed = stream_record({"pk": {"S": "x"}, "sk": {"S": "x"}})
    changed["dynamodb"]["NewImage"] = {name: each for name, each in image.items() if name not in _WAITING}
    return changed


def _send(other: World, transactions: list[list[dict[str, Any]]]) -> None:
    for writes in transactions:
        renamed: Any = [
            {kind: {**write, "TableName": other.table.name} for kind, write in each.items()} for each in writes
        ]
        other.plain.transact_write_items(TransactItems=renamed)


def _timed(call: Callable[[], None]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
