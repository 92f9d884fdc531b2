"""What the table holds, what workers are at, and what may still go wrong."""

from dataclasses import dataclass
from typing import NamedTuple

# Marks of a package: not cancelled from, accepted, split, everybody told.
NOT_ASKED, ACCEPTED, SPLIT, TOLD = range(4)
# When a track is due, and a circuit's kinds.
NEVER, LATER, NOW = range(3)
CLOSED, COUNTING, OPEN, PROBE_DUE = range(4)
FREE, DEAD = -1, 9
MESSAGES = 2
ALL_TOLD = 3


class Event(NamedTuple):
    """Of one change. By webhook: the first number (0: not told), whether it was wanted then (2: that was just being
    changed), and the change whose event was the lane's before (-1: none)."""

    place: int
    told: tuple[int, ...]
    truth: tuple[int, ...]
    before: tuple[int, ...]


class Item(NamedTuple):
    """A delivery that waits. ``later``: its retry is still to come; ``asked`` names a person's last wish."""

    progress: int = 0
    later: int = 0
    asked: int = 0
    tried: int = 0
    gave_up: int = 0


class Track(NamedTuple):
    """``rung``: since its holder's pass began."""

    due: int = NEVER
    holder: int = FREE
    rung: int = 0
    shut: int = 0


class Circuit(NamedTuple):
    """``version`` differs from all that somebody remembers. ``asked``: its probe is a person's wish."""

    kind: int = CLOSED
    failures: int = 0
    version: int = 0
    asked: int = 0


class Owners(NamedTuple):
    """By webhook: wanted by its owner; 1 on, 0 off, -1 gone; how often that changed. ``done``: steps of owners."""

    wanted: tuple[int, ...]
    active: tuple[int, ...]
    changes: tuple[int, ...]
    done: int = 0


class Splitter(NamedTuple):
    """A worker of the stream function; ``read`` is the order and the wishes as it read them."""

    at: str = "idle"
    change: int = -1
    step: int = 0
    read: tuple[tuple[int, ...], ...] = ()


class Drain(NamedTuple):
    """A worker of the delivery function, on a webhook's track.

    ``page`` is what waited, ``place`` where it is in it. ``circuit`` is the version that it read, 0 for none.
    ``probe``: 1 before its request, 2 after one that was taken.
    """

    at: str = "idle"
    webhook: int = 0
    track: int = 0
    page: tuple[tuple[int, Item], ...] = ()
    place: int = 0
    blocked: tuple[int, ...] = ()
    later: int = 0
    message: int = 0
    circuit: int = 0
    probe: int = 0
    gave_up: int = 0


class Budget(NamedTuple):
    """What may still happen; ``asked`` (1 + webhook) and ``owed`` are wishes that were not tried, or told, yet."""

    lost: int = 0
    fails: int = 0
    resends: int = 0
    overruns: int = 0
    asked: int = 0
    owed: int = 0


class State(NamedTuple):
    """By change: marks, events. By order: place, then (last number, last change) by webhook. The rest by webhook."""

    marks: tuple[int, ...]
    events: tuple[Event | None, ...]
    orders: tuple[tuple[int, ...], ...]
    owners: Owners
    waiting: tuple[tuple[Item | None, ...], ...]
    settled: tuple[tuple[int, ...], ...]
    tracks: tuple[tuple[Track | None, ...], ...]
    circuits: tuple[Circuit, ...]
    seen: tuple[int, ...]
    splitters: tuple[Splitter, ...]
    drains: tuple[Drain, ...]
    budget: Budget


class BrokenError(Exception):
    """A promise does not hold."""


@dataclass(frozen=True)
class Scenario:
    """``orders`` gives each change its order, ``tracks`` each order its track.

    ``ready`` changes are split, and wait on their tracks, from the beginning. ``trip`` failures open a circuit; with
    ``pauses`` also one that asks for a pause. ``owners`` do something to a webhook, in order, at any time. ``poison``
    is a message that always fails. ``split`` and ``drain`` are numbers of workers. ``hand``: a drain's time may be up.
    ``stuck`` is a change that cannot be split. Only ``mortal`` workers die.
    """

    orders: tuple[int, ...] = (0, 0)
    tracks: tuple[int, ...] = (0, 0)
    webhooks: int = 1
    split: int = 1
    drain: int = 1
    ready: int = 0
    accepted: bool = True
    lost: int = 0
    fails: int = 0
    pauses: bool = False
    trip: int = 1
    resends: int = 0
    overruns: int = 0
    poison: tuple[int, int] | None = None
    window: bool = False
    hand: bool = False
    mortal: bool = True
    stuck: int | None = None
    owners: tuple[tuple[str, int], ...] = ()


def put[T](values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    """The tuple with another value at a place."""
    return (*values[:place], value, *values[place + 1 :])


def start(scenario: Scenario) -> State:
    """Before anything has happened, but for what is ready."""
    count, webhooks, ready = len(scenario.orders), scenario.webhooks, scenario.ready
    events: list[Event | None] = [None] * count
    orders = [(0, *(0, -1) * webhooks) for _ in range(max(scenario.orders) + 1)]
    for change in range(ready):
        place, number, last, *_ = orders[scenario.orders[change]]
        events[change] = Event(place, (number + 1,) * webhooks, (1,) * webhooks, (last,) * webhooks)
        orders[scenario.orders[change]] = (place + 1, *(number + MESSAGES, change) * webhooks)
    begun = ACCEPTED if scenario.accepted else NOT_ASKED
    used = {scenario.tracks[scenario.orders[change]] for change in range(ready)}
    tracks = tuple(Track(NOW if each in used else NEVER) for each in range(max(scenario.tracks) + 1))
    return State(
        marks=(TOLD,) * ready + (begun,) * (count - ready),
        events=tuple(events),
        orders=tuple(orders),
        owners=Owners((1,) * webhooks, (1,) * webhooks, (0,) * webhooks),
        waiting=((Item(),) * ready + (None,) * (count - ready),) * webhooks,
        settled=((0,) * count,) * webhooks,
        tracks=(tracks,) * webhooks,
        circuits=(Circuit(),) * webhooks,
        seen=(0,) * webhooks,
        splitters=(Splitter(),) * scenario.split,
        drains=(Drain(),) * scenario.drain,
        budget=Budget(scenario.lost, scenario.fails, scenario.resends, scenario.overruns),
    )
