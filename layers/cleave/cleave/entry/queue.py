"""Batches of the queue of wakes, as Lambda passes them."""

import json
from typing import Any

from cleave.application.tell.drain import Drain, DrainResult
from cleave.application.tell.probe import Probe
from cleave.application.tell.wake_queue import Wake
from cleave.logs import Log, note
from cleave.metrics import gathered


def consume_queue(drain: Drain, probe: Probe, event: dict[str, Any]) -> dict[str, Any]:
    """Process the messages of a batch.

    Returns Lambda's answer for ReportBatchItemFailures: only the failed messages come again.
    """
    with gathered():
        failed = [record["messageId"] for record in event["Records"] if not _done(drain, probe, record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _done(drain: Drain, probe: Probe, record: dict[str, Any]) -> bool:
    wake: Wake | None = None
    try:
        wake = Wake(**json.loads(record["body"]))
        result = _handle(drain, probe, wake)
    except Exception:  # noqa: BLE001 - no other message waits for this one; its work stays due
        note(Log.WAKE_FAILED, subscription=None if wake is None else wake.subscription_id)
        return False
    note(Log.WAKE_DONE, subscription=wake.subscription_id, track=wake.track, result=result)
    return True


def _handle(drain: Drain, probe: Probe, wake: Wake) -> DrainResult:
    return probe(wake.subscription_id) if wake.track is None else drain(wake.subscription_id, wake.track)
