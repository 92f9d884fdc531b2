"""What 64 callers can do to one order at the same moment, and what must come of it."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.support.gateway import Answer
from tests.support.orders import Shop, wire_package
from tests.support.stories import Story, Units, check_promises, check_settled, read_story, recorded_units
from tests.support.world import World, handler

CALLERS = 64
PACKAGE = 71
# Keys of the answers that losers may get: nothing left, replaced, busy, key taken, or "repeat it".
LOST = {400, 404, 409, 422, 429}

type Call = Callable[[], Answer]


@dataclass
class Arena:
    """Each round has a seller of its own. ``answers`` counts all statuses of all rounds."""

    world: World
    rounds: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    sellers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(5000))

    def shop(self, units: int) -> Shop:
        """A shop with one order of one package with one line."""
        shop = Shop(self.world, next(self.sellers))
        assert shop.load([wire_package(PACKAGE, order_of(shop), {1: units})]).status == 200
        return shop

    def at_once(self, calls: Sequence[Call]) -> list[Answer]:
        """All calls, each in a thread of its own, begun together; none may fail on our side."""
        barrier = threading.Barrier(len(calls))

        def run(call: Call) -> Answer:
            barrier.wait()
            return call()

        with ThreadPoolExecutor(len(calls)) as threads:
            answers = list(threads.map(run, calls))
        self.answers.update(answer.status for answer in answers)
        self.rounds += 1
        for answer in answers:
            assert answer.status == 200 or answer.status in LOST, answer
        return answers

    def check(self, shop: Shop, units: Units) -> Story:
        """Promises hold at once, and when the stream has been there."""
        story = self.story(shop)
        check_promises(story, units)
        self.world.split_and_tell()
        check_settled(self.story(shop), units)
        return story

    def story(self, shop: Shop) -> Story:
        """All that is stored of its order."""
        return read_story(self.world.table, shop.seller_id, order_of(shop))


type Race = Callable[[Arena], None]


def order_of(shop: Shop) -> str:
    """The number of a shop's one order."""
    return f"R{shop.seller_id}"


def won(answers: Sequence[Answer]) -> int:
    """How many were told yes."""
    return sum(answer.status == 200 for answer in answers)


def the_last_unit(arena: Arena) -> None:
    """64 sellers' clients want the only unit."""
    shop = arena.shop(1)
    answers = arena.at_once([lambda n=n: shop.cancel(PACKAGE, {1: 1}, f"k{n}") for n in range(CALLERS)])  # type: ignore[misc]
    assert won(answers) == 1
    units = recorded_units(arena.story(shop), {1: 1})
    assert units.taken[1] == 1
    arena.check(shop, units)


def the_same_key(arena: Arena) -> None:
    """One request 64 times over is one cancellation, and every answer says yes."""
    shop = arena.shop(70)
    answers = arena.at_once([lambda: shop.cancel(PACKAGE, {1: 1}, "same")] * CALLERS)
    assert won(answers) == CALLERS
    units = recorded_units(arena.story(shop), {1: 70})
    assert units.taken[1] == 1
    arena.check(shop, units)


def the_same_key_for_different_things(arena: Arena) -> None:
    """The first content is the key's; the others are told so."""
    shop = arena.shop(70)
    calls = [lambda n=n: shop.cancel(PACKAGE, {1: 1 + n % 2}, "same") for n in range(CALLERS)]
    answers = arena.at_once(calls)
    units = recorded_units(arena.story(shop), {1: 70})
    first = units.taken[1]
    assert [answer.status for answer in answers[first - 1 :: 2]] == [200] * (CALLERS // 2)
    assert {answer.json["errors"][0]["key"] for answer in answers[first % 2 :: 2]} == {"idempotency.key.reused"}
    arena.check(shop, units)


def both_dialects(arena: Arena) -> None:
    """The last three units, wanted in two languages."""
    shop = arena.shop(3)
    order = order_of(shop)
    calls: list[Call] = []
    for n in range(1, CALLERS // 2 + 1):
        calls += [
            lambda n=n: shop.cancel(PACKAGE, {1: 1}, f"k{n}"),  # type: ignore[misc]
            lambda n=n: shop.cancel_item(order, f"{order}_1", 1, n),  # type: ignore[misc]
        ]
    answers = arena.at_once(calls)
    assert won(answers) == 3
    arena.check(shop, recorded_units(arena.story(shop), {1: 3}))


def cancel_against_status(arena: Arena) -> None:
    """Both may win, each once: the status does not bring back what was cancelled."""
    shop = arena.shop(32)
    cancels = [lambda n=n: shop.cancel(PACKAGE, {1: 1}, f"k{n}", keep=True) for n in range(CALLERS // 2)]
    answers = arena.at_once([*cancels, *[lambda: shop.notify(PACKAGE, "Picking")] * (CALLERS // 2)])
    units = recorded_units(arena.story(shop), {1: 32})
    assert units.taken[1] == won(answers[: CALLERS // 2]) > 0
    if not won(answers[CALLERS // 2 :]):  # the cancels kept them all out for as long as they tried
        assert shop.notify(PACKAGE, "Picking").status == 200
    story = arena.check(shop, units)
    assert [event.status for event in story.events] == ["Picking"]


def cancel_against_shipped(arena: Arena) -> None:
    """Units are cancelled or they leave, never both, whoever says that they do; what was accepted is done first."""
    shop = arena.shop(32)
    cancels = [lambda n=n: shop.cancel(PACKAGE, {1: 1}, f"k{n}") for n in range(CALLERS // 2)]
    export = {**wire_package(PACKAGE, order_of(shop), {1: 32}), "status": "Shipped"}
    words: list[Call] = [lambda: shop.report(PACKAGE, "Shipped"), lambda: shop.load([export])]
    answers = arena.at_once([*cancels, *words * (CALLERS // 4)])
    cancelled, left = won(answers[: CALLERS // 2]), won(answers[CALLERS // 2 :])
    assert not (cancelled and left)
    units = recorded_units(arena.story(shop), {1: 32})
    assert units.taken[1] == cancelled
    story = arena.check(shop, units)
    assert [event.status for event in story.events] == (["Shipped"] if left else [])


def cancel_against_units_that_leave(arena: Arena) -> None:
    """Half of the units may leave; of the others, as many are cancelled as there are."""
    shop = arena.shop(32)
    cancels = [lambda n=n: shop.cancel(PACKAGE, {1: 1}, f"k{n}") for n in range(CALLERS // 2)]
    answers = arena.at_once([*cancels, *[lambda: shop.report(PACKAGE, "Shipped", {1: 16})] * (CALLERS // 2)])
    cancelled, left = won(answers[: CALLERS // 2]), won(answers[CALLERS // 2 :])
    assert cancelled <= (16 if left else 32)
    units = recorded_units(arena.story(shop), {1: 32})
    assert units.taken[1] == cancelled
    arena.check(shop, units)
    lines = [line for state in arena.story(shop).packages.values() for line in state.package.lines]
    assert sum(line.quantity for line in lines if line.status == "Shipped") == (16 if left else 0)


def cancel_against_explicit_split(arena: Arena) -> None:
    """A package is either cancelled from or split."""
    shop = arena.shop(40)
    cancels = [lambda n=n: shop.cancel(PACKAGE, {1: 1}, f"k{n}") for n in range(CALLERS // 2)]
    answers = arena.at_once([*cancels, *[lambda: shop.split(PACKAGE, [{1: 7}])] * (CALLERS // 2)])
    cancelled, split = won(answers[: CALLERS // 2]), won(answers[CALLERS // 2 :])
    assert (cancelled > 0) != (split > 0)
    units = recorded_units(arena.story(shop), {1: 40})
    assert units.taken[1] == cancelled
    arena.check(shop, units)


def split_against_split(arena: Arena) -> None:
    """One division of the package is accepted; who asked for it, however often, is told the same ids."""
    shop = arena.shop(40)
    calls = [lambda n=n: shop.split(PACKAGE, [{1: 1 + n % 8}]) for n in range(CALLERS)]
    answers = arena.at_once(calls)
    winners = {n % 8 for n, answer in enumerate(answers) if answer.status == 200}
    assert len(winners) == 1
    ids = {tuple(answer.json["newPackageIds"]) for answer in answers if answer.status == 200}
    assert len(ids) == 1
    arena.check(shop, recorded_units(arena.story(shop), {1: 40}))


def workers_on_one_record(arena: Arena) -> None:
    """The stream, its redeliveries and the reconcile at once make one successor."""
    shop = arena.shop(5)
    assert shop.cancel(PACKAGE, {1: 2}, "key").status == 200
    arena.world.flow()
    event = {"Records": [record for _, record in arena.world.stream.waiting if order_of(shop) in repr(record)]}

    def consume() -> Answer:
        return Answer(200, handler("package_stream")(event, None), {})

    arena.at_once([consume] * 16)
    units = recorded_units(arena.story(shop), {1: 5})
    arena.check(shop, units)
    assert len(arena.story(shop).packages) == 2


RACES: tuple[Race, ...] = (
    the_last_unit,
    the_same_key,
    the_same_key_for_different_things,
    both_dialects,
    cancel_against_status,
    cancel_against_shipped,
    cancel_against_units_that_leave,
    cancel_against_explicit_split,
    split_against_split,
    workers_on_one_record,
)
