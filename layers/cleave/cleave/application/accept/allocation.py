"""Turns an order's items into claims on its packages, by the facts known so far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cleave.domain.availability import Availability
from cleave.domain.cancellation import Cancellation, Claim, PackageRef
from cleave.domain.order import LivePackage, Order, allocate, available
from cleave.domain.refusals import Place, Refusal, RefusalCode, Refusals
from cleave.domain.status import CANCELLABLE
from cleave.table.limits import TRANSACTION_WRITES

# Lines of one package: an expression of DynamoDB has 4 KB at most, and each line takes about 30 bytes.
_MAX_LINES = 90


@dataclass(frozen=True, slots=True)
class ItemFields:
    """The request's fields for the order, its item, the quantity, and the caller's own key; for refusals."""

    order: str
    item: str
    quantity: str
    key: str


@dataclass(frozen=True, slots=True)
class ItemCancellation:
    """``quantity`` units of one order item; None: all units that nobody has claimed.

    ``cancellation`` has no seller and no claims yet.
    """

    order_number: str
    item_number: str
    quantity: int | None
    fields: ItemFields
    cancellation: Cancellation


type KnownUnits = dict[PackageRef, dict[int, int]]


@dataclass(slots=True)
class KnownOrders:
    """The known facts about orders, by number, and about the packages that were read.

    ``left`` replaces the quantities of the order's lines. ``fixed`` holds packages from which nobody can take units.
    """

    orders: Mapping[str, Sequence[Order]]
    left: KnownUnits = field(default_factory=dict)
    fixed: dict[PackageRef, str] = field(default_factory=dict)

    def correct(self, states: Mapping[PackageRef, Availability | None]) -> None:
        """Add the states of packages that were read; None for a package that does not exist."""
        for ref, state in states.items():
            if state is not None and state.status in CANCELLABLE:
                self.left[ref] = dict(state.left)
                continue
            self.left[ref] = {line.line_id: 0 for package in self._live(ref) for line in package.lines}
            if state is not None and not state.is_closed:
                self.fixed[ref] = state.status

    def unseen(self, items: Iterable[ItemCancellation]) -> list[PackageRef]:
        """Live packages that hold one of the items and were not read yet."""
        refs = (
            (order.seller_id, package.package_id)
            for item in items
            for order in self.orders[item.order_number]
            for package in order.live
            if package.holds(item.item_number)
        )
        return [ref for ref in dict.fromkeys(refs) if ref not in self.left]

    def _live(self, ref: PackageRef) -> list[LivePackage]:
        orders = (order for parts in self.orders.values() for order in parts)
        return [package for order in orders for package in order.live if (order.seller_id, package.package_id) == ref]


def allocate_all(items: Sequence[ItemCancellation], known: KnownOrders) -> list[Cancellation]:
    """The items' cancellations with their claims; units that one item takes are not free for the next.

    Raises Refusals with one for each item that cannot have its units, or Refusal.
    """
    left = {ref: dict(lines) for ref, lines in known.left.items()}
    cancellations: list[Cancellation] = []
    refusals: list[Refusal] = []
    for item in items:
        try:
            cancellations.append(_allocate(item, known, left))
        except Refusal as refusal:
            refusals.append(refusal)
    if refusals:
        raise Refusals(tuple(refusals))
    _check_size(cancellations)
    return cancellations


def _check_size(cancellations: Sequence[Cancellation]) -> None:
    lines: dict[PackageRef, set[int]] = {}
    for each in cancellations:
        for claim in each.claims:
            lines.setdefault((each.seller_id, claim.package_id), set()).update(claim.units)
    if len(cancellations) + len(lines) > TRANSACTION_WRITES or any(len(found) > _MAX_LINES for found in lines.values()):
        longest = max(map(len, lines.values()))
        message = f"{len(cancellations)} items in {len(lines)} packages, {longest} lines of one, are too many at once"
        raise Refusal(RefusalCode.BODY_INVALID, message, field=Place.CANCELLED_ITEMS)


def _allocate(item: ItemCancellation, known: KnownOrders, left: KnownUnits) -> Cancellation:
    order = _order_of(item, known.orders[item.order_number])
    of_order = {package_id: lines for (seller_id, package_id), lines in left.items() if seller_id == order.seller_id}
    quantity = _all_units(item, order, known, of_order) if item.quantity is None else item.quantity
    chosen = allocate(item.item_number, quantity, order.live, of_order)
    if chosen is None:
        message = f"item {item.item_number} has fewer than {quantity} units left that can be cancelled"
        raise Refusal(RefusalCode.QUANTITY_EXCEEDS_LEFT, message, field=item.fields.quantity)
    for package in order.live:
        lines = left.setdefault((order.seller_id, package.package_id), _units_by_line(package))
        for line_id, taken in chosen.get(package.package_id, {}).items():
            lines[line_id] -= taken
    claims = tuple(Claim(package_id, units, fields={}) for package_id, units in chosen.items())
    return replace(item.cancellation, seller_id=order.seller_id, claims=claims)


def _units_by_line(package: LivePackage) -> dict[int, int]:
    """Line id to units; a line may be in a package twice."""
    units: dict[int, int] = {}
    for line in package.lines:
        units[line.line_id] = units.get(line.line_id, 0) + line.quantity
    return units


def _all_units(item: ItemCancellation, order: Order, known: KnownOrders, left: Mapping[int, Mapping[int, int]]) -> int:
    """Every unit that nobody has claimed. Raises Refusal if one of them cannot be cancelled: the call takes all or
    none."""
    place = item.fields.item
    for package in order.live:
        status = known.fixed.get((order.seller_id, package.package_id))
        if status is not None and package.holds(item.item_number):
            message = f"units of item {item.item_number} are in package {package.package_id}, which is {status}"
            raise Refusal(RefusalCode.PACKAGE_STATUS, message, field=place)
        if package.has_parted(item.item_number):
            message = f"units of item {item.item_number} in package {package.package_id} went a way of their own"
            raise Refusal(RefusalCode.PACKAGE_STATUS, message, field=place)
    quantity = available(item.item_number, order.live, left)
    if not quantity:
        message = f"item {item.item_number} has no units left that can be cancelled"
        raise Refusal(RefusalCode.QUANTITY_EXCEEDS_LEFT, message, field=place)
    return quantity


def _order_of(item: ItemCancellation, orders: Sequence[Order]) -> Order:
    """The seller's part of the order that holds the item; only one seller's may."""
    if not orders:
        message = f"there is no order {item.order_number}"
        raise Refusal(RefusalCode.ORDER_NOT_FOUND, message, field=item.fields.order)
    holders = [order for order in orders if order.holds(item.item_number)]
    if len(holders) > 1:
        message = f"item {item.item_number} is sold by more than one seller of the order"
        raise Refusal(RefusalCode.ITEM_AMBIGUOUS, message, field=item.fields.item)
    if not holders:
        message = f"order {item.order_number} has no live item {item.item_number}"
        raise Refusal(RefusalCode.ITEM_NOT_FOUND, message, field=item.fields.item)
    return holders[0]
