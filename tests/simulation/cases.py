"""The small cases of which every order is run: what there is before, and who acts at once."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.simulation.admins import Admins
from tests.simulation.book import Book, Change, Hook, OrderBook
from tests.simulation.callers import Callers
from tests.simulation.calls import SELLERS, Calls
from tests.simulation.interleaving import Chosen
from tests.simulation.operators import Operators
from tests.simulation.oracle import Oracle
from tests.simulation.plan import Op
from tests.simulation.receivers import Mood
from tests.simulation.run import activate_all, idle, small_orders
from tests.simulation.scheduler import Scheduler
from tests.simulation.world import World
from tests.support.stream_source import Record

_DAY_MS = 86_400_000


class Scene:
    """One order of one package with two lines, and a webhook. The stream, queue and schedule stand still until the
    end."""

    def __init__(self, choice: Chosen) -> None:
        """Nobody acts yet."""
        self.choice = choice
        self.scheduler = Scheduler(choice)
        self.world = World(self.scheduler, lanes=1, consumers=1)
        self.book = Book(is_calm=False)
        self.callers = Callers(Calls(self.world), self.book)
        self.admins = Admins(Calls(self.world), self.book, self.callers)
        self.operators = Operators(self.world, self.book, self.callers, self.admins)
        self.records: list[Record] = []
        self.bodies: list[str] = []

    @property
    def hook(self) -> Hook:
        return self.book.hooks[0]

    def alone(self, do: Callable[[], object]) -> None:
        """One thing, while everybody else stands still."""
        actor = self.scheduler.spawn(f"alone-{self.callers.next_number()}", lambda: _done(do))
        self.scheduler.only = {actor}
        self.scheduler.run()
        self.scheduler.only = None

    def set_up(self) -> None:
        """Both lines have three units."""
        self.admins.subscribe(_op())
        self.callers.load(OrderBook(SELLERS[0], "N1"), [[3, 3]])

    def together(self, actors: Sequence[Callable[[], object]]) -> None:
        """All of them, in the order that is chosen."""
        self.choice.racing = True
        self.scheduler.only = {
            self.scheduler.spawn(f"actor-{place}", lambda do=do: _done(do))  # type: ignore[misc]
            for place, do in enumerate(actors)
        }
        self.scheduler.run()
        self.choice.racing, self.scheduler.only = False, None

    def settled(self) -> list[str]:
        """What is broken once everybody has gone on."""
        self.hook.receivers[-1].mood = Mood.WORKS
        idle(self.scheduler, _DAY_MS)
        self.book.broken += Oracle(self.world, self.book).forgotten()
        self.alone(lambda: activate_all(self.book, self.admins))
        idle(self.scheduler, _DAY_MS)
        return list(Oracle(self.world, self.book).broken())

    # --------------------------------------------------------------------------------------------------- who may act

    def cancel(self, line: int = 0, units: int = 1) -> Callable[[], None]:
        """Units of the package."""
        return lambda: self.callers.cancel(_op(0, 0, line, 0, units - 1, 0))

    def cancel_item(self) -> Callable[[], None]:
        """The same in the dialect that names no package."""
        return lambda: self.callers.cancel_item(_op(0, 0, 1))

    def split(self) -> Callable[[], None]:
        """The seller's own."""
        return lambda: self.callers.split(_op(0, 0, 0, 0, 0, 0))

    def status(self) -> Callable[[], None]:
        return lambda: self.callers.status(_op(0, 0, 0))

    def stream(self) -> Callable[[], None]:
        """The records that have come, as one batch, which is not brought again; two may get the same."""
        source = self.world.lanes[0].source
        self.records += [record for _, record in source.waiting]
        source.waiting.clear()
        event = json.loads(json.dumps({"Records": self.records}))
        return lambda: _done(lambda: self.world.invoke("package_stream", event))

    def drain(self) -> Callable[[], None]:
        """The messages that have come, of which no other track's or webhook's are; two may get the same."""
        queue = self.world.queue
        self.bodies += [message.body for message in queue.messages]
        queue.messages.clear()
        event = {"Records": [{"messageId": "1", "body": self.bodies[0]}]}
        return lambda: _done(lambda: self.world.invoke("deliver_webhook", event))

    def reconcile(self) -> Callable[[], None]:
        return lambda: _done(lambda: self.world.invoke("reconcile", {}))

    def probe(self) -> Callable[[], None]:
        """A message that asks for one."""
        body = json.dumps({"subscription_id": self.hook.hook_id, "track": None})
        event = {"Records": [{"messageId": "1", "body": body}]}
        return lambda: _done(lambda: self.world.invoke("deliver_webhook", event))

    def resend(self) -> Callable[[], None]:
        """Of the first message."""
        return lambda: self.admins.resend(_op())

    def move(self) -> Callable[[], None]:
        """Another URL."""
        return lambda: self.admins.update_url(_op())

    def delete(self) -> Callable[[], None]:
        """The webhook's end."""
        return lambda: self.admins.delete(_op())

    def change(self, function: str, *, on: bool) -> Callable[[], None]:
        """Turn the webhook on or off."""
        return lambda: _done(lambda: self.admins.change(self.hook, Change(on), function))


def _done(do: Callable[[], object]) -> None:
    do()


def _op(*numbers: int) -> Op:
    return Op("", 0, (*numbers, *([0] * (6 - len(numbers)))))


type Actors = Callable[[Scene], Sequence[Callable[[], object]]]


@dataclass(frozen=True)
class Case:
    """``before`` is done first, one after the other; each of ``actors`` then at once."""

    before: Sequence[Callable[[Scene], Callable[[], object]]]
    actors: Actors

    def __call__(self, choice: Chosen) -> list[str]:
        """One schedule: what it broke."""
        scene = Scene(choice)
        with small_orders(), scene.world.installed():
            scene.alone(scene.set_up)
            for do in self.before:
                scene.alone(do(scene))
            scene.together(self.actors(scene))
            return scene.settled()


def _minutes_pass(scene: Scene) -> Callable[[], object]:
    return lambda: scene.scheduler.sleep(200_000)


def _burst_ends(scene: Scene) -> Callable[[], object]:
    return lambda: scene.scheduler.sleep(2_000)


def _receiver_asks_for_a_pause(scene: Scene) -> Callable[[], object]:
    """So that its circuit is open; by the end of the pause it works."""

    def fail() -> None:
        scene.hook.receivers[-1].mood = Mood.BUSY
        scene.drain()()
        scene.world.queue.messages.clear()
        scene.scheduler.sleep(700_000)
        scene.hook.receivers[-1].mood = Mood.WORKS

    return fail


def _turned(on: bool) -> Callable[[Scene], Callable[[], object]]:  # noqa: FBT001 - its name says it
    function = "activate_webhook" if on else "deactivate_webhook"
    return lambda scene: scene.change(function, on=on)


_EVENT = (Scene.status,)
_DELIVERY = (Scene.status, Scene.stream)
_CANCELLED = (Scene.cancel, _burst_ends)
_FAILING = (*_DELIVERY, _receiver_asks_for_a_pause)

CASES: Mapping[str, Case] = {
    "cancel and cancel of the last units": Case((), lambda s: (s.cancel(0, 2), s.cancel(0, 2))),
    "cancel and cancel in the other dialect": Case((), lambda s: (s.cancel(0, 2), s.cancel_item())),
    "cancel and a seller's split": Case((), lambda s: (s.cancel(), s.split())),
    "cancel and the stream's split": Case(_CANCELLED, lambda s: (s.cancel(), s.stream())),
    "cancel and status": Case((), lambda s: (s.cancel(), s.status())),
    "cancel, status and the stream's split": Case(_CANCELLED, lambda s: (s.cancel(), s.status(), s.stream())),
    "two splits by a seller": Case((), lambda s: (s.split(), s.split())),
    "two splits by the stream": Case(_CANCELLED, lambda s: (s.stream(), s.stream())),
    "fan-out and fan-out": Case(_EVENT, lambda s: (s.stream(), s.stream())),
    "drain and drain": Case(_DELIVERY, lambda s: (s.drain(), s.drain())),
    "drain and fan-out": Case((*_DELIVERY, Scene.cancel, _burst_ends), lambda s: (s.drain(), s.stream())),
    "drain and deactivate": Case(_DELIVERY, lambda s: (s.drain(), _turned(on=False)(s))),
    "drain and activate": Case(_DELIVERY, lambda s: (s.drain(), _turned(on=True)(s))),
    "drain and another URL": Case(_DELIVERY, lambda s: (s.drain(), s.move())),
    "drain and resend": Case(_DELIVERY, lambda s: (s.drain(), s.resend())),
    "drain and delete": Case(_DELIVERY, lambda s: (s.drain(), s.delete())),
    "drain, drain and resend": Case(_DELIVERY, lambda s: (s.drain(), s.drain(), s.resend())),
    "probe and probe": Case(_FAILING, lambda s: (s.probe(), s.probe())),
    "probe and activate": Case(_FAILING, lambda s: (s.probe(), _turned(on=True)(s))),
    "probe and resend": Case(_FAILING, lambda s: (s.probe(), s.resend())),
    "split and deactivate": Case(_CANCELLED, lambda s: (s.stream(), _turned(on=False)(s))),
    "reconcile and the stream's split": Case((*_CANCELLED, _minutes_pass), lambda s: (s.reconcile(), s.stream())),
    "reconcile and fan-out": Case((*_EVENT, _minutes_pass), lambda s: (s.reconcile(), s.stream())),
}
