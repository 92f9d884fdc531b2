"""Callers of a rehearsed stack: they load orders, cancel units, and wait for the split."""

import itertools
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from cleave import clock
from cleave.domain.roles import Role, Tier
from cleave.store.credentials import Credential, revoke_credential, store_credential

from cleave_cli.credentials import new_key, new_secret
from cleave_cli.rehearsal.account import Account

_PATIENCE_SECONDS = 120.0
_AT_ONCE = 16
_STOREFRONT = "DE"


class NotSeenError(Exception):
    """Something that had to happen did not."""


@dataclass(frozen=True)
class Operator:
    """Acts for every seller. ``numbers`` make ids that nothing else uses."""

    http: httpx.Client
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(time.time_ns() // 1_000_000 * 1_000))

    def order(self, seller: int, units: int = 2) -> tuple[int, int]:
        """A package of a new order with one line. Answers the ids of both."""
        number = next(self.numbers)
        self._expect(self.http.post(_orders(seller), json=_package(number, units)))
        return number, number

    def cancel(self, seller: int, package: int, line: int) -> float:
        """A unit of a line. Answers how many seconds the caller waited."""
        path = f"/integration/order/sellers/{seller}/shipment-packages/{package}/items/unsupplied"
        body = {"lines": [{"lineId": line, "quantity": 1}], "reasonId": 500}
        started = time.monotonic()
        self._expect(self.http.put(path, json=body))
        return time.monotonic() - started

    def wait_for_split(self, seller: int, package: int) -> float:
        """Until the package is closed. Answers how many seconds it took."""
        started = time.monotonic()
        while time.monotonic() - started < _PATIENCE_SECONDS:
            found = self._expect(self.http.get(_orders(seller), params={"orderNumber": f"R{package}"})).json()
            if any(each["status"] == "Cancelled" for each in found["content"]):
                return time.monotonic() - started
            time.sleep(0.2)
        raise NotSeenError(f"package {package} was not split within {_PATIENCE_SECONDS:.0f} s")

    def subscribe(self, seller: int, url: str) -> None:
        """Have the seller's events sent there."""
        body = {"url": url, "authenticationType": "API_KEY", "apiKey": "rehearsal"}
        self._expect(self.http.post(f"/integration/webhook/sellers/{seller}/webhooks", json=body))

    def tell_slow_receivers(self, url: str, count: int, first: int) -> None:
        """Sellers from ``first`` on, each with a webhook there and an event for it."""

        def make(seller: int) -> None:
            self.subscribe(seller, url)
            self.cancel(seller, *self.order(seller))

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(make, range(first, first + count)))

    def waits(self, seller: int, times: int) -> list[float]:
        """How long a caller waits for each of so many cancels, one after the other."""
        return [self.cancel(seller, *self.order(seller)) for _ in range(times)]

    @staticmethod
    def _expect(answer: httpx.Response) -> httpx.Response:
        if answer.status_code != httpx.codes.OK:
            raise NotSeenError(f"{answer.request.method} {answer.request.url.path}: {answer.status_code}")
        return answer


def slowest(waits: Sequence[float]) -> float:
    """The 95th percentile, in seconds."""
    return statistics.quantiles(waits, n=20)[-1]


@contextmanager
def operator(account: Account) -> Iterator[Operator]:
    """One with a credential of its own, for as long as the block runs."""
    credential, secret = Credential(new_key(), Role.OPERATOR, frozenset(), tier=Tier.NO_LIMITS), new_secret()
    store_credential(account.as_stack.table, credential, secret, clock.now())
    with httpx.Client(
        base_url=account.base_url,
        auth=(credential.key, secret),
        headers={"storeFrontCode": _STOREFRONT},
        timeout=30,
        trust_env=account.endpoint is None,
    ) as http:
        try:
            yield Operator(http)
        finally:
            revoke_credential(account.as_stack.table, credential.key)


def _orders(seller: int) -> str:
    return f"/integration/order/sellers/{seller}/orders"


def _package(number: int, units: int) -> dict[str, Any]:
    line = {"lineId": number, "quantity": units, "stockCode": "REHEARSAL", "lineUnitPrice": 9, "lineGrossAmount": 9}
    return {"shipmentPackageId": number, "orderNumber": f"R{number}", "status": "Created", "lines": [line]}
