"""Sends the table's stream to the stage's own bus: every fact, without a subscription."""

from collections.abc import Sequence

from cleave.dialects.cloudevents.render import render_facts, render_turned_off
from cleave.dialects.cloudevents.shapes import CloudEvent
from cleave.domain.destination import Destination
from cleave.domain.events import Event
from cleave.domain.subscription import PassiveReason, Subscription
from cleave.entry.stream import Batch, image_of
from cleave.logs import Log, note
from cleave.outbound.destinations import DestinationSender
from cleave.store.publications import to_publication


def publish_batch(sender: DestinationSender, bus: Destination, batch: Batch) -> Batch:
    """Returns Lambda's answer for ReportBatchItemFailures: the stream continues from the first failed record.

    Later events of the batch that were already sent are then sent again, with the same ids.
    """
    failed: list[str] = []
    facts: list[tuple[str, CloudEvent]] = []
    for record in batch["Records"]:
        place = record["dynamodb"]["SequenceNumber"]
        try:
            found = to_publication(image_of(record))
        except Exception as error:  # noqa: BLE001 - no record holds back those before it, whatever is in it
            note(Log.ITEM_FAILED, seller_id=None, order_number=None, why=type(error).__name__)
            failed.append(place)
        else:
            facts += [(place, each) for each in facts_of(found)]
    answers = sender.publish(bus, [fact for _, fact in facts])
    refused = {place: answer.word for (place, _), answer in zip(facts, answers, strict=True) if not answer.ok}
    for why in sorted(set(refused.values())):
        note(Log.BUS_REFUSED, why=why, records=list(refused.values()).count(why))
    return {"batchItemFailures": [{"itemIdentifier": place} for place in dict.fromkeys([*failed, *refused])]}


def facts_of(found: Event | Subscription | None) -> Sequence[CloudEvent]:
    """The facts of an item."""
    if isinstance(found, Event):
        return render_facts(found)
    reason = None if found is None else found.passive_reason
    if found is None or reason is None or reason is PassiveReason.HELD or not found.turns:
        return []
    return [render_turned_off(found, found.turns[-1].at, reason)]
