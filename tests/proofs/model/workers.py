"""What a drain's and a probe's steps share: where a worker is, how a call that was made is told."""

from collections.abc import Callable

from tests.proofs.model.state import DEAD, Drain, State, put
from tests.proofs.model.steps import FAULT, OK, Model, Step, Steps, with_track

IDLE = Drain()
type After = tuple[State, Drain]
type Call = Callable[[Model, State, int, Drain], After]
WRITES = {
    "recover", "fail", "pause", "note", "settle", "delete", "release", "shut", "hand over", "claim", "forget",
    "take to probe", "end probe",
}  # fmt: skip


def at(state: State, number: int, worker: Drain) -> State:
    """With one worker elsewhere."""
    return state._replace(drains=put(state.drains, number, worker))


def made(state: State, number: int, worker: Drain, after: State, then: Drain) -> Steps:
    """A call that was made, once or twice."""
    yield Step(f"{worker.at} {name(worker)}", OK, at(after, number, then))
    refused = worker.at in {"release", "shut"} and then.at == "look"
    if state.budget.lost and worker.at in WRITES and not refused:  # what was refused had no effect
        lost = after._replace(budget=after.budget._replace(lost=after.budget.lost - 1))
        yield Step(f"{worker.at} {name(worker)}, answer lost", FAULT, lost)


def name(worker: Drain) -> str:
    """What it is about."""
    on = f"{worker.webhook}/{worker.track}"
    return on if not worker.page else f"{on} {worker.page[worker.place][0]}.{worker.message}"


def died(state: State, number: int, worker: Drain) -> State:
    """Its lease ends, sooner or later."""
    track = state.tracks[worker.webhook][worker.track]
    if track is not None and track.holder == number:
        state = with_track(state, worker.webhook, worker.track, track._replace(holder=DEAD, rung=0))
    return at(state, number, IDLE)


def on_to(model: Model, worker: Drain, *, block: bool = False, later: int = 0) -> Drain:
    """The next delivery of the page, or the end of the pass. A lane that has to wait is passed over."""
    orders, blocked = model.scenario.orders, set(worker.blocked)
    if block:
        blocked.add(orders[worker.page[worker.place][0]])
    place, later = worker.place + 1, worker.later or later
    while place < len(worker.page):
        change, item = worker.page[place]
        if orders[change] not in blocked and not item.later:
            break
        if orders[change] not in blocked:
            blocked.add(orders[change])
            later = 0 if model.fault == "retry-not-due" else 1
        place += 1
    if place == len(worker.page):
        return Drain("release", worker.webhook, worker.track, later=later)
    return Drain("read", worker.webhook, worker.track, worker.page, place, tuple(sorted(blocked)), later)
