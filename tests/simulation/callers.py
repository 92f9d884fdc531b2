"""What sellers and the channel do with orders. Each method is an op of a plan; it notes what it learns."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cleave.dialects.trendyol.providers import PROVIDERS
from cleave.store import keys

from tests.simulation.bodies import CREATED_BODY, CREATED_ITEM
from tests.simulation.book import Asked, Book, Happened, OrderBook
from tests.simulation.calls import SELLERS, Answer, Calls
from tests.simulation.expressions import Image
from tests.simulation.items import Place
from tests.simulation.plan import Op
from tests.simulation.scheduler import Actor
from tests.support.orders import wire_package

LEFT = ("Shipped", "AtCollectionPoint", "Delivered", "UnDelivered", "Returned")


@dataclass
class Callers:
    """``_asking`` maps an actor to the cancellation that it asks for."""

    calls: Calls
    book: Book
    numbers: int = 0
    _asking: dict[Actor, Asked] = field(default_factory=dict)
    _whole_items: dict[str, Asked] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Hear of what is written."""
        self.calls.world.watchers.append(self._written)

    def _written(self, place: Place, old: Image | None, new: Image | None) -> None:
        scheduler = self.calls.world.scheduler
        if place[1] == keys.PACKAGE and old is not None and new is not None:
            for name in old["waiting"]["M"].keys() - new["waiting"]["M"].keys():
                self.book.applied[name] = scheduler.now
        elif place[1] == "CANCELLATION" and old is None:
            name = place[0].partition("#")[2]
            self.book.recorded[name] = scheduler.now
            asked = self._asking.get(scheduler.current)
            if asked is not None:
                asked.recorded.add(name)
        elif place[1].startswith(keys.EVENT_PREFIX) and old is None:
            seller_id, first = place[1].removeprefix(keys.EVENT_PREFIX).split("#")
            number = place[0].partition("#")[2]
            begun = scheduler.current.began
            self.book.events.append(Happened(int(seller_id), number, int(first), begun, scheduler.steps))

    def next_number(self) -> int:
        """For whatever needs a new name."""
        self.numbers += 1
        return self.numbers

    # ------------------------------------------------------------------------------------------------ cancellations

    def cancel(self, op: Op) -> None:
        """Units of a package, from too little to too much; the package may be a replaced one."""
        order = self.book.order(op.numbers[0])
        package_id, lines = self.package(order, op.numbers[1])
        wanted = {lines[number % len(lines)]: 1 + number % 2 for number in op.numbers[2 : 3 + op.numbers[5] % 3]}
        key, front = f"k{self.next_number()}", self.storefront(order.seller_id, package_id)
        body = {
            "lines": [{"lineId": line, "quantity": quantity} for line, quantity in wanted.items()],
            "reasonId": 500,
            "shouldKeepPreviousStatus": op.numbers[4] % 2 == 0,
        }

        def send() -> Answer:
            headers = {"Idempotency-Key": key, **front}
            return self.calls.as_seller("cancel_package", order.seller_id, body, headers, packageId=package_id)

        self._ask(order, Asked(sum(wanted.values()), send))

    def cancel_item(self, op: Op) -> None:
        """The dialect that names no package."""
        order = self.book.order(op.numbers[0])
        quantity = 1 + op.numbers[2] % 2
        body = {
            "cancel_id": self.next_number(),
            "order_number": order.number,
            "cancel_quantity": quantity,
            "order_item_number": order.item(op.numbers[1]),
            "reason": "out_of_stock",
        }
        self._ask(order, Asked(quantity, lambda: self.calls.as_channel("order_cancel", body)))

    def whole_item(self, op: Op) -> None:
        """All that an item has left."""
        order = self.book.order(op.numbers[0])
        path: dict[str, Any] = {
            "orderNumber": order.number,
            "orderItemNumber": order.item(op.numbers[1]),
        }
        body = {"reason": "customer_demand"}
        known = Asked(None, lambda: self.calls.as_channel("cancel_order_item", body, **path))
        asked = self._whole_items.setdefault(path["orderItemNumber"], known)
        if asked not in self._asking.values():
            self._ask(order, asked)

    def repeat(self, op: Op) -> None:
        """Any cancellation that was ever asked for."""
        order = self.book.order(op.numbers[0])
        idle = [each for each in order.asked if each not in self._asking.values()]
        if idle:
            self._ask(order, idle[op.numbers[1] % len(idle)])

    def _ask(self, order: OrderBook, asked: Asked) -> None:
        actor = self.calls.world.scheduler.current
        if asked not in order.asked:
            order.asked.append(asked)
        before = set(asked.recorded)
        self._asking[actor] = asked
        answer = asked.send()
        del self._asking[actor]
        self._judge(asked, answer, new=asked.recorded - before)
        why = "" if answer.status == 200 else str(answer.document)[:300]
        self.note(f"cancel {order.seller_id} {order.number}: {answer.status}, {sorted(asked.recorded)} {why}")

    def _judge(self, asked: Asked, answer: Answer, new: set[str]) -> None:
        if answer.status is None:
            return
        if answer.status == 200:
            self._require("accepted, and not recorded", bool(asked.recorded))
            self._require("accepted again, and recorded again", not (asked.is_accepted and new))
            asked.is_accepted = True
        elif answer.status != 429:
            self._require(f"refused with {answer.status}, and recorded: {new}", not new)
            self._require(f"accepted, and then refused with {answer}", not asked.is_accepted)

    def _require(self, what: str, holds: bool) -> None:  # noqa: FBT001 - as an assertion
        if not holds:
            self.book.broken.append(f"{what}, at {self.calls.world.scheduler.now:.0f} ms")

    # ------------------------------------------------------------------------------------------------ other changes

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

    def package(self, order: OrderBook, number: int) -> tuple[int, list[int]]:
        """One of the order's packages, live or replaced, and its lines."""
        items = self.calls.world.engine.items
        prefix = keys.order_package_prefix(order.seller_id)
        ids = [
            int(sk.rpartition("#")[2])
            for sk, _ in items.partition(keys.order_partition(order.number))
            if sk.startswith(prefix)
        ]
        package_id = ids[number % len(ids)]
        image = items.get((keys.package(order.seller_id, package_id)[keys.PARTITION], keys.PACKAGE))
        return package_id, sorted(int(line) for line in image["left"]["M"]) or [1] if image else [1]

    def storefront(self, seller_id: int, package_id: int) -> dict[str, str]:
        """The header that names the package's."""
        place = (keys.package(seller_id, package_id)[keys.PARTITION], keys.PACKAGE)
        image = self.calls.world.engine.items.get(place)
        return {} if image is None else {"storeFrontCode": keys.listed(image[keys.LISTING]["S"])[1]}

    def note(self, line: str) -> None:
        """For people."""
        scheduler = self.calls.world.scheduler
        self.book.lines.append(f"{scheduler.now:12.0f} {scheduler.steps:6} {scheduler.current.name:10} {line}")

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
