"""One load for every service that is measured: orders, cancels of one unit, and the second webhook of each."""

import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from statistics import median, quantiles
from typing import Protocol

from cleave_cli.receiver import Answer, Received, Receiver

_WAIT = 120.0  # seconds
_CALLERS = 4
_MESSAGES = 2  # of each split: the end of the old package, the birth of the new one


class Service(Protocol):
    """What is measured, with a webhook that leads to the receiver."""

    def new_order(self) -> str:
        """Have an order of five lines of six units; answers its number."""

    def cancel(self, order: str, number: int) -> None:
        """Have a unit of the order's package accepted; ``number`` tells it from others of the package."""

    def order_of(self, request: Received) -> str:
        """The order that a request to the receiver is about."""


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds from the call on: until it was answered, until the second webhook of the order came. ``told`` is how
    many have come by the end of the turn."""

    order: str
    accepted: float
    second: float
    told: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """One turn of a service."""

    singles: Sequence[Times]
    bursts: Sequence[Times]
    per_second: float


class Arrivals:
    """When the webhooks of each order came, in their order; the receiver answers them at once."""

    def __init__(self, service: Service, receiver: Receiver) -> None:
        self._service = service
        self._came: defaultdict[str, list[float]] = defaultdict(list)
        self._changed = threading.Condition()
        receiver.respond = self._note

    def _note(self, request: Received) -> Answer:
        order = self._service.order_of(request)
        with self._changed:
            self._came[order].append(request.arrived_at)
            self._changed.notify_all()
        return Answer()

    def second(self, orders: Sequence[str]) -> list[float]:
        """When the second of each came, once all have come. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: all(len(self._came[each]) >= _MESSAGES for each in orders), _WAIT):
                raise TimeoutError(f"{sum(len(self._came[each]) for each in orders)} webhooks of {len(orders)} orders")
            return [self._came[each][_MESSAGES - 1] for each in orders]

    def count(self, order: str) -> int:
        """How many have come."""
        with self._changed:
            return len(self._came[order])


def warm_up(service: Service, arrivals: Arrivals) -> None:
    """Until every process is there that the load will need."""
    for _ in range(2):
        _at_once(service, arrivals, 8)
    _time(service, arrivals, 1)


def measure(service: Service, arrivals: Arrivals, singles: int, bursts: int, orders: int) -> Measured:
    """``bursts`` of five cancellations of one package; ``orders`` at once, after a few that start the processes."""
    alone = [_time(service, arrivals, 1) for _ in range(singles)]
    in_bursts = [_time(service, arrivals, 5) for _ in range(bursts)]
    per_second = [_at_once(service, arrivals, count) for count in (max(1, orders // 4), orders)][-1]
    return Measured(_counted(alone, arrivals), _counted(in_bursts, arrivals), per_second)


def _counted(times: Sequence[Times], arrivals: Arrivals) -> list[Times]:
    return [replace(each, told=arrivals.count(each.order)) for each in times]


def _time(service: Service, arrivals: Arrivals, cancels: int) -> Times:
    """Of the last of some cancellations of one package, each sent when the one before it was answered."""
    order = service.new_order()
    for number in range(cancels - 1):
        service.cancel(order, number)
    started = time.monotonic()
    service.cancel(order, cancels)
    accepted = time.monotonic()
    (second,) = arrivals.second([order])
    return Times(order, (accepted - started) * 1000, (second - started) * 1000)


def _at_once(service: Service, arrivals: Arrivals, count: int) -> float:
    """Cancellations a second, from the first call to the last order's second webhook."""
    orders = [service.new_order() for _ in range(count)]
    started = time.monotonic()
    with ThreadPoolExecutor(_CALLERS) as callers:
        list(callers.map(lambda order: service.cancel(order, 0), orders))
    return count / (max(arrivals.second(orders)) - started)


def p50(values: Sequence[float]) -> float:
    """The median."""
    return median(values)


def p95(values: Sequence[float]) -> float:
    """Of few values, the largest."""
    return max(values) if len(values) < 20 else quantiles(values, n=20, method="inclusive")[-1]
