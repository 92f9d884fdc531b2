"""Finds all overdue work, which the stream or a message of the queue should have started."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cleave.application.split.due_work import Worker
from cleave.application.subscribe.revocation import end_webhooks
from cleave.application.tell.wake_queue import AT_ONCE, Wake
from cleave.logs import Log, note
from cleave.store.due import SHARDS, DueEntry, due_entries
from cleave.store.due_packages import read_due_work
from cleave.table.table import Table

# The stream does an item within seconds; an item that is due for longer has been left behind.
PATIENCE = timedelta(minutes=1)


@dataclass(slots=True)
class Reconciled:
    """The result of a run: packages and events ``done`` and ``failed``, tracks and circuits ``woken``."""

    done: int = 0
    failed: int = 0
    woken: int = 0


def reconcile(table: Table, worker: Worker, at: datetime) -> Reconciled:
    """Split and fan out overdue packages and events, and wake due tracks and circuits.

    Each item is tried once; a failed one holds up no other, and the next run tries it again. If the table's deadline
    ends a run early, the next run does the rest: each run begins at another shard.
    """
    counts = Reconciled()
    for shard in shards_from(at):
        for entry in due_entries(table, shard, at):
            if table.is_out_of_time:
                return counts
            _look_at(table, worker, entry, at, counts)
    return counts


def shards_from(at: datetime) -> list[int]:
    """All shards, beginning with another one each minute."""
    first = int(at.timestamp() // 60) % SHARDS
    return [(first + each) % SHARDS for each in range(SHARDS)]


def _look_at(table: Table, worker: Worker, entry: DueEntry, at: datetime, counts: Reconciled) -> None:
    if entry.subscription_id is not None:
        counts.woken += _tried(lambda: worker.send_wake(Wake(entry.subscription_id or "", entry.track), AT_ONCE), entry)
    elif (owner := entry.owner) is not None:
        counts.done += _tried(lambda: end_webhooks(table, owner), entry)
    elif entry.due <= at - PATIENCE:
        is_done = _tried(lambda: _work_off(table, worker, entry), entry)
        counts.done += is_done
        counts.failed += not is_done


def _work_off(table: Table, worker: Worker, entry: DueEntry) -> None:
    work = read_due_work(table, entry)
    if work is not None and worker.work_off([work]):
        raise RuntimeError(f"{entry.kind} failed")


def _tried(do: Callable[[], object], entry: DueEntry) -> bool:
    try:
        do()
    except Exception:  # noqa: BLE001 - the others must not wait for this one; it stays due and is counted
        note(Log.RECONCILE_FAILED, kind=entry.kind.value, sort_key=entry.place)
        return False
    return True
