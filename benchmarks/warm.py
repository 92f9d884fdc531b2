"""Processor time of a warm request, without the database and with it, and what it allocates."""

import itertools
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from benchmarks import builds
from benchmarks.cold import ANSWERS, LEFT
from benchmarks.events import cancel_event, item_event
from benchmarks.report import Budget, budgets, table
from benchmarks.scale import Scale, interleave, say
from benchmarks.transport import prepared_answers
from benchmarks.usual_way import CONTEXT, put_usual, usual_app
from benchmarks.usual_way import LEFT as USUAL_LEFT
from benchmarks.world import World, engine_world
from functions.cancel_package.app import handler as cancel_package
from functions.order_cancel.app import handler as order_cancel

TITLE = "Warm requests"
_MOST = {"Trendyol, accept": 0.33, "HepsiGlobal, accept": 0.5}
_MOST_OF_BEST = 1.3
_BEST = "the usual way's best form, accept"
_PER_PACKAGE = 40  # below the 50 cancellations that may wait on a package
_INTRO = (
    'Microseconds of processor time for one request in one process: medians of batches that run in turns. "Database '
    'excluded" replaces botocore\'s HTTP layer by prepared answers; building, signing and parsing stay. "Included" '
    "adds the client's work on the connection, but not the engine's work, which is in another process. The usual way "
    'needs four calls to accept, Cleave one (Trendyol) or two (HepsiGlobal). "Allocated" is the most memory that a '
    "request holds at once beyond what was in use before it, by tracemalloc, without the database.\n"
)

type Handler = Callable[[dict[str, Any], object], dict[str, Any]]
type Batch = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Case:
    """A request that is repeated; ``statuses`` are the allowed status codes of its answers."""

    handler: Handler
    event: dict[str, Any]
    statuses: frozenset[int]

    def microseconds(self, count: int) -> float:
        """Processor time per request, over ``count`` requests."""
        return _cpu(self.handler, [self.event] * count, self.statuses)

    def allocated(self) -> float:
        """The most memory that a request holds at once, in KiB."""
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        self.handler(self.event, CONTEXT)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return (peak - before) / 1024


@dataclass(frozen=True, slots=True)
class Stubbed:
    """Results without the database: microseconds per request in each round, and KiB."""

    rounds: list[float]
    allocated: float

    @property
    def spent(self) -> float:
        """The median of the rounds."""
        return median(self.rounds)


def run(scale: Scale) -> str:
    builds.build_all()
    with engine_world() as world:
        usual, best = usual_app().handler, usual_app("best").handler
        say("without the database")
        stubbed = _without_database(scale, usual, best, world)
        say("with the database")
        real = _with_database(scale, usual, world)
    return "\n".join([_INTRO, budgets(_budgets(stubbed)), _table(stubbed, real)])


def _cpu(handler: Handler, events: list[dict[str, Any]], statuses: frozenset[int]) -> float:
    """Microseconds per request; the events are made before the clock starts."""
    started = time.process_time()
    answers = [handler(event, CONTEXT) for event in events]
    spent = time.process_time() - started
    wrong = [answer for answer in answers if answer["statusCode"] not in statuses]
    if wrong:
        raise RuntimeError(f"{len(wrong)} of {len(answers)}: {wrong[0]}")
    return spent * 1e6 / len(events)


_OK, _REFUSED = frozenset({200}), frozenset({400, 409})


def _without_database(scale: Scale, usual: Handler, best: Handler, world: World) -> dict[str, Stubbed]:
    package = world.load({"SKU-0": LEFT})
    image = world.record(package["shipmentPackageId"])["dynamodb"]["NewImage"]
    place = (package["shipmentPackageId"], package["lines"][0]["lineId"])
    too_many = LEFT + 1
    accepting = {
        "usual, accept": Case(usual, cancel_event(), _OK),
        _BEST: Case(best, cancel_event(), _OK),
        "Trendyol, accept": Case(cancel_package, cancel_event(), _OK),
        "HepsiGlobal, accept": Case(order_cancel, item_event(), _OK),
    }
    refusing = {
        "usual, refuse": Case(usual, cancel_event(too_many), _REFUSED),
        "Trendyol, refuse": Case(cancel_package, cancel_event(too_many, *place), _REFUSED),
        "HepsiGlobal, refuse": Case(order_cancel, item_event(too_many), _REFUSED),
    }
    answers = {**ANSWERS, "BatchGetItem": {"Responses": {world.table.name: []}, "UnprocessedKeys": {}}}
    with prepared_answers(answers):
        results = _stubbed(scale, accepting)
    with prepared_answers(answers, refused=image):
        return results | _stubbed(scale, refusing)


def _stubbed(scale: Scale, cases: Mapping[str, Case]) -> dict[str, Stubbed]:
    count = scale.pick(3, 30)
    rounds = _rounds(scale.pick(1, 15), {name: partial(case.microseconds, count) for name, case in cases.items()})
    return {name: Stubbed(rounds[name], case.allocated()) for name, case in cases.items()}


def _rounds(count: int, cases: Mapping[str, Batch]) -> dict[str, list[float]]:
    for case in cases.values():
        case()  # the first call also does work that is done once per process
    return interleave(count, cases)


def _with_database(scale: Scale, usual: Handler, world: World) -> dict[str, float]:
    count = scale.pick(2, 10, _PER_PACKAGE)
    put_usual(world)
    keys = itertools.count()

    def accept_usual() -> float:
        # Other content each time: the decorator would answer a repeat from its store.
        events = [cancel_event(1 + next(keys) % 100_000) for _ in range(count)]
        return _cpu(usual, events, _OK)

    def accept_trendyol() -> float:
        package = world.load({"SKU-0": LEFT})
        place = (package["shipmentPackageId"], package["lines"][0]["lineId"])
        return _cpu(cancel_package, [cancel_event(1, *place, key=str(next(keys))) for _ in range(count)], _OK)

    def accept_hepsiglobal() -> float:
        package = world.load({"SKU-0": LEFT})
        number = package["orderNumber"]
        item = f"{number}_{package['lines'][0]['stockCode']}"
        return _cpu(order_cancel, [item_event(1, 1 + next(keys), number, item) for _ in range(count)], _OK)

    whole = world.load({"SKU-0": LEFT})
    number, line = whole["orderNumber"], whole["lines"][0]
    too_many = cancel_event(LEFT + 1, whole["shipmentPackageId"], line["lineId"])
    too_many_items = item_event(LEFT + 1, 1, number, f"{number}_{line['stockCode']}")
    rounds = _rounds(
        scale.pick(1, 5, 11),
        {
            "usual, accept": accept_usual,
            "Trendyol, accept": accept_trendyol,
            "HepsiGlobal, accept": accept_hepsiglobal,
            "usual, refuse": partial(_cpu, usual, [cancel_event(USUAL_LEFT + 1)] * count, _REFUSED),
            "Trendyol, refuse": partial(_cpu, cancel_package, [too_many] * count, _REFUSED),
            "HepsiGlobal, refuse": partial(_cpu, order_cancel, [too_many_items] * count, _REFUSED),
        },
    )
    return {name: median(each) for name, each in rounds.items()}


def _budgets(stubbed: Mapping[str, Stubbed]) -> list[Budget]:
    pairs = [(name, "usual, accept", most) for name, most in _MOST.items()]
    return [_budget(stubbed, *pair) for pair in [*pairs, ("Trendyol, accept", _BEST, _MOST_OF_BEST)]]


def _budget(stubbed: Mapping[str, Stubbed], ours: str, theirs: str, most: float) -> Budget:
    """``ours`` against ``theirs``: the median ratio of rounds, each of which measured one right after the other."""
    mine, other = stubbed[ours], stubbed[theirs]
    ratio = median(each / its for each, its in zip(mine.rounds, other.rounds, strict=True))
    what = f"CPU of a warm request, database excluded: {ours}, vs. {theirs}"
    return Budget(what, f"{mine.spent:.0f} µs", f"{other.spent:.0f} µs", ratio, most)


def _table(stubbed: Mapping[str, Stubbed], real: Mapping[str, float]) -> str:
    rows = []
    for name, each in stubbed.items():
        ratio = each.spent / stubbed[f"usual, {name.rpartition(' ')[2]}"].spent
        rows.append(
            (
                name,
                f"{each.spent:.0f}",
                f"{ratio:.2f}",
                f"{real[name]:.0f}" if name in real else "",
                f"{each.allocated:.0f}",
            )
        )
    columns = ("request", "database excluded, µs", "of the usual way", "included, µs", "allocated, KiB")
    return table(columns, rows)
