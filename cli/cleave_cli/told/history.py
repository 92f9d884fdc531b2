"""Two sample orders that pass through every status and every fact, by the rules of the domain."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cleave.clock import from_ms, to_ms
from cleave.dialects.cancellation_ids import id_of
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.imports import to_imported
from cleave.domain.cancellation import Reservation, Scope
from cleave.domain.dialect import Dialect
from cleave.domain.domain_events import Topic
from cleave.domain.events import Event, announce
from cleave.domain.order import Order
from cleave.domain.package import HistoryEntry, Package
from cleave.domain.partition import partition
from cleave.domain.planned_split import PlannedSplit
from cleave.domain.progress import put_in_status
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.recipients import Recipient
from cleave.domain.split import Name, Split, cancel_units
from cleave.domain.status import Status
from cleave.entry.gateway import Call

from cleave_cli.samples import SELF_PAYING_SAMPLE, read_packages

SELLER, STOREFRONT = 20811, "DE"
EXAMPLE_MS = 1792314000000
_STEP = timedelta(minutes=1)
_ON_THE_WAY = (Status.PICKING, Status.INVOICED, Status.SHIPPED, Status.AT_COLLECTION_POINT)
_CANCELLATION = "content-a12d1e42f9f251443f8976cc481457f9"
_CORRELATION = "5a1c5f1e-6a55-4f0e-9f3b-0d4f3f0a7c11"


@dataclass(slots=True)
class _Telling:
    """Records the messages to the ``recipients``, minute by minute."""

    recipients: Sequence[Recipient]
    at: datetime
    events: list[Event] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)

    def tell(self, *packages: Package, topic: Topic = Topic.STATUS) -> None:
        number = packages[0].order_number
        order = self.orders.get(number, Order(number, SELLER))
        said = announce(order, [packages], self.recipients, self.at, _CORRELATION, topic)
        self.events += said.events
        self.orders[number] = said.order
        self.at += _STEP

    def born(self, package: Package, status: str) -> Package:
        lines = tuple(replace(line, status=status) for line in package.lines)
        history = (HistoryEntry(self.at, status),)
        made = replace(
            package, status=status, lines=lines, history=history, created_at=self.at, modified_at=self.at, own={}
        )
        self.tell(made)
        return made

    def moved(self, package: Package, *statuses: str) -> Package:
        for status in statuses:
            package = replace(put_in_status(package, status, self.at), modified_at=self.at)
            self.tell(package)
        return package

    def tracked(self, package: Package, number: str) -> Package:
        carriage = replace(package.carriage, sender_number=number)
        tracked = replace(package, carriage=carriage, modified_at=self.at)
        self.tell(tracked, topic=Topic.TRACKING)
        return tracked

    def split(self, split: Split) -> tuple[Package, ...]:
        self.tell(split.closed, *split.successors)
        return split.successors


def sample_events(recipients: Sequence[Recipient], begun: datetime, *, as_documented: bool = False) -> list[Event]:
    """Everything that happens to two orders from ``begun`` on. Their numbers are new ones each millisecond, so that no
    receiver takes a message for a repeat; ``as_documented`` they are those of the sample orders."""
    told = _Telling(recipients, begun)
    first, second = _packages(None if as_documented else to_ms(begun))
    _cancelled_in_part_and_delivered(told, first)
    _split_and_returned(told, second)
    return told.events


def _cancelled_in_part_and_delivered(told: _Telling, package: Package) -> None:
    package = told.born(package, Status.CREATED)
    (rest,) = told.split(_cancelled(told, package, {package.lines[0].line_id: 2}))
    rest = told.tracked(rest, f"7{package.package_id}")
    told.moved(rest, *_ON_THE_WAY, Status.DELIVERED)


def _split_and_returned(told: _Telling, package: Package) -> None:
    package = told.moved(told.born(package, Status.AWAITING), Status.VERIFIED, Status.CREATED)
    groups = tuple({line.line_id: line.quantity} for line in package.lines)
    ids = tuple(package.package_id * 10 + place for place in range(len(groups)))
    plan = PlannedSplit("", groups, ids, len(groups), keep_status=False)
    names = [Name(each, None) for each in ids]
    gone, sent, *_ = told.split(partition(package, plan, at=told.at, names=names))
    told.split(_cancelled(told, gone, {line.line_id: line.quantity for line in gone.lines}))
    told.moved(sent, Status.SHIPPED, Status.UNDELIVERED, Status.RETURNED)


def _cancelled(told: _Telling, package: Package, units: dict[int, int]) -> Split:
    key = id_of(Scope(Dialect.TRENDYOL, str(SELLER)), _CANCELLATION) or ""
    at = told.at - _STEP / 2
    waiting = Reservation(key, units, Reason.OUT_OF_STOCK, CancelledBy.SELLER, keep_status=False, at=at)
    return cancel_units(package, [waiting], at=told.at, name=Name(package.package_id + 5, None))


def _packages(number: int | None) -> tuple[Package, Package]:
    """The first two of the sample orders, as an import reads them."""
    said = read_packages(SELF_PAYING_SAMPLE)
    text = SELF_PAYING_SAMPLE.read_text(encoding="utf-8")
    for place, package in enumerate(said if number is not None else ()):
        text = text.replace(package["orderNumber"], f"{number}{place}")
        text = text.replace(str(package["shipmentPackageId"]), f"{number}{place}")
    call = Call(None, {}, {}, {}, text, from_ms(EXAMPLE_MS))
    first, second, *_ = (each.package for each in to_imported(SellerCall(call, SELLER, STOREFRONT)))
    return first, second
