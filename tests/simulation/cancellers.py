"""Those who cancel. Each method is an op of a plan; it notes what it learns."""

from dataclasses import dataclass, field
from typing import Any

from cleave.store import keys, order_keys

from tests.simulation.book import Asked, Book, Happened, OrderBook
from tests.simulation.calls import Answer, Calls
from tests.simulation.expressions import Image
from tests.simulation.items import Place
from tests.simulation.plan import Op
from tests.simulation.scheduler import Actor


@dataclass
class Cancellers:
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
        if place[1] == order_keys.PACKAGE and old is not None and new is not None:
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

    def package(self, order: OrderBook, number: int) -> tuple[int, list[int]]:
        """One of the order's packages, live or replaced, and its lines."""
        items = self.calls.world.engine.items
        prefix = order_keys.order_package_prefix(order.seller_id)
        ids = [
            int(sk.rpartition("#")[2])
            for sk, _ in items.partition(order_keys.order_partition(order.number))
            if sk.startswith(prefix)
        ]
        package_id = ids[number % len(ids)]
        image = items.get((order_keys.package(order.seller_id, package_id)[keys.PARTITION], order_keys.PACKAGE))
        return package_id, sorted(int(line) for line in image["left"]["M"]) or [1] if image else [1]

    def storefront(self, seller_id: int, package_id: int) -> dict[str, str]:
        """The header that names the package's."""
        place = (order_keys.package(seller_id, package_id)[keys.PARTITION], order_keys.PACKAGE)
        image = self.calls.world.engine.items.get(place)
        return {} if image is None else {"storeFrontCode": order_keys.listed(image[keys.LISTING]["S"])[1]}

    def note(self, line: str) -> None:
        scheduler = self.calls.world.scheduler
        self.book.lines.append(f"{scheduler.now:12.0f} {scheduler.steps:6} {scheduler.current.name:10} {line}")
