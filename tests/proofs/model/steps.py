"""What all workers' steps share: how a step is told, and the writes that several of them make."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.proofs.model.state import (
    CLOSED,
    COUNTING,
    DEAD,
    NEVER,
    NOW,
    OPEN,
    Circuit,
    Item,
    Scenario,
    State,
    Track,
    put,
)

OK, FAULT, OUTSIDE = range(3)


class Step(NamedTuple):
    """``kind``: one that has to happen sooner or later, one that goes wrong, one that somebody may do or not."""

    label: str
    kind: int
    state: State


type Steps = Iterator[Step]


@dataclass(frozen=True)
class Model:
    """``fault`` names the one step that is wrong."""

    scenario: Scenario
    fault: str | None = None
    by_order: tuple[tuple[int, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        """The changes of each order."""
        orders = self.scenario.orders
        of_order = tuple(
            tuple(each for each in range(len(orders)) if orders[each] == order) for order in range(max(orders) + 1)
        )
        object.__setattr__(self, "by_order", of_order)

    def track(self, change: int) -> int:
        """On which its order's deliveries wait."""
        return self.scenario.tracks[self.scenario.orders[change]]


def with_track(state: State, webhook: int, number: int, track: Track | None) -> State:
    return state._replace(tracks=put(state.tracks, webhook, put(state.tracks[webhook], number, track)))


def with_item(state: State, webhook: int, change: int, item: Item | None) -> State:
    """Another waiting item, or none."""
    return state._replace(waiting=put(state.waiting, webhook, put(state.waiting[webhook], change, item)))


def with_circuit(state: State, webhook: int, circuit: Circuit) -> State:
    return state._replace(circuits=put(state.circuits, webhook, circuit))


def rung(track: Track) -> Track:
    """Due now; its holder, if it lives, will notice."""
    return Track(NOW, track.holder, int(0 <= track.holder < DEAD), 0)


def wake(model: Model, state: State, webhook: int, number: int) -> State:
    """What a transaction that takes the receiver for a working one writes of one of its tracks."""
    track = state.tracks[webhook][number]
    if track is not None:
        state = with_track(state, webhook, number, rung(track))
    for change, item in enumerate(state.waiting[webhook]):
        if item is not None and item.later and model.track(change) == number:
            state = with_item(state, webhook, change, item._replace(later=0))
    return state


def wake_all(model: Model, state: State, webhook: int) -> State:
    for number in range(len(state.tracks[webhook])):
        state = wake(model, state, webhook, number)
    return state


def next_version(state: State, webhook: int) -> int:
    """One that nobody remembers."""
    known = [each.circuit for each in state.drains if each.webhook == webhook]
    return max([state.circuits[webhook].version, *known]) + 1


def failed(model: Model, state: State, webhook: int, *, probe: bool, at_once: bool = False) -> State:
    """A failure is counted: the circuit as it is, and its next version on the condition that it is so still."""
    circuit = state.circuits[webhook]
    if probe and circuit.kind == CLOSED:
        return state  # closed meanwhile: a failure that begins to count anew is another scenario's
    failures = min(circuit.failures + 1, 3)
    is_open = circuit.kind >= OPEN or probe or at_once or failures >= model.scenario.trip
    version = next_version(state, webhook)
    if model.fault == "versions-begin-anew":
        version = min(circuit.version + 1, 3)
    asked = 0 if model.fault == "failure-uses-up-wish" else circuit.asked
    kind = (OPEN if (probe and not asked) or circuit.kind < OPEN else circuit.kind) if is_open else COUNTING
    return with_circuit(state, webhook, Circuit(kind, failures, version, asked))


def closed(model: Model, state: State, webhook: int, read: int, *, was_open: bool) -> State:
    """A success: if the circuit is as it was read, it goes; where nothing but probes was sent, everybody is woken."""
    circuit = state.circuits[webhook]
    if circuit.kind == CLOSED or circuit.version != read:
        return state
    state = with_circuit(state, webhook, Circuit())
    return wake_all(model, state, webhook) if was_open and model.fault != "close-without-wake" else state


def let_go(*, due: int = NEVER, shut: int = 0) -> Track:
    """A track without a holder."""
    return Track(due, -1, 0, shut)


def asked_was_tried(state: State, webhook: int) -> State:
    """What a person asked for is being tried; a probe that was to come for it is another request."""
    if state.budget.asked != webhook + 1 or state.circuits[webhook].asked:
        return state
    return state._replace(budget=state.budget._replace(asked=0))
