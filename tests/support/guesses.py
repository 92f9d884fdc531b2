"""Random orders and random cancels of them: a dry run's word against what the cancel then does."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol

from cleave.store.packages import read_state
from cleave.table.table import Table

from functions.cancel_package.app import handler as cancel_package
from functions.dry_run_cancel_package.app import handler as dry_run_cancel_package
from functions.dry_run_order_cancel.app import handler as dry_run_order_cancel
from functions.get_shipment_packages.app import handler as get_shipment_packages
from functions.import_orders.app import handler as import_orders
from functions.order_cancel.app import handler as order_cancel
from functions.split_package.app import handler as split_package
from tests.support.calls import calls_of
from tests.support.gateway import Answer, Caller, Handler
from tests.support.orders import wire_package
from tests.support.splits import apply_waiting

type Document = dict[str, Any]
type Guess = tuple[Caller, Handler, Handler, Document]
"""Who asks, the dry run and the cancel itself, and the request for both."""

READS = {"Query", "GetItem", "BatchGetItem"}


class Clock(Protocol):
    """A time that moves when told."""

    def move(self, **delta: float) -> None:
        """By a timedelta's arguments."""


@dataclass
class Guesses:
    """One seller's orders, of one to three packages that hold the same few items."""

    table: Table
    clock: Clock
    dice: random.Random
    seller_id: int
    packages: list[int] = field(default_factory=list)
    tally: Counter[int] = field(default_factory=Counter)
    number: int = 0

    @property
    def seller(self) -> Caller:
        """It speaks Trendyol's dialect."""
        return Caller("seller", (self.seller_id,), {"storeFrontCode": "DE"})

    @property
    def channel(self) -> Caller:
        """It speaks HepsiGlobal's."""
        return Caller("channel", (self.seller_id,), {}, "guessing")

    def make_orders(self) -> None:
        """Two orders; some packages are with the carrier."""
        made = []
        for order in ("A", "B"):
            for _ in range(self.dice.randint(1, 3)):
                self.packages.append(100 + len(self.packages))
                lines = {line: self.dice.randint(1, 4) for line in self.dice.sample([1, 2, 3], self.dice.randint(1, 3))}
                made.append(wire_package(self.packages[-1], f"{order}-{self.seller_id}", lines))
                made[-1]["status"] = self.dice.choice(["Created", "Created", "Picking", "Shipped"])
        made[0]["status"] = "Created"
        assert self.seller.call(import_orders, made, path={"sellerId": self.seller_id}).status == 200

    def compare(self) -> None:
        """Guess a cancel, try it, and then ask for it; now and then let what waits be applied, or plan a split."""
        caller, try_it, do_it, request = self._seller() if self.dice.random() < 0.5 else self._channel()
        with calls_of(self.table.client) as sent:
            tried = caller.call(try_it, **request)
        assert (tried.status, {*sent} - READS) == (200, set())
        self._check(tried.json, caller.call(do_it, **request))
        chance = self.dice.random()
        if chance < 0.4:
            self.apply()
        elif chance < 0.5:
            path = {"sellerId": self.seller_id, "packageId": self.dice.choice(self.packages)}
            self.seller.call(split_package, {"orderLineIds": [self.dice.randint(1, 3)]}, path=path)

    def _check(self, tried: Document, real: Answer) -> None:
        assert tried["status"] == real.status
        self.tally[real.status] += 1
        if real.status == 200:
            self._check_splits(tried["packages"])
            return
        told, said = tried["refusal"]["errors"], real.json["errors"]
        assert told[0] == said[0]
        assert [each for each in said if each not in told] == []

    def _check_splits(self, predicted: list[Document]) -> None:
        """Nothing is written between the answer and the split but what the prediction counted in."""
        if not predicted:
            return
        self.apply()
        for each in predicted:
            closed = read_state(self.table, self.seller_id, each["shipmentPackageId"])
            assert closed is not None
            assert closed.package.status == each["status"]
            gone = [(line.line_id, line.quantity, line.status) for line in closed.package.lines if line.cancelled]
            assert sorted(gone) == sorted((x["lineId"], x["quantity"], x["status"]) for x in each["cancelledLines"])
            successors = [
                read_state(self.table, self.seller_id, package_id) for package_id in closed.package.successor_ids
            ]
            shown = [
                {"status": every.package.status, "lines": [(x.line_id, x.quantity) for x in every.package.lines]}
                for every in successors
                if every is not None
            ]
            wanted = each["successor"] and {
                "status": each["successor"]["status"],
                "lines": [(x["lineId"], x["quantity"]) for x in each["successor"]["lines"]],
            }
            assert shown == ([wanted] if wanted else [])

    def apply(self) -> None:
        """Let the stream do its work."""
        self.clock.move(seconds=1)
        apply_waiting(self.table)
        path = {"sellerId": self.seller_id}
        for order in ("A", "B"):
            query = {"orderNumber": [f"{order}-{self.seller_id}"]}
            shown = self.seller.call(get_shipment_packages, path=path, query=query).json["content"]
            self.packages += [x["shipmentPackageId"] for x in shown if x["shipmentPackageId"] not in self.packages]

    def _seller(self) -> Guess:
        lines = [
            {"lineId": self.dice.choice([1, 2, 3] * 4 + [4]), "quantity": self.dice.choice([1] * 4 + [2, 5])}
            for _ in range(self.dice.choice([1, 1, 1, 2]))
        ]
        body = {"lines": lines, "reasonId": self.dice.choice([500] * 12 + [9])}
        body["shouldKeepPreviousStatus"] = self.dice.random() < 0.5
        headers = {"Idempotency-Key": str(self.dice.randint(1, 3))} if self.dice.random() < 0.4 else {}
        path = {"sellerId": self.seller_id, "packageId": self.dice.choice([*self.packages, *self.packages[-3:] * 2, 1])}
        request = {"body": body, "path": path, "headers": headers}
        return self.seller, dry_run_cancel_package, cancel_package, request

    def _channel(self) -> Guess:
        items = [self._item() for _ in range(self.dice.choice([1, 1, 1, 2, 3]))]
        body = items[0] if len(items) == 1 else {"cancel_items": items}
        return self.channel, dry_run_order_cancel, order_cancel, {"body": body}

    def _item(self) -> Document:
        self.number += 1
        order = f"{self.dice.choice('AAABBBX')}-{self.seller_id}"
        return {
            "cancel_id": self.dice.choice([self.number] * 3 + [1]),
            "order_number": order,
            "order_item_number": f"{order}_{self.dice.choice([1, 2, 3] * 3 + [4])}",
            "cancel_quantity": self.dice.choice([1] * 4 + [2, 5]),
            "reason": self.dice.choice(["out_of_stock"] * 15 + ["whim"]),
        }
