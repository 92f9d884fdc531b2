"""Batches of the table's stream, as Lambda passes them: records of packages and events that are due."""

from collections.abc import Sequence
from typing import Any

from cleave.application.split.due_work import Work, Worker
from cleave.domain.events import Event
from cleave.logs import Log, note
from cleave.metrics import Metric, count, gathered
from cleave.observability import follow
from cleave.store.due_packages import due_work
from cleave.store.formats import Unreadable
from cleave.table.attributes import Item, to_item

type Batch = dict[str, Any]


def consume_stream(worker: Worker, event: Batch) -> Batch:
    """Process a batch. Returns Lambda's answer for ReportBatchItemFailures: the stream continues from the first failed
    record.

    Repeated work has no effect.
    """
    failed: list[str] = []
    work: dict[str, Work] = {}
    for record in event["Records"]:
        place = record["dynamodb"]["SequenceNumber"]
        try:
            found = due_work(image_of(record))
        except Exception as error:  # noqa: BLE001 - no record holds back another, whatever is in it
            follow(error.correlation_id if isinstance(error, Unreadable) else None)
            note(Log.ITEM_FAILED, seller_id=None, order_number=None, why=type(error).__name__)
            count(Metric.ITEMS_FAILED)
            failed.append(place)
        else:
            if found is not None:
                work[place] = found
    with gathered():
        undone = {_name(each) for each in worker.work_off(_once(list(work.values())))}
    failed += [place for place, each in work.items() if _name(each) in undone]
    return {"batchItemFailures": [{"itemIdentifier": place} for place in failed]}


def image_of(record: Batch) -> Item:
    """The item after the record's write; empty if it was deleted."""
    return to_item(record["dynamodb"].get("NewImage", {}))


def _once(work: Sequence[Work]) -> list[Work]:
    """An item that was written several times is processed once, by its last record."""
    return list({_name(each): each for each in work}.values())


def _name(work: Work) -> tuple[str, int, str | int]:
    if isinstance(work, Event):
        return work.order_number, work.seller_id, work.first
    return "", work.seller_id, str(work.package_id)
