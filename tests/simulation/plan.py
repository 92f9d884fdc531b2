"""What is to happen in a run: made of its seed alone, and plain data, so that a failing one can be shrunk."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from tests.simulation.faults import NO_FAULTS, Fault, Rates

type Number = int


@dataclass(frozen=True)
class Op:
    """One thing that an actor does, after a wait. What ``numbers`` choose is looked up when it is done."""

    kind: str
    wait_ms: int
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Plan:
    """``scripts`` are what each actor does, by its name; ``schedule`` tells runs of the same plan apart.

    ``switch`` is how often another actor goes on at a point.
    """

    seed: int
    scripts: Mapping[str, tuple[Op, ...]]
    rates: Rates = NO_FAULTS
    switch: float = 0.3
    schedule: int = 0

    @property
    def is_calm(self) -> bool:
        """Whether nothing is done to the service's own calls, so that whatever is late is so by its own doing."""
        return self.rates == NO_FAULTS

    @property
    def size(self) -> int:
        """How much happens."""
        return sum(len(script) for script in self.scripts.values())


CALLER = (
    ("cancel",) * 8 + ("cancel_item",) * 4 + ("status", "split", "split_all", "track", "import", "repeat", "whole_item")
)
CHANNEL = ("cancel_item",) * 6 + ("report", "report", "report", "create", "repeat", "whole_item")
ADMIN = (
    "deactivate", "deactivate", "activate", "activate", "rotate", "update_url", "update_statuses",
    "replay", "resend", "resend", "subscribe", "delete", "ping", "list", "flicker", "flicker",
    "outage", "outage", "outage", "outage", "blink", "blink", "blink",
)  # fmt: skip
OPERATOR = ("redrive", "revoke", "restore", "poison", "poison", "heal")
WEATHER = ("mood", "mood", "mood", "works", "works", "storm", "storm")

# Most things follow each other closely; now and then minutes, hours or days pass.
_WAITS = ((0.62, 0, 300), (0.25, 300, 5_000), (0.09, 5_000, 200_000), (0.03, 200_000, 7_200_000))
_LONGEST = 40 * 3_600_000


def _wait(rng: random.Random) -> int:
    place = rng.random()
    for share, least, most in _WAITS:
        if place < share:
            return rng.randrange(least, most)
        place -= share
    return rng.randrange(7_200_000, _LONGEST)


def _script(rng: random.Random, kinds: tuple[str, ...], most: int) -> tuple[Op, ...]:
    count = rng.randrange(1, most + 1)
    return tuple(Op(rng.choice(kinds), _wait(rng), tuple(rng.randrange(1000) for _ in range(6))) for _ in range(count))


def _rates(rng: random.Random) -> Rates:
    """Each kind of fault is in some runs and not in others: what one hides another one shows."""
    scale = rng.choice((0.002, 0.01, 0.03))
    of = {fault: scale * rng.random() * 2 for fault in Fault if rng.random() < 0.5}
    return Rates(
        of=of,
        redeliver=rng.choice((0.0, 0.1, 0.3)),
        cut=rng.choice((0.0, 0.5)),
        skew_ms=rng.choice((0, 0, 900)),
        lag=rng.choice((0, 3, 20)),
    )


def make_plan(seed: int) -> Plan:
    rng = random.Random(f"{seed}/plan")
    scripts = {f"seller-{number}": _script(rng, CALLER, 12) for number in range(rng.randrange(1, 4))}
    scripts["channel"] = _script(rng, CHANNEL, 6)
    scripts["weather"] = _script(rng, WEATHER, 5)
    for number in range(rng.randrange(1, 4)):
        scripts[f"admin-{number}"] = _script(rng, ADMIN, 7)
    if rng.random() < 0.5:
        scripts["operator"] = _script(rng, OPERATOR, 4)
    return Plan(
        seed=seed,
        scripts=scripts,
        rates=NO_FAULTS if rng.random() < 0.4 else _rates(rng),
        switch=rng.choice((0.05, 0.3, 1.0)),
    )
