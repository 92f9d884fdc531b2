"""One delivery's requests, and what is written of them: progress, failures, its end."""

from tests.proofs.model.state import (
    ALL_TOLD,
    MESSAGES,
    BrokenError,
    Drain,
    Item,
    State,
    put,
)
from tests.proofs.model.steps import FAULT, OK, Model, Step, Steps, asked_was_tried, closed, failed, with_item
from tests.proofs.model.workers import After, Call, at, died, name, on_to


def send(model: Model, state: State, number: int, worker: Drain) -> Steps:
    """One request, which is taken or refused."""
    webhook, change, message = worker.webhook, worker.page[worker.place][0], worker.message
    for other, each in enumerate(state.drains):
        same = (each.at, each.webhook, each.track) == ("send", webhook, worker.track)
        if other != number and same and not model.scenario.overruns:
            raise BrokenError("two requests at once on one track")
    tried = asked_was_tried(state, webhook)
    is_poison = model.scenario.poison == (change, message)
    if not is_poison:
        taken = told(model, tried, worker)
        yield Step(f"told {name(worker)}", OK, at(taken, number, _after_taken(model, worker)))
    if is_poison or state.budget.fails:
        spent = tried if is_poison else tried._replace(budget=tried.budget._replace(fails=tried.budget.fails - 1))
        kind = OK if is_poison else FAULT
        if model.fault == "failure-not-noted":
            yield Step(f"refused {name(worker)}", kind, died(spent, number, worker))
        else:
            yield Step(f"refused {name(worker)}", kind, at(spent, number, worker._replace(at="fail")))
            if model.scenario.pauses:
                yield Step(f"refused {name(worker)}, for a while", kind, at(spent, number, worker._replace(at="pause")))
    if model.scenario.hand and message:
        yield Step("time is up", OK, at(state, number, worker._replace(at="note", probe=0, gave_up=2)))


def told(model: Model, state: State, worker: Drain) -> State:
    """The receiver took it."""
    webhook, (change, item), message = worker.webhook, worker.page[worker.place], worker.message
    _check_order(model, state, webhook, change, asked=bool(item.asked))
    seen = state.seen[webhook]
    if message and not seen >> (MESSAGES * change) & 1 and model.scenario.poison != (change, 0):
        raise BrokenError("order: the birth before the end")
    state = state._replace(seen=put(state.seen, webhook, seen | 1 << (MESSAGES * change + message)))
    if item.asked and message == MESSAGES - 1:
        state = state._replace(budget=state.budget._replace(owed=0))
    return state


def _check_order(model: Model, state: State, webhook: int, change: int, *, asked: bool) -> None:
    event = state.events[change]
    if event is None or model.scenario.overruns:
        return
    for other in model.by_order[model.scenario.orders[change]]:
        its = state.events[other]
        if other == change or its is None or not its.told[webhook]:
            continue
        bits = state.seen[webhook] >> (MESSAGES * other) & ALL_TOLD
        if its.place < event.place and bits != ALL_TOLD and state.settled[webhook][other] != 2:
            raise BrokenError("order: told before the one that happened before it")
        if its.place > event.place and bits and not asked:
            raise BrokenError("order: told again after a later one, and nobody asked")


def _after_taken(model: Model, worker: Drain) -> Drain:
    """A probe sends one message, and closes the circuit when it has been noted."""
    if worker.probe:
        is_last = worker.message + 1 == MESSAGES
        return worker._replace(at="settle" if is_last else "note", message=worker.message + 1 - is_last, probe=2)
    return worker._replace(at="recover") if worker.circuit else after_message(model, worker)


def after_message(model: Model, worker: Drain) -> Drain:
    """The next message of the delivery, or its end."""
    if worker.message + 1 < MESSAGES:
        return worker._replace(at="send", message=worker.message + 1)
    return worker._replace(at="delete" if model.fault == "delete-before-settle" else "settle")


def _recover(model: Model, state: State, number: int, worker: Drain) -> After:
    """A success that knows of a circuit ends the counting; a probe's opens all tracks."""
    state = closed(model, state, worker.webhook, worker.circuit, was_open=bool(worker.probe))
    if worker.probe:
        return state, Drain("end probe", worker.webhook, worker.track)
    return state, after_message(model, worker._replace(circuit=0))


def _fail(model: Model, state: State, number: int, worker: Drain) -> After:
    """The circuit is written first: a crash behind it loses no failure."""
    state = asked_was_tried(state, worker.webhook)
    return failed(model, state, worker.webhook, probe=bool(worker.probe)), worker._replace(at="note")


def _pause(model: Model, state: State, number: int, worker: Drain) -> After:
    """The receiver asks for a pause: its circuit opens at once."""
    state = asked_was_tried(state, worker.webhook)
    after = failed(model, state, worker.webhook, probe=bool(worker.probe), at_once=True)
    return after, worker._replace(at="note")


def _note(model: Model, state: State, number: int, worker: Drain) -> After:
    """How far it is, if nobody has asked for it since it was read. ``gave_up`` 2: the time is up, nothing failed."""
    webhook, (change, read) = worker.webhook, worker.page[worker.place]
    is_probe, is_late = bool(worker.probe), worker.gave_up == 2
    item = state.waiting[webhook][change]
    if item is not None and item.asked == read.asked:
        later = 0 if is_probe or is_late else 1
        tried = 0 if is_late or worker.probe == 2 else 1
        gave_up = item.gave_up if is_late else worker.gave_up
        noted = Item(worker.message, later, item.asked, tried, gave_up)
        state = with_item(state, webhook, change, noted)
    if worker.probe == 2:
        return state, worker._replace(at="recover")
    if is_probe:
        return state, Drain("end probe", webhook, worker.track)
    if is_late:
        return state, Drain("hand over", webhook, worker.track)
    later = 0 if model.fault == "retry-not-due" else 1
    return state, on_to(model, worker, block=True, later=later)


def give_up(state: State, number: int, worker: Drain) -> Steps:
    """The window is over, and only this message fails: its lane goes on without it."""
    _, item = worker.page[worker.place]
    if not item.tried or worker.gave_up == 2:
        return
    is_last = worker.message + 1 == MESSAGES
    then = worker._replace(at="settle" if is_last else "send", message=worker.message + 1 - is_last, gave_up=1)
    yield Step(f"give up {name(worker)}", OK, at(state, number, then))


def _settle(model: Model, state: State, number: int, worker: Drain) -> After:
    """Put among the settled ones."""
    webhook, change = worker.webhook, worker.page[worker.place][0]
    bits = state.seen[webhook] >> (MESSAGES * change) & ALL_TOLD
    if bits != ALL_TOLD and not worker.gave_up:
        raise BrokenError("settled and not told")
    outcome = 2 if worker.gave_up else 1
    state = state._replace(settled=put(state.settled, webhook, put(state.settled[webhook], change, outcome)))
    if model.fault == "delete-before-settle":
        return state, _after_delete(model, worker)
    return state, worker._replace(at="delete")


def _delete(model: Model, state: State, number: int, worker: Drain) -> After:
    """Where it waited, unless a person has asked for it since it was read."""
    webhook, (change, read) = worker.webhook, worker.page[worker.place]
    item = state.waiting[webhook][change]
    if item is not None and (item.asked == read.asked or model.fault == "delete-unconditional"):
        state = with_item(state, webhook, change, None)
    if model.fault == "delete-before-settle" and not state.settled[webhook][change]:
        return state, worker._replace(at="settle")
    return state, _after_delete(model, worker)


def _after_delete(model: Model, worker: Drain) -> Drain:
    if worker.probe == 2:
        return worker._replace(at="recover")
    if worker.probe:
        return Drain("end probe", worker.webhook, worker.track)
    return on_to(model, worker)


CALLS: dict[str, Call] = {
    "recover": _recover,
    "fail": _fail,
    "pause": _pause,
    "note": _note,
    "settle": _settle,
    "delete": _delete,
}
