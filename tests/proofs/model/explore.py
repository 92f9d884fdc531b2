"""Every state that can be reached; and from each of them a way to an end."""

import time
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.proofs.model import draining, outside, probing, splitting
from tests.proofs.model.promises import check, is_end
from tests.proofs.model.state import DEAD, BrokenError, Drain, Scenario, State, put, start
from tests.proofs.model.steps import OK, Model, Step

MOST_STATES = 2_000_000


@dataclass
class Explored:
    """``broken`` says which promise, ``trace`` the shortest way to it."""

    states: int = 0
    steps: int = 0
    seconds: float = 0.0
    broken: str | None = None
    trace: list[str] = field(default_factory=list)


@dataclass
class _Graph:
    """Of steps that are no faults; ``waits``: the step is time."""

    sources: array[int] = field(default_factory=lambda: array("l"))
    targets: array[int] = field(default_factory=lambda: array("l"))
    waits: bytearray = field(default_factory=bytearray)
    ends: bytearray = field(default_factory=bytearray)


def explore(scenario: Scenario, fault: str | None = None) -> Explored:
    """Breadth first, so that the first trace is a shortest one."""
    began, search = time.monotonic(), _Search(Model(scenario, fault))
    try:
        search.run()
        search.check_ends()
    except BrokenError as broken:
        search.found.broken = str(broken)
        search.found.trace = search.trace()
    search.found.states, search.found.seconds = len(search.states), time.monotonic() - began
    return search.found


def successors(model: Model, state: State) -> Iterator[Step]:
    """All steps from a state, and the states behind them up to the names of workers."""
    yield from outside.steps(model, state)
    yield from splitting.steps(model, state)
    for number, worker in enumerate(state.drains):
        yield from draining.steps(model, state, number, worker)
        yield from probing.steps(model, state, number, worker)


@dataclass
class _Search:
    """``at`` is the state that is being looked at; ``parents`` and ``labels`` are how each was reached first."""

    model: Model
    found: Explored = field(default_factory=Explored)
    states: list[State] = field(default_factory=list)
    numbers: dict[State, int] = field(default_factory=dict)
    parents: array[int] = field(default_factory=lambda: array("l"))
    labels: list[str] = field(default_factory=list)
    graph: _Graph = field(default_factory=_Graph)
    at: int = 0

    def run(self) -> None:
        """Raises BrokenError."""
        self._number(start(self.model.scenario), "", -1)
        todo = deque([0])
        while todo:
            self.at = todo.popleft()
            state = self.states[self.at]
            ends = is_end(self.model, state)
            self.graph.ends.append(ends)
            check(state)
            for step in successors(self.model, state):
                self.found.steps += 1
                place, is_new = self._number(_canonical(self.model, step.state), step.label, self.at)
                if is_new:
                    todo.append(place)
                if step.kind == OK and place != self.at:
                    self._join(step, place, ends=ends)
            if len(self.states) > MOST_STATES:
                raise BrokenError("too many states")

    def _number(self, state: State, label: str, parent: int) -> tuple[int, bool]:
        known = self.numbers.get(state)
        if known is not None:
            return known, False
        place = self.numbers[state] = len(self.states)
        self.states.append(state)
        self.parents.append(parent)
        self.labels.append(label)
        return place, True

    def _join(self, step: Step, place: int, *, ends: bool) -> None:
        is_rest = self.model.scenario.stuck is None and not step.label.startswith("time: delivery")
        if ends and is_rest:
            raise BrokenError(f"does not come to rest: {step.label}")
        self.graph.sources.append(self.at)
        self.graph.targets.append(place)
        self.graph.waits.append(step.label.startswith("time"))

    def check_ends(self) -> None:
        """Raises BrokenError where no way leads to an end, or one goes round without time passing."""
        count, graph = len(self.states), self.graph
        stuck = _unreached(count, graph)
        if stuck is not None:
            self.at = stuck
            raise BrokenError("stuck: no way to an end by steps that are no faults")
        if self.model.scenario.stuck is None and _goes_round(count, graph):
            raise BrokenError("goes round: steps without faults and without time that never end")

    def trace(self) -> list[str]:
        """The labels from the beginning to where it is."""
        steps, place = [], self.at
        while place > 0:
            steps.append(self.labels[place])
            place = self.parents[place]
        return steps[::-1]


def _canonical(model: Model, state: State) -> State:
    """Workers of a kind are interchangeable, and of versions only their order counts."""
    splitters = tuple(sorted(state.splitters))
    state = state if splitters == state.splitters else state._replace(splitters=splitters)
    if model.fault != "versions-begin-anew":
        state = _ranked(state)
    if len(state.drains) == 2 and _is_swapped(state):
        state = _swapped(state)
    return state


def _ranked(state: State) -> State:
    for webhook, circuit in enumerate(state.circuits):
        held = [each.circuit for each in state.drains if each.webhook == webhook and each.circuit]
        ranks = {version: rank for rank, version in enumerate(sorted({*held, circuit.version} - {0}), start=1)}
        if all(version == rank for version, rank in ranks.items()):
            continue
        ranks[0] = 0
        drains = tuple(
            each._replace(circuit=ranks[each.circuit]) if each.webhook == webhook else each for each in state.drains
        )
        circuits = put(state.circuits, webhook, circuit._replace(version=ranks[circuit.version]))
        state = state._replace(drains=drains, circuits=circuits)
    return state


def _key(worker: Drain) -> tuple[object, ...]:
    items = tuple((change, *item) for change, item in worker.page)
    return (*worker[:3], items, *worker[4:])


def _is_swapped(state: State) -> bool:
    first, second = map(_key, state.drains)
    if first != second:
        return first > second
    holders = [track.holder for tracks in state.tracks for track in tracks if track is not None]
    return 1 in holders and 0 not in holders


def _swapped(state: State) -> State:
    tracks = tuple(
        tuple(
            track if track is None or not 0 <= track.holder < DEAD else track._replace(holder=1 - track.holder)
            for track in each
        )
        for each in state.tracks
    )
    return state._replace(drains=state.drains[::-1], tracks=tracks)


def _unreached(count: int, graph: _Graph) -> int | None:
    """A state from which no end can be reached; None if there is none."""
    back: list[list[int]] = [[] for _ in range(count)]
    for source, target in zip(graph.sources, graph.targets, strict=True):
        back[target].append(source)
    reached = bytearray(graph.ends)
    todo = [place for place in range(count) if reached[place]]
    while todo:
        for source in back[todo.pop()]:
            if not reached[source]:
                reached[source] = 1
                todo.append(source)
    place = reached.find(0)
    return None if place < 0 else place


def _goes_round(count: int, graph: _Graph) -> bool:
    """Whether there is a circle of steps that are neither faults nor the passing of time."""
    forward: list[list[int]] = [[] for _ in range(count)]
    degree = array("l", bytes(8 * count))
    for source, target, waited in zip(graph.sources, graph.targets, graph.waits, strict=True):
        if not waited:
            forward[source].append(target)
            degree[target] += 1
    todo = [place for place in range(count) if not degree[place]]
    left = count
    while todo:
        left -= 1
        for target in forward[todo.pop()]:
            degree[target] -= 1
            if not degree[target]:
                todo.append(target)
    return left > 0
