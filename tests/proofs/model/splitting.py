"""The stream function, and the scheduled one that does the same: split, let deliveries wait, ring, clear the mark."""

from collections.abc import Callable

from tests.proofs.model.state import (
    ACCEPTED,
    LATER,
    MESSAGES,
    NOW,
    SPLIT,
    TOLD,
    BrokenError,
    Event,
    Item,
    Splitter,
    State,
    put,
)
from tests.proofs.model.steps import FAULT, OK, Model, Step, Steps, rung, with_item, with_track

IDLE = Splitter()
type Plan = list[tuple[str, int]]


def steps(model: Model, state: State) -> Steps:
    """Of all workers of this kind."""
    for number, worker in enumerate(state.splitters):
        if worker.at != "idle":
            yield from _go_on(model, state, number, worker)
        elif not number or state.splitters[number - 1].at != "idle":  # two idle ones are the same
            yield from _begin(model, state, number)


def _begin(model: Model, state: State, number: int) -> Steps:
    """A record, again or late or not at all, or the scheduled function."""
    stuck = model.scenario.stuck
    for change, mark in enumerate(state.marks):
        is_marked = mark in {ACCEPTED, SPLIT}
        held_back = model.fault == "hold-back" and stuck is not None and change != stuck and state.marks[stuck] != TOLD
        if is_marked and not held_back:
            yield Step(f"begin {change}", OK, _at(state, number, Splitter("read", change)))


def _go_on(model: Model, state: State, number: int, worker: Splitter) -> Steps:
    yield Step(f"the worker at {worker.at} {worker.change} dies", FAULT, _at(state, number, IDLE))
    if worker.at == "split" and model.scenario.stuck == worker.change:
        yield Step(f"split {worker.change} fails", OK, _at(state, number, IDLE))
        return
    after, then = CALLS[worker.at](model, state, worker)
    yield Step(f"{worker.at} {worker.change}", OK, _at(after, number, then))
    if state.budget.lost and worker.at != "read":
        lost = after._replace(budget=after.budget._replace(lost=after.budget.lost - 1))
        yield Step(f"{worker.at} {worker.change}, answer lost", FAULT, lost)


def _at(state: State, number: int, worker: Splitter) -> State:
    return state._replace(splitters=put(state.splitters, number, worker))


def _read(model: Model, state: State, worker: Splitter) -> tuple[State, Splitter]:
    """Package, order and recipients, in one round trip."""
    change = worker.change
    if state.marks[change] == ACCEPTED:
        seen = (state.orders[model.scenario.orders[change]], state.owners.wanted, state.owners.changes)
        return state, Splitter("split", change, 0, seen)
    return state, _planned(model, state, change, 0) if state.marks[change] == SPLIT else IDLE


def _split(model: Model, state: State, worker: Splitter) -> tuple[State, Splitter]:
    """One transaction, on the versions of package and order: the event says who is told, and under which numbers."""
    change, order = worker.change, worker.read[0]
    place = model.scenario.orders[change]
    is_current = state.orders[place] == order or model.fault == "order-not-conditional"
    if state.marks[change] != ACCEPTED or not is_current:
        return state, Splitter("read", change)
    event, after = _event(model, state, worker)
    _check_numbers(model, state, change, event)
    state = state._replace(
        marks=put(state.marks, change, SPLIT),
        orders=put(state.orders, place, after),
        events=put(state.events, change, event),
    )
    return state, _planned(model, state, change, 0)


def _event(model: Model, state: State, worker: Splitter) -> tuple[Event, tuple[int, ...]]:
    order, wanted, changes = worker.read
    truth = tuple(
        now if known == changed else 2
        for now, known, changed in zip(state.owners.wanted, changes, state.owners.changes, strict=True)
    )
    told, before, lanes = [], [], []
    for webhook in range(model.scenario.webhooks):
        number, last = order[1 + 2 * webhook], order[2 + 2 * webhook]
        is_told = wanted[webhook] or model.fault == "told-at-fan-out"
        told.append(number + 1 if is_told else 0)
        before.append(last if is_told else -1)
        lanes += [number + MESSAGES, worker.change] if is_told else [number, last]
    return Event(order[0], tuple(told), truth, tuple(before)), (order[0] + 1, *lanes)


def _check_numbers(model: Model, state: State, change: int, event: Event) -> None:
    if model.fault == "told-at-fan-out":
        return
    for webhook, first in enumerate(event.told):
        others = [state.events[each] for each in model.by_order[model.scenario.orders[change]]]
        taken = [each.told[webhook] for each in others if each and each.told[webhook]]
        if first and (first in taken or first != MESSAGES * len(taken) + 1):
            raise BrokenError("numbers: a gap, or one number with two meanings")


def plan(model: Model, state: State, change: int) -> Plan:
    """The calls of a fan-out, in their order."""
    event = state.events[change]
    told = [] if event is None else [each for each, first in enumerate(event.told) if first]
    puts: Plan = [("put", each) for each in told]
    rings: Plan = [("ring", each) for each in told]
    clear: Plan = [("clear", 0)]
    match model.fault:
        case "part-counts-as-whole":
            return [*puts[:1], *clear, *puts[1:], *rings]
        case "ring-before-put":
            return [*rings, *puts, *clear]
        case "mark-cleared-before-ring":
            return [*puts, *clear, *rings]
        case _:
            return [*puts, *rings, *clear]


def _planned(model: Model, state: State, change: int, step: int) -> Splitter:
    calls = plan(model, state, change)
    return Splitter(calls[step][0], change, step) if step < len(calls) else IDLE


def _following(model: Model, state: State, worker: Splitter) -> tuple[State, Splitter]:
    return state, _planned(model, state, worker.change, worker.step + 1)


def _webhook(model: Model, state: State, worker: Splitter) -> int:
    return plan(model, state, worker.change)[worker.step][1]


def _put(model: Model, state: State, worker: Splitter) -> tuple[State, Splitter]:
    """A delivery waits, if it does not already."""
    change, webhook = worker.change, _webhook(model, state, worker)
    event = state.events[change]
    if event is None:
        raise AssertionError("a fan-out without an event")
    if model.fault == "told-at-fan-out" and not state.owners.wanted[webhook]:
        return _following(model, state, worker)
    if not event.truth[webhook]:
        raise BrokenError("told of what happened while its owner had it off")
    if state.waiting[webhook][change] is None or model.fault == "put-overwrites":
        state = with_item(state, webhook, change, Item())
    return _following(model, state, worker)


def _ring(model: Model, state: State, worker: Splitter) -> tuple[State, Splitter]:
    """Counted, and due now if nothing was due; refused for one that is due later, shut or gone."""
    webhook, number = _webhook(model, state, worker), model.track(worker.change)
    track = state.tracks[webhook][number]
    if track is None or track.shut:
        return _following(model, state, worker)
    if track.due == LATER:
        return state, worker._replace(at="ring earlier")
    if track.due == NOW and model.fault == "due-track-not-counted":
        return _following(model, state, worker)
    return _following(model, with_track(state, webhook, number, rung(track)), worker)


def _ring_earlier(model: Model, state: State, worker: Splitter) -> tuple[State, Splitter]:
    """Counted and due now, if the track is not shut or gone by then; else from the beginning."""
    webhook, number = _webhook(model, state, worker), model.track(worker.change)
    track = state.tracks[webhook][number]
    if track is None or track.shut:
        return state, worker._replace(at="ring")
    return _following(model, with_track(state, webhook, number, rung(track)), worker)


def _clear(model: Model, state: State, worker: Splitter) -> tuple[State, Splitter]:
    """Everybody is told: the package is due no more."""
    if state.marks[worker.change] == SPLIT:
        state = state._replace(marks=put(state.marks, worker.change, TOLD))
    return _following(model, state, worker)


type Call = Callable[[Model, State, Splitter], tuple[State, Splitter]]
CALLS: dict[str, Call] = {
    "read": _read,
    "split": _split,
    "put": _put,
    "ring": _ring,
    "ring earlier": _ring_earlier,
    "clear": _clear,
}
