"""What nobody of ours decides: callers cancel, owners change their minds, people ask, time passes."""

from collections.abc import Callable

from tests.proofs.model.state import (
    ACCEPTED,
    LATER,
    NOT_ASKED,
    NOW,
    OPEN,
    PROBE_DUE,
    Circuit,
    Item,
    Owners,
    State,
    put,
)
from tests.proofs.model.steps import (
    OK,
    OUTSIDE,
    Model,
    Step,
    Steps,
    next_version,
    wake,
    wake_all,
    with_circuit,
    with_item,
    with_track,
)


def steps(model: Model, state: State) -> Steps:
    for change, mark in enumerate(state.marks):
        if mark == NOT_ASKED:
            yield Step(f"accept {change}", OUTSIDE, state._replace(marks=put(state.marks, change, ACCEPTED)))
    yield from _owners(model, state)
    yield from _asking(model, state)
    for webhook in range(model.scenario.webhooks):
        yield from _time(state, webhook)


def _owners(model: Model, state: State) -> Steps:
    if state.owners.done == len(model.scenario.owners):
        return
    what, webhook = model.scenario.owners[state.owners.done]
    after = OWNERS[what](model, state, webhook)
    if after is not None:
        after = after._replace(owners=after.owners._replace(done=after.owners.done + 1))
        yield Step(f"{what} {webhook}", OUTSIDE, after)


def _turned(state: State, webhook: int, *, wanted: int, active: int) -> Owners:
    """A wish that changes is another one to a split that has read it."""
    owners = state.owners
    changes = put(owners.changes, webhook, owners.changes[webhook] + (wanted != owners.wanted[webhook]))
    return Owners(put(owners.wanted, webhook, wanted), put(owners.active, webhook, active), changes, owners.done)


def _off(model: Model, state: State, webhook: int) -> State:
    return state._replace(owners=_turned(state, webhook, wanted=0, active=0))


def _on(model: Model, state: State, webhook: int) -> State:
    """One transaction: on, no circuit, all tracks open and due."""
    state = state._replace(owners=_turned(state, webhook, wanted=1, active=1))
    return _afresh(model, state, webhook, wakes=model.fault != "activate-without-wake")


def _afresh(model: Model, state: State, webhook: int, *, wakes: bool = True) -> State:
    state = with_circuit(state, webhook, Circuit())
    return wake_all(model, state, webhook) if wakes else state


def _passive(model: Model, state: State, webhook: int) -> State | None:
    """Its receiver has failed for too long: no wish changes."""
    if state.circuits[webhook].kind < OPEN or state.owners.active[webhook] != 1:
        return None
    return state._replace(owners=_turned(state, webhook, wanted=state.owners.wanted[webhook], active=0))


def _move(model: Model, state: State, webhook: int) -> State | None:
    """Another URL, of a receiver that works: all that waits is to be tried at once."""
    if state.circuits[webhook].kind < OPEN:
        return None
    state = state._replace(budget=state.budget._replace(fails=0, asked=webhook + 1))
    return state if model.fault == "url-keeps-circuit" else _afresh(model, state, webhook)


def _delete(model: Model, state: State, webhook: int) -> State:
    state = state._replace(
        owners=_turned(state, webhook, wanted=0, active=-1),
        tracks=put(state.tracks, webhook, (None,) * len(state.tracks[webhook])),
    )
    return with_circuit(state, webhook, Circuit())


OWNERS: dict[str, Callable[[Model, State, int], State | None]] = {
    "off": _off,
    "on": _on,
    "passive": _passive,
    "move": _move,
    "delete": _delete,
}


def _asking(model: Model, state: State) -> Steps:
    """A person wants to have a settled delivery once more; one transaction with the ring, and the probe if need be."""
    if not state.budget.resends:
        return
    for webhook, settled in enumerate(state.settled):
        for change, outcome in enumerate(settled):
            track = state.tracks[webhook][model.track(change)]
            if outcome and track is not None:
                budget = state.budget._replace(resends=state.budget.resends - 1, asked=webhook + 1, owed=1)
                after = with_item(state, webhook, change, Item(asked=state.budget.resends))
                after = wake(model, after, webhook, model.track(change))
                circuit = state.circuits[webhook]
                if circuit.kind >= OPEN and model.fault != "resend-waits-for-circuit":
                    version = next_version(state, webhook)
                    after = with_circuit(after, webhook, Circuit(PROBE_DUE, circuit.failures, version, 1))
                yield Step(f"ask for {webhook}/{change}", OUTSIDE, after._replace(budget=budget))


def _time(state: State, webhook: int) -> Steps:
    for number, track in enumerate(state.tracks[webhook]):
        if track is not None and track.due == LATER:
            due = with_track(state, webhook, number, track._replace(due=NOW))
            yield Step(f"time: track {webhook}/{number} is due", OK, due)
    circuit = state.circuits[webhook]
    if circuit.kind == OPEN:
        due = with_circuit(state, webhook, circuit._replace(kind=PROBE_DUE))
        yield Step(f"time: probe {webhook} is due", OK, due)
    for change, item in enumerate(state.waiting[webhook]):
        if item is not None and item.later:
            free = with_item(state, webhook, change, item._replace(later=0))
            yield Step(f"time: delivery {webhook}/{change} may be tried", OK, free)
