"""What callers know: what they asked for, what they were answered, and what they were promised by it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.simulation.calls import Answer
from tests.simulation.expressions import Value
from tests.simulation.items import Place
from tests.simulation.receivers import SimulatedReceiver


@dataclass
class Asked:
    """A cancellation, which ``send`` asks for once more.

    ``units`` is how many in all, None where the caller does not say. ``recorded`` are ids that came of it;
    ``is_accepted`` is what the callers know, None while they do not.
    """

    units: int | None
    send: Callable[[], Answer]
    recorded: set[str] = field(default_factory=set)
    is_accepted: bool | None = None


@dataclass
class OrderBook:
    """One seller's order, as its callers know it. ``promised`` are packages of accepted splits with their units.

    Its lines are from ``first_line`` on; another seller's of the same number are others.
    """

    seller_id: int
    number: str
    asked: list[Asked] = field(default_factory=list)
    promised: dict[int, Counter[int]] = field(default_factory=dict)

    @property
    def first_line(self) -> int:
        """The sellers have numbers that follow each other."""
        return 1 + 3 * (self.seller_id % 10) if self.number.startswith("N") else 1

    def lines(self, quantities: Sequence[int]) -> dict[int, int]:
        """A package's."""
        return {self.first_line + place: quantity for place, quantity in enumerate(quantities) if quantity}

    def item(self, place: int) -> str:
        """The channel's name of what is on one of the lines."""
        return f"{self.number}_{self.first_line + place % 3}"


@dataclass(frozen=True)
class Wish:
    """What an owner wants from a step on: to be told (``on``), of these statuses (none: of all)."""

    on: bool
    statuses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """What a request says of a wish; None: nothing."""

    on: bool | None = None
    statuses: frozenset[str] | None = None


@dataclass(eq=False)
class Turn:
    """A change of a wish: somewhere between two steps; ``wish`` None: nobody knows what came of it."""

    begun: int
    wish: Wish | None = None
    settled: float = float("inf")


@dataclass(eq=False)
class Hook:
    """A webhook. ``ended`` is when its end was certain, in virtual milliseconds; ``gone_maybe`` from when it was asked.

    ``stirs`` counts what happened to it or its receiver. ``on`` and ``statuses`` are what its owner last asked for;
    None where nobody knows what came of that.
    """

    owner: str
    hook_id: str
    sellers: frozenset[int]
    receivers: list[SimulatedReceiver]
    turns: list[Turn] = field(default_factory=list)
    ended: float | None = None
    gone_maybe: bool = False
    stirs: int = 0
    on: bool | None = True
    statuses: frozenset[str] | None = frozenset()

    @property
    def is_channels(self) -> bool:
        """Told in HepsiGlobal's words."""
        return self.owner.startswith("channel:")

    def begins(self, step: int) -> Turn:
        """A request that changes the wish is sent."""
        turn = Turn(step)
        self.turns.append(turn)
        return turn

    def ends(self, turn: Turn, step: int, change: Change, *, is_done: bool) -> None:
        """It is answered. Where it is not certain that it was done, or done last, what it is about is uncertain from
        now on."""
        turn.settled = step
        is_last = all(each.settled <= turn.begun for each in self.turns if each is not turn)
        is_certain = is_done and is_last
        if change.on is not None:
            self.on = change.on if is_certain else None
        if change.statuses is not None:
            self.statuses = change.statuses if is_certain else None
        if self.on is not None and self.statuses is not None:
            turn.wish = Wish(self.on, self.statuses)

    def wish_between(self, first: int, last: int) -> Wish | None:
        """What it wanted all the time between two steps; None where that was not certain."""
        known = [turn for turn in self.turns if turn.begun < last]
        if not known:
            return None
        *before, newest = known
        is_certain = newest.settled <= first and all(turn.settled <= newest.begun for turn in before)
        return newest.wish if is_certain else None


@dataclass(frozen=True)
class Happened:
    """An event was written, between two steps of the invocation that made it."""

    seller_id: int
    number: str
    first: int
    begun: int
    step: int


@dataclass
class Book:
    """All of it. ``lines`` are of the run, for people; ``broken`` are promises that were seen not to be kept.

    ``revoked`` has, by owner, the step at which its last revocation was over; infinity while one is under way.
    """

    orders: dict[tuple[int, str], OrderBook] = field(default_factory=dict)
    hooks: list[Hook] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)
    recorded: dict[str, float] = field(default_factory=dict)
    applied: dict[str, float] = field(default_factory=dict)
    poisoned: set[int] = field(default_factory=set)
    damaged: dict[Place, Value] = field(default_factory=dict)
    revoked: dict[str, float] = field(default_factory=dict)
    is_calm: bool = True
    lines: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def order(self, place: int) -> OrderBook:
        orders = list(self.orders.values())
        return orders[place % len(orders)]
