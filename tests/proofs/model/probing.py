"""The delivery function on a failing receiver: claim the probe, take a track, send one message, close the circuit."""

from tests.proofs.model.draining import heads, may_go
from tests.proofs.model.state import DEAD, FREE, NEVER, OPEN, PROBE_DUE, Circuit, Drain, State
from tests.proofs.model.steps import (
    OK,
    Model,
    Step,
    Steps,
    asked_was_tried,
    closed,
    let_go,
    next_version,
    with_circuit,
    with_track,
)
from tests.proofs.model.workers import IDLE, After, Call, at, made


def steps(model: Model, state: State, number: int, worker: Drain) -> Steps:
    """Of an idle worker, and of one that has claimed a probe."""
    if worker.at == "idle":
        yield from _look(state, number)
    elif worker.at == "pick":
        yield from _pick(model, state, number, worker)
    elif worker.at in CALLS:
        after, then = CALLS[worker.at](model, state, number, worker)
        yield from made(state, number, worker, after, then)


def _look(state: State, number: int) -> Steps:
    """The circuit and the webhook are read."""
    if number and state.drains[number - 1].at == "idle":
        return
    for webhook, circuit in enumerate(state.circuits):
        if circuit.kind == PROBE_DUE:
            is_on = int(state.owners.active[webhook] == 1)
            yield Step(
                f"look at circuit {webhook}",
                OK,
                at(state, number, Drain("claim", webhook, circuit=circuit.version, probe=1, later=is_on)),
            )


def _claim(model: Model, state: State, number: int, worker: Drain) -> After:
    """The circuit's next version, if it is as it was read. ``later``: the webhook was on."""
    webhook = worker.webhook
    circuit = state.circuits[webhook]
    if circuit.version != worker.circuit or circuit.kind < OPEN:
        return state, IDLE
    version = next_version(state, webhook)
    if model.fault == "versions-begin-anew":
        version = min(circuit.version + 1, 3)
    state = asked_was_tried(with_circuit(state, webhook, Circuit(OPEN, circuit.failures, version)), webhook)
    return state, worker._replace(at="pick" if worker.later else "forget", circuit=version, later=0)


def _forget(model: Model, state: State, number: int, worker: Drain) -> After:
    """The webhook is off: what turns it on again forgets the circuit too, and wakes everybody."""
    return closed(model, state, worker.webhook, worker.circuit, was_open=False), IDLE


def _pick(model: Model, state: State, number: int, worker: Drain) -> Steps:
    """What a person asked for, or the first that waits on a track; nothing: the circuit is closed."""
    webhook = worker.webhook
    found = heads(model, state, webhook)
    asked = [(change, item) for change, item in enumerate(state.waiting[webhook]) if item and item.asked]
    for change, item in dict.fromkeys([*asked, *found]):
        then = worker._replace(at="take to probe", track=model.track(change), page=((change, item),))
        yield Step(f"probe picks {webhook}/{change}", OK, at(state, number, then))
    if not found:
        after = closed(model, state, webhook, worker.circuit, was_open=True)
        yield Step(f"nothing waits for {webhook}", OK, at(after, number, IDLE))


def _take(model: Model, state: State, number: int, worker: Drain) -> After:
    """Whether or not it has something to do; what is held is left alone."""
    track = state.tracks[worker.webhook][worker.track]
    if track is None or track.holder not in {FREE, DEAD, number}:
        return state, IDLE
    held = track._replace(holder=number, rung=0)
    return with_track(state, worker.webhook, worker.track, held), worker._replace(at="read to probe")


def _read(model: Model, state: State, number: int, worker: Drain) -> After:
    """As for a drain; and the circuit has to be the one that was claimed."""
    webhook, (change, item) = worker.webhook, worker.page[0]
    circuit = state.circuits[webhook]
    done = Drain("end probe", webhook, worker.track)
    if state.owners.active[webhook] != 1 or circuit.kind < OPEN or circuit.version != worker.circuit:
        return state, done
    if state.settled[webhook][change] and not item.asked:
        return state, worker._replace(at="delete")
    if not may_go(model, state, webhook, change):
        return state, done
    return state, worker._replace(at="send", message=item.progress, gave_up=item.gave_up)


def _end(model: Model, state: State, number: int, worker: Drain) -> After:
    """Only the lease: when the track has something to do, and whether it is shut, stays as it is."""
    track = state.tracks[worker.webhook][worker.track]
    if track is not None and track.holder == number:
        due = NEVER if model.fault == "probe-clears-due" else track.due
        state = with_track(state, worker.webhook, worker.track, let_go(due=due, shut=track.shut))
    return state, IDLE


CALLS: dict[str, Call] = {
    "claim": _claim,
    "forget": _forget,
    "take to probe": _take,
    "read to probe": _read,
    "end probe": _end,
}
