"""From an event to the deliveries of every subscription that wants it."""

from collections.abc import Sequence
from datetime import datetime

from cleave.application.wake import Doorbell, wake_track
from cleave.domain.delivery import Lane, parts_for
from cleave.domain.events import PackageEvent
from cleave.domain.subscription import Subscription, SubscriptionStatus
from cleave.store.deliveries import MAX_QUEUED_AT_ONCE, LaneState, queue, read_lanes
from cleave.store.failures import Contended
from cleave.store.orders import fanned_out, read_events
from cleave.store.subscriptions import read_subscription, read_told_of
from cleave.store.table import Table
from cleave.store.tracks import Wake

_TRIES = 5


def fan_out(table: Table, bell: Doorbell, event: PackageEvent, at: datetime) -> int:
    """Queue the event for each subscription that wants it, and wake its track. Answers the number of deliveries.

    A lane remembers the last event that was queued on it, so an event that the stream brings again is not queued
    again, and one that it brings too early is queued after those before it. The track is woken in any case: the
    first time may have ended between the two. Only then the event leaves the index of what is pending: until then the
    reconcile can find it, should the stream not bring it again.
    """
    wanting = [each for each in read_told_of(table, event.seller_id) if parts_for(each, event)]
    lanes = [Lane(each.subscription_id, event.seller_id, event.order_number) for each in wanting]
    queued = 0
    for subscription, state in zip(wanting, read_lanes(table, lanes), strict=True):
        new = _queue(table, subscription, state, event, at)
        queued += new
        if _is_active(table, subscription):
            wake = Wake(subscription.owner, subscription.subscription_id, state.lane.track)
            wake_track(table, bell, wake, at, anyway=not new)
    table.update(fanned_out(event))
    return queued


def _is_active(table: Table, subscription: Subscription) -> bool:
    """As it is now, where it was not: it may have been activated, and drained, before this event was queued."""
    if subscription.status is SubscriptionStatus.ACTIVE:
        return True
    now = read_subscription(table, subscription.owner, subscription.subscription_id)
    return now is not None and now.status is SubscriptionStatus.ACTIVE


def _queue(table: Table, subscription: Subscription, state: LaneState, event: PackageEvent, at: datetime) -> int:
    for _ in range(_TRIES):
        messages = _messages(table, subscription, state, event)
        if not messages:
            return 0
        if _queue_all(table, state, messages, at):
            return len(messages)
        (state,) = read_lanes(table, [state.lane])
    raise Contended(f"lane of order {event.order_number}")


def _queue_all(table: Table, state: LaneState, messages: Sequence[tuple[int, int | None]], at: datetime) -> bool:
    for start in range(0, len(messages), MAX_QUEUED_AT_ONCE):
        if start:
            (state,) = read_lanes(table, [state.lane])
        if not queue(table, state, messages[start : start + MAX_QUEUED_AT_ONCE], at):
            return False
    return True


def _messages(
    table: Table, subscription: Subscription, state: LaneState, event: PackageEvent
) -> list[tuple[int, int | None]]:
    """What the lane lacks up to the event, in order."""
    if event.sequence < state.last_event:
        return []
    events = [event]
    if event.sequence > state.last_event + 1:
        first = max(state.last_event, 1)
        earlier = read_events(table, event.seller_id, event.order_number, first, event.sequence - 1)
        events = [*earlier, event]
    pairs = [(each.sequence, part) for each in events for part in parts_for(subscription, each)]
    done = (state.last_event, state.last_part)
    return [pair for pair in pairs if (pair[0], -1 if pair[1] is None else pair[1]) > done]
