"""The deliveries of some events of an order, found along its lanes."""

from collections.abc import Sequence

from cleave.domain.delivery import Delivery, Lane, Slot
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store.deliveries import LaneState, read_deliveries, read_lanes
from cleave.store.table import Table

_CHUNK = 50
# Each is about 300 bytes of an answer, of which Lambda hands on 6 MB, and takes a fraction of a millisecond to read.
MOST = 2_000


def deliveries_between(table: Table, lanes: Sequence[Lane], first: int, last: int) -> list[Delivery]:
    """Deliveries of the events from ``first`` to ``last``, by lane. Raises Refusal where they are too many.

    Along a lane events never go back. So the first of them is found by halving, and what follows is read until the
    events are later ones: the same few round trips, all lanes together, however long the lanes are.
    """
    states = [state for state in read_lanes(table, lanes) if state.times]
    places = _beginnings(table, states, first)
    found: list[Delivery] = []
    while states:
        chunk = read_deliveries(table, [slot for state in states for slot in _slots(state, places[state.lane])])
        wanted = [each for each in chunk if first <= each.event_sequence <= last]
        found += wanted
        if len(found) > MOST:
            message = f"the events have more than {MOST} deliveries; ask for fewer events at once"
            raise Refusal(RefusalCode.ANSWER_TOO_LARGE, message, field="size")
        overshot = {each.slot.lane for each in chunk if each.event_sequence > last}
        places = {lane: place + _CHUNK for lane, place in places.items()}
        states = [state for state in states if state.lane not in overshot and places[state.lane] <= len(state.times)]
    return found


def _slots(state: LaneState, first: int) -> list[Slot]:
    times = state.times[first - 1 : first - 1 + _CHUNK]
    return [Slot(at, state.lane, number) for number, at in enumerate(times, start=first)]


def _beginnings(table: Table, states: Sequence[LaneState], first: int) -> dict[Lane, int]:
    """The number of each lane's first delivery of the event ``first`` or a later one; one too high if it has none."""
    low = {state.lane: 1 for state in states}
    if first <= 1:
        return low
    high = {state.lane: len(state.times) + 1 for state in states}
    while halved := [state for state in states if low[state.lane] < high[state.lane]]:
        middles = {state.lane: (low[state.lane] + high[state.lane]) // 2 for state in halved}
        slots = [Slot(state.times[middles[state.lane] - 1], state.lane, middles[state.lane]) for state in halved]
        earlier = {each.slot.lane for each in read_deliveries(table, slots) if each.event_sequence < first}
        for lane, middle in middles.items():
            if lane in earlier:
                low[lane] = middle + 1
            else:
                high[lane] = middle
    return low
