"""What sellers and the channel do with orders. Each method is an op of a plan; it notes what it learns."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from cleave.dialects.trendyol.providers import PROVIDERS

from tests.simulation.bodies import CREATED_BODY, CREATED_ITEM
from tests.simulation.book import OrderBook
from tests.simulation.calls import SELLERS, Answer
from tests.simulation.cancellers import Cancellers
from tests.simulation.plan import Op
from tests.support.orders import wire_package

LEFT = ("Shipped", "AtCollectionPoint", "Delivered", "UnDelivered", "Returned")


class Callers(Cancellers):
    """Sellers and the channel: they cancel, and change what there is to be cancelled."""

    def status(self, op: Op) -> None:
        """Picking or Invoiced."""
        order = self.book.order(op.numbers[0])
        package_id, _ = self.package(order, op.numbers[1])
        body = {"status": ("Picking", "Invoiced")[op.numbers[2] % 2], "params": {"invoiceNumber": f"I{package_id}"}}
        answer = self._change("update_package", order, package_id, body)
        self.note(f"status {package_id} {body['status']}: {answer.status}")

    def report(self, op: Op) -> None:
        """The carrier's word for a package, or for some units of one of its lines."""
        order = self.book.order(op.numbers[0])
        package_id, lines = self.package(order, op.numbers[1])
        units = [{"lineId": lines[op.numbers[3] % len(lines)], "quantity": 1}] if op.numbers[4] % 2 else []
        body = {"lines": units, "params": {}, "status": LEFT[op.numbers[2] % len(LEFT)]}
        path = {"sellerId": order.seller_id, "packageId": package_id}
        answer = self.calls.as_channel("report_status", body, **path)
        self.note(f"report {package_id} {body}: {answer.status}")

    def track(self, op: Op) -> None:
        """A carrier's number."""
        order = self.book.order(op.numbers[0])
        package_id, _ = self.package(order, op.numbers[1])
        body = {"cargoSenderNumber": f"S{op.numbers[2]}", "providerCode": next(iter(PROVIDERS))}
        self._change("update_tracking", order, package_id, body)

    def split_all(self, op: Op) -> None:
        """Several packages of an order, one after the other, before any of them is split."""
        for place in range(3 + op.numbers[1] % 4):
            self.split(replace(op, numbers=(op.numbers[0], op.numbers[1] + place, *op.numbers[2:])))

    def split(self, op: Op) -> None:
        """The ids that are answered hold what was asked for, once the stream has been there."""
        order = self.book.order(op.numbers[0])
        package_id, lines = self.package(order, op.numbers[1])
        groups = [{lines[number % len(lines)]: 1} for number in op.numbers[2 : 3 + op.numbers[5] % 3]]
        details = [[{"orderLineId": line, "quantities": units} for line, units in each.items()] for each in groups]
        body = {"splitPackages": [{"packageDetails": each} for each in details]}
        answer = self._change("split_packages", order, package_id, body)
        if answer.status == 200:
            ids = answer.document["newPackageIds"]
            order.promised |= {each: Counter(units) for each, units in zip(ids, groups, strict=True)}
        self.note(f"split {package_id} {groups}: {answer.status} {answer.document}")

    def _change(self, function: str, order: OrderBook, package_id: int, body: object) -> Answer:
        headers = self.storefront(order.seller_id, package_id)
        return self.calls.as_seller(function, order.seller_id, body, headers, packageId=package_id)

    def import_packages(self, op: Op) -> None:
        """Into an order that there is, or a new one."""
        if op.numbers[0] % 2:
            order = self.book.order(op.numbers[1])
        else:
            order = OrderBook(SELLERS[op.numbers[1] % 2], f"N{self.next_number()}")
        self.load(order, [[1 + op.numbers[line] % 4 for line in range(1, 2 + op.numbers[5] % 3)]])

    def load(self, order: OrderBook, packages: list[list[int]]) -> None:
        """POST orders: so many units of each line."""
        wire = [
            wire_package(10_000 + self.next_number(), order.number, order.lines(quantities)) for quantities in packages
        ]
        answer = self.calls.as_seller("import_orders", order.seller_id, wire)
        self.note(f"import {order.seller_id} {order.number} {packages}: {answer.status}")
        if answer.status == 200:
            self.book.orders.setdefault((order.seller_id, order.number), order)

    def create(self, op: Op) -> None:
        """An order of both sellers."""
        number = f"C{self.next_number()}"
        items = [
            {
                **CREATED_ITEM,
                "item_number": f"{number}_{line}",
                "sku": str(line),
                "company_id": SELLERS[op.numbers[line] % 2],
                "quantity": 1 + op.numbers[line + 1] % 4,
            }
            for line in range(1, 4)
        ]
        answer = self.calls.as_channel("create_order", {**CREATED_BODY, "order_number": number, "order_items": items})
        self.note(f"create {number}: {answer.status}")
        if answer.status == 200:
            for seller_id in sorted({SELLERS[op.numbers[line] % 2] for line in range(1, 4)}):
                self.book.orders[seller_id, number] = OrderBook(seller_id, number)

    def ops(self) -> dict[str, Callable[[Op], None]]:
        """By their names in a plan."""
        return {
            "cancel": self.cancel,
            "cancel_item": self.cancel_item,
            "whole_item": self.whole_item,
            "repeat": self.repeat,
            "status": self.status,
            "track": self.track,
            "report": self.report,
            "split": self.split,
            "split_all": self.split_all,
            "import": self.import_packages,
            "create": self.create,
        }
