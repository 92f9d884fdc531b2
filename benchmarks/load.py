"""One load for every service that is measured: orders, cancels of one unit, and the second webhook of each."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Protocol

from cleave_cli.receiver import Received, Receiver

_WAIT_SECONDS = 60.0
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
    """Milliseconds from the call on: until it was answered, until the second webhook came. ``told`` is how many came in
    all for one order."""

    accepted: float
    second: float
    told: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One turn of a service."""

    singles: Sequence[Times]
    bursts: Sequence[Times]
    per_second: float


def warm_up(service: Service, receiver: Receiver) -> None:
    """Until every process is there that the load will need."""
    for _ in range(2):
        _at_once(service, receiver, 8)
    _time(service, receiver, 1)


def measure(service: Service, receiver: Receiver, singles: int, bursts: int, orders: int) -> Measured:
    """``bursts`` of five cancellations of one package; ``orders`` at once, after a few that start the processes."""
    return Measured(
        [_time(service, receiver, 1) for _ in range(singles)],
        [_time(service, receiver, 5) for _ in range(bursts)],
        [_at_once(service, receiver, count) for count in (max(1, orders // 4), orders)][-1],
    )


def _time(service: Service, receiver: Receiver, cancels: int) -> Times:
    """Of the last of some cancellations of one package, each sent when the one before it was answered."""
    order = service.new_order()
    for number in range(cancels - 1):
        service.cancel(order, number)
    started = time.monotonic()
    service.cancel(order, cancels)
    accepted = time.monotonic()
    told = receiver.wait_for(_MESSAGES, timeout=_WAIT_SECONDS, where=_is_of(service, {order}))
    if len(told) < _MESSAGES:
        raise TimeoutError(f"order {order}: {len(told)} webhooks in {_WAIT_SECONDS} s")
    second = told[_MESSAGES - 1].arrived_at
    return Times((accepted - started) * 1000, (second - started) * 1000, len(told))


def _at_once(service: Service, receiver: Receiver, count: int) -> float:
    """Cancellations a second, from the first call to the last order's second webhook."""
    orders = [service.new_order() for _ in range(count)]
    of_these = _is_of(service, set(orders))
    started = time.monotonic()
    with ThreadPoolExecutor(_CALLERS) as callers:
        list(callers.map(lambda order: service.cancel(order, 0), orders))
    told = receiver.wait_for(_MESSAGES * count, timeout=_WAIT_SECONDS, where=of_these)
    if len(told) < _MESSAGES * count:
        raise TimeoutError(f"{len(told)} webhooks of {count} orders in {_WAIT_SECONDS} s")
    return count / (max(each.arrived_at for each in told) - started)


def _is_of(service: Service, orders: set[str]) -> Callable[[Received], bool]:
    return lambda request: service.order_of(request) in orders


def p50(values: Sequence[float]) -> float:
    """The median."""
    return median(values)


def p95(values: Sequence[float]) -> float:
    """Of few values, the largest."""
    return max(values) if len(values) < 20 else quantiles(values, n=20, method="inclusive")[-1]
