"""What one table takes, and how many cells a marketplace needs: from counted units, documented limits and a few
assumptions, on paper."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cleave.store import keys
from cleave_cli.paths import ROOT

from benchmarks.charges import Units, added
from benchmarks.consumers import Consumers, measure_consumers
from benchmarks.functions import source_of
from benchmarks.journey import travel
from benchmarks.meter import Bill
from benchmarks.operations import order
from benchmarks.plot import write_chart
from benchmarks.report import table
from benchmarks.scale import Scale
from benchmarks.world import World, engine_world

TITLE = "Capacity, on paper"
_IMAGE = ROOT / "docs/images/capacity.svg"
# DynamoDB's, of a partition and of a table with the default quota; Lambda's, of an account that asked for no more.
_PARTITION_WRITES, _PARTITION_READS, _TABLE_WRITES = 1_000, 3_000, 40_000
_NEW_TABLE_WRITES = 4_000
_ENVIRONMENTS = 1_000
_MOST_WAITING = 50
_RECEIVER_SECONDS = 0.1
_MESSAGES, _TRACKS = 2, 8
# Assumptions, of a marketplace: so many of its packages are cancelled from, the busiest second has so many times the
# mean, a seller has a thousand packages a day on average, and their sizes follow Zipf's law.
_CANCELLED, _BUSIEST, _PACKAGES_OF_A_SELLER = 0.03, 10, 1_000
_DAY = 86_400
_LARGEST = "largest seller's list"
_SCALES = tuple(10**power for power in range(3, 10))


@dataclass(frozen=True, slots=True)
class Measured:
    """Write units by kind of key and index: of one package that is imported, and of one cancellation, of which
    ``split`` and ``deliver`` are parts. ``crowded``: on the package's key, of one of fifty cancellations on it."""

    imported: Units
    cancelled: Units
    split: Units
    deliver: Units
    crowded: float
    reads_of_recipients: float


@dataclass(frozen=True, slots=True)
class Demand:
    """At the busiest second: packages that come in, cancellations, and the largest seller's part of both."""

    packages: float
    cancels: float
    largest: float


def measure(one: World) -> Measured:
    """``one`` has one webhook. The package of the crowd is another one."""
    travel(one)
    journey = travel(one)
    (split,), (deliver,) = journey.split, journey.deliver
    crowd = travel(one, _MOST_WAITING)
    with one.meter.open() as imported:
        order(one)
    in_package = [_writes(bill).get("PACKAGE", 0) for bill in crowd.accept]
    return Measured(
        imported=_writes(imported),
        cancelled=added(*map(_writes, journey.bills)),
        split=_writes(split),
        deliver=_writes(deliver),
        crowded=sum(in_package) / len(in_package),
        reads_of_recipients=added(*(call.reads for call in split.calls))["SELLER"],
    )


def _writes(bill: Bill) -> Units:
    return added(*(call.writes for call in bill.calls))


def limits(found: Measured) -> Mapping[str, float]:
    """What one of each takes in a second, by units alone."""
    return {
        "cancels of one package": _PARTITION_WRITES / found.crowded,
        "splits of one order": _PARTITION_WRITES / found.split["ORDER"],
        "splits of one seller in one storefront": _PARTITION_WRITES / found.split["modified"],
        "splits of one seller, by reads of its recipients": _PARTITION_READS / found.reads_of_recipients,
        "cancels of one table, by its index of due work": keys.DUE_SHARDS
        * _PARTITION_WRITES
        / found.cancelled[keys.DUE_INDEX],
        "drains of one track": _PARTITION_WRITES / (found.deliver["TRACK"] + found.split["TRACK"]),
        "deliveries of one webhook, by settled deliveries": _PARTITION_WRITES / found.deliver["DELIVERY"],
        "cancels of a new table": _NEW_TABLE_WRITES / sum(found.cancelled.values()),
        "cancels of one table, with the default quota": _TABLE_WRITES / sum(found.cancelled.values()),
    }


def by_consumers(spent: Consumers) -> Mapping[str, float]:
    """The same, by processor time and waiting: of a shard, and of a webhook whose receiver takes 100 ms."""
    batch = source_of("PackageStream")["BatchSize"]
    at_once = source_of("PackageStream")["ParallelizationFactor"]
    return {
        "cancels of one shard of the stream": at_once * batch / (spent.quiet + batch * spent.split_seconds),
        "deliveries of one webhook, its receiver taking 100 ms": _TRACKS
        / (spent.deliver_seconds + _MESSAGES * _RECEIVER_SECONDS),
    }


def demand(packages_a_day: int) -> Demand:
    """Of a marketplace of that size."""
    busiest = packages_a_day / _DAY * _BUSIEST
    sellers = max(1, packages_a_day // _PACKAGES_OF_A_SELLER)
    return Demand(busiest, busiest * _CANCELLED, 1 / _harmonic(sellers))


def _harmonic(count: int) -> float:
    """The sum of the first reciprocals: Zipf's law gives the first of so many its part."""
    return sum(1 / n for n in range(1, count + 1)) if count < 1_000 else math.log(count) + 0.57722 + 1 / (2 * count)


def uses(wanted: Demand, found: Measured, spent: Consumers) -> Mapping[str, float]:
    """How much of each limit the busiest second takes, if there is one table; 1 is all of it."""
    writes = wanted.packages * sum(found.imported.values()) + wanted.cancels * sum(found.cancelled.values())
    due = wanted.cancels * found.cancelled[keys.DUE_INDEX]
    listed = wanted.packages * found.imported["modified"] + wanted.cancels * found.split["modified"]
    return {
        "table, write units": writes / _TABLE_WRITES,
        "index of due work": due / keys.DUE_SHARDS / _PARTITION_WRITES,
        _LARGEST: listed * wanted.largest / _PARTITION_WRITES,
        "account's environments": wanted.cancels
        * (spent.split_seconds + spent.deliver_seconds + _MESSAGES * _RECEIVER_SECONDS)
        / _ENVIRONMENTS,
    }


def run(scale: Scale) -> str:
    """The section, and the image in docs."""
    with engine_world(webhooks=1) as one:
        found = measure(one)
    spent = measure_consumers(scale.pick(2, 25))
    points = {size: uses(demand(size), found, spent) for size in _SCALES}
    if not scale.quick:
        _draw(points)
    return "\n".join([_INTRO, _limits(found, spent), _ASSUMED, _marketplaces(points, spent), _IMAGE_LINK])


_INTRO = (
    "The limits are AWS's documented ones, divided by the units counted above: 1,000 write units and 3,000 read units "
    "a second for a partition, 4,000 write units for a new table, and 40,000 by default quota. Consumers are limited "
    "by measured processor time, with 5 ms for a round trip. No measurement reached any of these limits.\n"
)
_ASSUMED = (
    f"The marketplace of the next table: {_CANCELLED:.0%} of its packages have a cancellation. The busiest second "
    f"has {_BUSIEST} times the mean. A seller has a thousand packages a day on average, and the sellers' sizes "
    "follow Zipf's law. One webhook, which answers in 100 ms, receives every split. One table that cannot keep up "
    "falls further behind with each busy second. With enough cells, messages arrive as soon as in the smallest "
    "marketplace.\n"
)
_IMAGE_LINK = "![How much of each limit one table takes](../docs/images/capacity.svg)\n"


def _limits(found: Measured, spent: Consumers) -> str:
    rows = [(what, f"{value:,.0f}") for what, value in {**limits(found), **by_consumers(spent)}.items()]
    return table(("what", "a second"), rows)


def _marketplaces(points: Mapping[int, Mapping[str, float]], spent: Consumers) -> str:
    columns = ("packages a day", "cancels a second", "tightest limit of a table", "of it", "cells", "told after")
    rows = []
    for size, used in points.items():
        shared = {name: value for name, value in used.items() if name != _LARGEST}
        name, most = max(shared.items(), key=lambda each: each[1])
        told = f"{_told_after(spent):.1f} s" if most <= 1 else f"falls behind {most - 1:.1f} s each second"
        cells = max(1, math.ceil(most))
        rows.append(
            (f"{size:,}", f"{demand(size).cancels:,.2f}", name, f"{most:.1%}", cells, told, *_largest(size, used))
        )
    return table((*columns, "largest seller", "of its list"), rows)


def _largest(size: int, used: Mapping[str, float]) -> tuple[str, str]:
    return f"{demand(size).largest:.0%}", f"{used[_LARGEST]:.1%}"


def _told_after(spent: Consumers) -> float:
    """Seconds: the stream is looked at four times a second, then the quiet period, the split and two messages."""
    looked_at = 0.25 / 2
    return looked_at + spent.quiet + spent.split_seconds + spent.deliver_seconds + _MESSAGES * _RECEIVER_SECONDS


def _draw(points: Mapping[int, Mapping[str, float]]) -> None:
    names = next(iter(points.values()))
    lines = {
        name: [(size, min(1.0, used[name]) * 100) for size, used in points.items() if used[name] < 3] for name in names
    }
    write_chart(_IMAGE, "Use of one table's limits in the busiest second, %", "packages a day", lines)
