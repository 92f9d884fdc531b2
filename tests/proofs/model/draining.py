"""The delivery function: hold a track, make passes over what waits on it, send, settle, let go."""

from tests.proofs.model import sending
from tests.proofs.model.state import (
    DEAD,
    FREE,
    LATER,
    NEVER,
    NOW,
    OPEN,
    Drain,
    Item,
    State,
    Track,
)
from tests.proofs.model.steps import (
    FAULT,
    OK,
    Model,
    Step,
    Steps,
    let_go,
    with_track,
)
from tests.proofs.model.workers import IDLE, After, Call, at, died, made, on_to


def steps(model: Model, state: State, number: int, worker: Drain) -> Steps:
    """Of a worker that holds a track, or has died."""
    if worker.at == "idle":
        yield from _take(model, state, number)
        return
    if model.scenario.mortal:
        yield Step(f"the worker at {worker.at} dies", FAULT, died(state, number, worker))
    if worker.at == "send":
        yield from sending.send(model, state, number, worker)
        return
    if worker.at in CALLS:
        after, then = CALLS[worker.at](model, state, number, worker)
        yield from made(state, number, worker, after, then)
    if worker.at == "read" and model.scenario.hand:
        yield Step("time is up", OK, at(state, number, Drain("hand over", worker.webhook, worker.track)))
    if worker.at == "note" and model.scenario.window and not worker.probe:
        yield from sending.give_up(state, number, worker)


def _take(model: Model, state: State, number: int) -> Steps:
    """One that has something to do and no living holder."""
    if number and state.drains[number - 1].at == "idle":
        return
    for webhook, tracks in enumerate(state.tracks):
        for place, track in enumerate(tracks):
            if track is None or track.due != NOW:
                continue
            is_free = track.holder in {FREE, DEAD} or model.fault == "take-ignores-holder"
            if is_free or state.budget.overruns:
                due = NEVER if model.fault == "due-removed-at-take" else NOW
                taken = with_track(state, webhook, place, Track(due, number, 0, track.shut))
                if not is_free:
                    taken = taken._replace(budget=state.budget._replace(overruns=state.budget.overruns - 1))
                pass_ = Drain("page", webhook, place)
                yield Step(f"take {webhook}/{place}", OK if is_free else FAULT, at(taken, number, pass_))


def _places(model: Model, state: State, track: int) -> list[int]:
    """Changes on the track in the order of their keys: along a lane in the order of its events."""
    known = [(event.place, each) for each, event in enumerate(state.events) if event and model.track(each) == track]
    return [each for _, each in sorted(known)]


def _page(model: Model, state: State, number: int, worker: Drain) -> After:
    """One consistent query."""
    items = state.waiting[worker.webhook]
    found = [(each, item) for each in _places(model, state, worker.track) if (item := items[each]) is not None]
    return state, on_to(model, worker._replace(page=tuple(found), place=-1))


def heads(model: Model, state: State, webhook: int) -> list[tuple[int, Item]]:
    """The first that waits on each track."""
    found = []
    for track in range(len(state.tracks[webhook])):
        items = state.waiting[webhook]
        waiting = [(each, item) for each in _places(model, state, track) if (item := items[each]) is not None]
        found += waiting[:1]
    return found


def _read(model: Model, state: State, number: int, worker: Drain) -> After:
    """Webhook, circuit, event, its settled item and that of the one before, in one round trip."""
    webhook, (change, item) = worker.webhook, worker.page[worker.place]
    circuit = state.circuits[webhook]
    if state.owners.active[webhook] != 1 or circuit.kind >= OPEN:
        return state, Drain("shut", webhook, worker.track)
    if state.settled[webhook][change] and not item.asked and model.fault != "settled-not-looked-at":
        return state, worker._replace(at="delete")
    if not may_go(model, state, webhook, change):
        return state, on_to(model, worker, block=True)
    return state, worker._replace(at="send", message=item.progress, circuit=circuit.version, gave_up=item.gave_up)


def may_go(model: Model, state: State, webhook: int, change: int) -> bool:
    """Whether the one before it in its lane is settled."""
    event = state.events[change]
    before = -1 if event is None else event.before[webhook]
    return before < 0 or bool(state.settled[webhook][before]) or model.fault == "predecessor-not-looked-at"


def _let_go(state: State, number: int, worker: Drain, free: Track, *, ignore: bool) -> After:
    """If nobody has rung since the pass began; else the track is looked at again."""
    track = state.tracks[worker.webhook][worker.track]
    if track is None or track.holder != number:
        return state, IDLE
    if track.rung and not ignore:
        return state, Drain("look", worker.webhook, worker.track)
    return with_track(state, worker.webhook, worker.track, free), IDLE


def _release(model: Model, state: State, number: int, worker: Drain) -> After:
    free = let_go(due=LATER if worker.later else NEVER)
    return _let_go(state, number, worker, free, ignore=model.fault == "release-ignores-ring")


def _shut(model: Model, state: State, number: int, worker: Drain) -> After:
    """Not to be rung until somebody wakes it."""
    return _let_go(state, number, worker, let_go(shut=1), ignore=model.fault == "shut-ignores-ring")


def _look(model: Model, state: State, number: int, worker: Drain) -> After:
    """The rings so far, for another pass."""
    track = state.tracks[worker.webhook][worker.track]
    if track is None or track.holder != number:
        return state, IDLE
    state = with_track(state, worker.webhook, worker.track, track._replace(rung=0))
    return state, Drain("page", worker.webhook, worker.track)


def _hand_over(model: Model, state: State, number: int, worker: Drain) -> After:
    """Due now, for whoever comes."""
    track = state.tracks[worker.webhook][worker.track]
    if track is not None and track.holder == number:
        due = NEVER if model.fault == "hand-over-clears-due" else NOW
        state = with_track(state, worker.webhook, worker.track, let_go(due=due, shut=track.shut))
    return state, IDLE


CALLS: dict[str, Call] = {
    **sending.CALLS,
    "page": _page,
    "read": _read,
    "release": _release,
    "shut": _shut,
    "look": _look,
    "hand over": _hand_over,
}
