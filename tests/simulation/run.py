"""One run: a plan is carried out, the world comes to rest, and the promises are checked."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from unittest import mock

from cleave.application.accept import accept_split
from cleave.application.intake import import_packages
from cleave.clock import now
from cleave.domain.roles import Role
from cleave.store.credentials import Credential, store_credential

from tests.simulation.admins import Admins
from tests.simulation.book import Book, Change, OrderBook
from tests.simulation.callers import Callers
from tests.simulation.calls import CHANNEL, SELLERS, Calls
from tests.simulation.faults import NO_FAULTS
from tests.simulation.operators import Operators
from tests.simulation.oracle import Oracle
from tests.simulation.plan import Op, Plan
from tests.simulation.receivers import Mood
from tests.simulation.scheduler import Choice, Scheduler
from tests.simulation.world import World

# So small that a few splits fill an order.
MOST_ORDER_BYTES = 600
_MOST_STEPS = 60_000
_DAY_MS = 86_400_000


@dataclass
class Outcome:
    """``broken`` says which promises were not kept, ``lines`` what happened; ``steps`` are calls that left the code."""

    steps: int = 0
    days: float = 0
    broken: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


@contextlib.contextmanager
def small_orders() -> Iterator[None]:
    """An order's bound is met after a few splits."""
    with (
        mock.patch.object(accept_split, "MAX_ORDER_BYTES", MOST_ORDER_BYTES),
        mock.patch.object(import_packages, "MAX_IMPORTED_BYTES", MOST_ORDER_BYTES // 2),
    ):
        yield


@dataclass
class Run:
    plan: Plan

    def __post_init__(self) -> None:
        """Nothing happens yet."""
        seed = f"{self.plan.seed}.{self.plan.schedule}"
        self.scheduler = Scheduler(Choice(seed, self.plan.switch), seed)
        self.world = World(self.scheduler)
        self.book = Book(is_calm=self.plan.is_calm)
        self.callers = Callers(Calls(self.world), self.book)
        self.admins = Admins(Calls(self.world), self.book, self.callers)
        self.operators = Operators(self.world, self.book, self.callers, self.admins)
        self.ops = self.callers.ops() | self.admins.ops() | self.operators.ops()

    def __call__(self) -> Outcome:
        """From the first call to the last check."""
        with small_orders(), self.world.installed():
            self.scheduler.most_steps = _MOST_STEPS
            self._alone("setup", self._set_up)
            self.world.air.rates = self.plan.rates
            for name, script in self.plan.scripts.items():
                self.scheduler.spawn(name, lambda script=script: self._act(script))  # type: ignore[misc]
            self.scheduler.run()
            self._rest()
            steps, days = self.scheduler.steps, self.scheduler.now / _DAY_MS
            broken = list(Oracle(self.world, self.book).broken()) if steps < _MOST_STEPS else ["too many steps"]
        return Outcome(steps, days, broken, self.book.lines)

    def _alone(self, name: str, do: object) -> None:
        self.scheduler.spawn(name, do)  # type: ignore[arg-type]
        self.scheduler.run()

    def _set_up(self) -> None:
        """Both sellers have orders of the same numbers, and everybody a webhook."""
        table = self.world.table
        store_credential(table, Credential(CHANNEL, Role.CHANNEL, frozenset(SELLERS)), "secret", now())
        for seller_id in SELLERS:
            credential = Credential(f"seller-{seller_id}", Role.SELLER, frozenset({seller_id}))
            store_credential(table, credential, "secret", now())
        for place in range(3):
            self.admins.subscribe(Op("subscribe", 0, (place, 0, 0, 0, 0, 0)))
        for number in ("N1", "N2"):
            for seller_id in SELLERS:
                self.callers.load(OrderBook(seller_id, number), [[4, 3], [2, 0, 5]])

    def _act(self, script: tuple[Op, ...]) -> None:
        for op in script:
            self.scheduler.sleep(op.wait_ms)
            self.ops[op.kind](op)
            if op.numbers[0] % 4 == 0 and not self.book.damaged:
                self.book.broken += Oracle(self.world, self.book).now(self.book.order(op.numbers[1]))

    def _rest(self) -> None:
        """Nothing goes wrong any more: everything that was put off is done, and webhooks are turned on again."""
        self.world.air.rates = NO_FAULTS
        self.world.air.storms.clear()
        for receiver in self.world.pools.receivers.values():
            receiver.mood = Mood.WORKS
        self.operators.heal(Op("heal", 0, ()))
        self._alone("redrive", lambda: self.operators.redrive(Op("redrive", 0, ())))
        idle(self.scheduler, 5 * _DAY_MS)
        self.book.broken += Oracle(self.world, self.book).forgotten()
        self._alone("activate", lambda: activate_all(self.book, self.admins))
        idle(self.scheduler, _DAY_MS)


def activate_all(book: Book, admins: Admins) -> None:
    """Turn on each webhook that is there."""
    for hook in book.hooks:
        if not hook.gone_maybe:
            admins.change(hook, Change(on=True), "activate_webhook")


def idle(scheduler: Scheduler, most_ms: float) -> None:
    """Until nothing is left to do."""
    night = scheduler.spawn("night", scheduler.park)
    scheduler.run(scheduler.now + most_ms)
    scheduler.wake(night)
    scheduler.run()


def run(plan: Plan) -> Outcome:
    """Carry out a plan."""
    return Run(plan)()
