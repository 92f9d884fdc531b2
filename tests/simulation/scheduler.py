"""One scheduler with virtual time: real threads that hand on a baton, so that one alone runs, and the seed says which.

An actor runs until a ``point``: there another one may go on. Time passes at points and while all sleep, never by
itself. The baton is handed directly from actor to actor; the main thread has it only between two runs.
"""

import math
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.support.breaker import Killed

FOREVER = math.inf
type Body = Callable[[], None]


@dataclass
class Worker:
    """A thread that runs one actor after another."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    actor: "Actor | None" = None


@dataclass(eq=False)
class Actor:
    """Times are virtual milliseconds. ``deadline`` is the end of its function's invocation, ``dead`` after it.

    The run is not over while an actor that is ``awaited`` has something to do. ``skew`` is what its machine's clock
    is ahead. ``faults`` counts what was done to the invocation, which ``began`` at a step.
    """

    name: str
    body: Body
    worker: Worker
    rng: random.Random
    wake_at: float
    awaited: bool
    deadline: float = FOREVER
    dead: bool = False
    skew: int = 0
    faults: int = 0
    began: int = 0
    environment: object = None


class Choice:
    """Who goes on, and how long a step takes: by a seed. Subclasses enumerate instead."""

    def __init__(self, seed: object, switch: float = 0.3, slowest_ms: int = 4) -> None:
        """``switch`` is how often another may go on at a point."""
        self.rng = random.Random(f"{seed}/schedule")
        self.switch = switch
        self.slowest_ms = slowest_ms

    def step_ms(self) -> int:
        """What a call takes."""
        return 1 + int(self.rng.random() * self.slowest_ms)

    def stays(self) -> bool:
        """Whether who runs goes on running."""
        return self.rng.random() >= self.switch

    def pick(self, current: Actor | None, runnable: Sequence[Actor]) -> Actor:  # noqa: ARG002 - others look at it
        return runnable[int(self.rng.random() * len(runnable))]


class Scheduler:
    """``steps`` counts points; after ``most_steps`` no actor goes on. ``only``: all others stand still meanwhile."""

    def __init__(self, choice: Choice, seed: object = 0) -> None:
        """Nothing runs yet."""
        self.choice = choice
        self.seed = seed
        self.now: float = 0
        self.steps = 0
        self.most_steps = FOREVER
        self.ends_at = FOREVER
        self.stopping = False
        self.only: set[Actor] | None = None
        self.actors: list[Actor] = []
        self.failures: list[BaseException] = []
        self._current: Actor | None = None
        self._idle: list[Worker] = []
        self._main = threading.Lock()
        self._main.acquire()

    @property
    def current(self) -> Actor:
        """Who runs."""
        if self._current is None:
            raise AssertionError("nobody runs")
        return self._current

    @property
    def is_running(self) -> bool:
        """Whether an actor runs, not the main thread."""
        return self._current is not None

    def spawn(self, name: str, body: Body, *, delay: float = 0, awaited: bool = True) -> Actor:
        """A new actor, which begins after ``delay`` milliseconds."""
        rng = random.Random(f"{self.seed}/{name}")
        actor = Actor(name, body, self._worker(), rng, self.now + delay, awaited)
        actor.worker.actor = actor
        self.actors.append(actor)
        return actor

    def _worker(self) -> Worker:
        if self._idle:
            return self._idle.pop()
        worker = Worker()
        worker.turn.acquire()
        threading.Thread(target=self._work, args=(worker,), daemon=True).start()
        return worker

    def _work(self, worker: Worker) -> None:
        while True:
            worker.turn.acquire()
            actor = worker.actor
            if actor is None:
                return
            try:
                if not self.stopping:
                    actor.body()
            except Killed:
                pass
            except BaseException as error:  # noqa: BLE001 - the main thread raises it
                self.failures.append(error)
            self.actors.remove(actor)
            worker.actor = None
            self._idle.append(worker)
            self._hand_on()

    # ------------------------------------------------------------------------------------------ called by actors

    def point(self) -> None:
        """A call leaves the process here: another actor may go on first. Raises Killed where the actor's time is up."""
        actor = self.current
        self.steps += 1
        self.now += self.choice.step_ms()
        actor.wake_at = max(actor.wake_at, self.now)
        if not self.choice.stays() or self.steps >= self.most_steps:
            self._yield(actor)
        self._live(actor)

    def sleep(self, milliseconds: float) -> None:
        """Nothing of this actor happens for so long."""
        actor = self.current
        actor.wake_at = self.now + milliseconds
        self._yield(actor)
        self._live(actor)

    def park(self) -> None:
        """Sleep until somebody calls ``wake``."""
        self.sleep(FOREVER)

    def wake(self, actor: Actor, delay: float = 0) -> None:
        """Let it go on after ``delay`` at the latest."""
        actor.wake_at = min(actor.wake_at, self.now + delay)

    def die(self) -> None:
        """The current invocation ends here."""
        self.current.dead = True
        raise Killed

    def _live(self, actor: Actor) -> None:
        if self.stopping or actor.dead or self.now > actor.deadline:
            actor.dead = True
            raise Killed

    # ------------------------------------------------------------------------------------------------ the baton

    def _yield(self, actor: Actor) -> None:
        following = self._next()
        if following is actor:
            return
        self._give(following)
        actor.worker.turn.acquire()
        self._current = actor

    def _hand_on(self) -> None:
        self._give(self._next())

    def _give(self, actor: Actor | None) -> None:
        if actor is None:
            self._current = None
            self._main.release()
        else:
            self._current = actor
            actor.worker.turn.release()

    def _next(self) -> Actor | None:
        """None: the main thread goes on."""
        if self.stopping:
            return self.actors[0] if self.actors else None
        actors = self.actors if self.only is None else [actor for actor in self.actors if actor in self.only]
        if self.failures or self.steps >= self.most_steps or not any(actor.awaited for actor in actors):
            return None
        runnable = [actor for actor in actors if actor.wake_at <= self.now]
        if not runnable:
            first = min(actor.wake_at for actor in actors)
            if first > self.ends_at or first == FOREVER:
                return None
            self.now = first
            runnable = [actor for actor in actors if actor.wake_at <= first]
        return self.choice.pick(self._current, runnable)

    # ------------------------------------------------------------------------------------- called by the main thread

    def run(self, until_ms: float = FOREVER) -> None:
        """Until no awaited actor is left, nothing is left to do before ``until_ms``, or the steps are used up."""
        self.ends_at = until_ms
        following = self._next()
        if following is not None:
            self._give(following)
            self._main.acquire()
        if self.failures:
            raise self.failures[0]

    def stop(self) -> None:
        """End all actors where they stand, and their threads."""
        self.stopping = True
        if self.actors:
            self._give(self.actors[0])
            self._main.acquire()
        for worker in self._idle:
            worker.turn.release()
