"""What must hold in every state, and what in the end."""

from tests.proofs.model.state import (
    ALL_TOLD,
    DEAD,
    FREE,
    MESSAGES,
    NOT_ASKED,
    OPEN,
    TOLD,
    BrokenError,
    State,
)
from tests.proofs.model.steps import Model


def check(state: State) -> None:
    """What holds always; numbers, order and truth are looked at where they are made."""
    asked = state.budget.asked
    if asked and state.owners.active[asked - 1] == 1 and state.circuits[asked - 1].kind == OPEN:
        raise BrokenError("a person asked, and the circuit keeps it waiting")


def is_end(model: Model, state: State) -> bool:
    """Everything accepted is told, given up, or listed for a webhook that is off; nothing is due, held or marked."""
    if any(each.at != "idle" for each in state.splitters) or any(each.at != "idle" for each in state.drains):
        return False
    if state.budget.owed and state.owners.active[0] == 1:
        return False  # what a person asked for was not sent
    stuck = model.scenario.stuck
    if any(mark not in {NOT_ASKED, TOLD} for change, mark in enumerate(state.marks) if change != stuck):
        return False
    return all(_is_at_rest(model, state, webhook) for webhook in range(model.scenario.webhooks))


def _is_at_rest(model: Model, state: State, webhook: int) -> bool:
    active = state.owners.active[webhook]
    if active < 0:
        return True
    if state.circuits[webhook].kind >= OPEN:
        return False
    for track in state.tracks[webhook]:
        if track is None or track.due or track.holder not in {FREE, DEAD} or (active == 1 and track.shut):
            return False
    return all(
        _is_done(model, state, webhook, change)
        for change, event in enumerate(state.events)
        if event is not None and change != model.scenario.stuck
    )


def _is_done(model: Model, state: State, webhook: int, change: int) -> bool:
    """An old item beside a settled one, which a late fan-out put, is hidden in lists."""
    event, item = state.events[change], state.waiting[webhook][change]
    settled = state.settled[webhook][change]
    truth, first = (event.truth[webhook], event.told[webhook]) if event else (0, 0)
    is_due_to_it = truth == 1 or (truth == 2 and model.fault is None and bool(first))
    if is_due_to_it and not settled and item is None:
        return False
    is_old = item is not None and settled and not item.asked
    if state.owners.active[webhook] == 1 and item is not None and not is_old:
        return False
    return settled != 1 or state.seen[webhook] >> (MESSAGES * change) & ALL_TOLD == ALL_TOLD
