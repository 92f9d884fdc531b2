"""Accept cancellations that name items of an order and leave the choice of packages to us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cleave.application.cancel_package import check_same_content, contended
from cleave.domain.cancellation import Cancellation, Claim, PackageState
from cleave.domain.order import LivePackage, Order, allocate
from cleave.domain.package import CANCELLABLE
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store.cancellations import NotReserved, record, recorded_fingerprints
from cleave.store.orders import read_orders
from cleave.store.table import Contended, Table

# DynamoDB's limit: a record for each item, and a reservation on each package.
_MAX_WRITES = 100
# Each try uses what the last one learned: units reserved by others, or a package split a moment ago.
_TRIES = 6


@dataclass(frozen=True, slots=True)
class ItemCancellation:
    """``quantity`` units of one order item. ``cancellation`` has no seller and no claims yet; ``field`` is the item's
    place in the request, for refusals."""

    order_number: str
    item_number: str
    quantity: int
    field: str
    cancellation: Cancellation


@dataclass(slots=True)
class _Known:
    """What is known of the orders: read once, corrected by what refused transactions bring back."""

    orders: Mapping[str, Sequence[Order]]
    left: dict[int, dict[int, int]] = field(default_factory=dict)

    def correct(self, states: Mapping[int, PackageState | None]) -> None:
        for package_id, state in states.items():
            usable = state is not None and state.status in CANCELLABLE
            live = self._live(package_id)
            nothing = {line.line_id: 0 for line in live.lines} if live else {}
            self.left[package_id] = dict(state.left) if usable and state else nothing

    def _live(self, package_id: int) -> LivePackage | None:
        parts = (order for orders in self.orders.values() for order in orders)
        return next((p for order in parts for p in order.live if p.package_id == package_id), None)


def cancel_items(table: Table, items: Sequence[ItemCancellation], sellers: frozenset[int] | None) -> None:
    """Accept all items or none; those accepted before are left as they are.

    ``sellers`` are those that the caller may act for, None for all. Two round trips: the order, then the transaction;
    more only where others hold the units. Raises Refusal.
    """
    known: _Known | None = None
    waiting = list(items)
    for _ in range(_TRIES):
        known = known or _read(table, waiting, sellers)
        try:
            record(table, _allocate_all(waiting, known))
        except Contended:
            raise contended() from None
        except NotReserved as found:
            waiting = _not_recorded(waiting, found.fingerprints)
            known = _learn(known, found.states)
        except Refusal:
            unknown = _unknown_to(table, waiting)
            if len(unknown) == len(waiting):
                raise
            waiting = unknown
        else:
            return
        if not waiting:
            return
    raise contended()


def _read(table: Table, items: Sequence[ItemCancellation], sellers: frozenset[int] | None) -> _Known:
    numbers = dict.fromkeys(item.order_number for item in items)
    parts = {number: read_orders(table, number) for number in numbers}
    return _Known(
        {
            number: [part for part in orders if sellers is None or part.seller_id in sellers]
            for number, orders in parts.items()
        }
    )


def _learn(known: _Known, states: Mapping[int, PackageState | None]) -> _Known | None:
    """None where a package was replaced: its units are in packages that we have not read of."""
    if any(state is not None and state.successor_ids for state in states.values()):
        return None
    if any(state is not None and state.planned_ids for state in states.values()):
        raise contended()  # an explicit split is about to give the units to packages that are not there yet
    known.correct(states)
    return known


def _not_recorded(items: list[ItemCancellation], recorded: Mapping[int, str]) -> list[ItemCancellation]:
    for place, fingerprint in recorded.items():
        check_same_content(items[place].cancellation, fingerprint)
    return [item for place, item in enumerate(items) if place not in recorded]


def _unknown_to(table: Table, items: list[ItemCancellation]) -> list[ItemCancellation]:
    """Items that were not accepted before; an item accepted before may well have no units left to allocate."""
    return _not_recorded(items, recorded_fingerprints(table, [item.cancellation for item in items]))


def _allocate_all(items: Sequence[ItemCancellation], known: _Known) -> list[Cancellation]:
    left = {package_id: dict(lines) for package_id, lines in known.left.items()}
    cancellations = [_allocate(item, known.orders[item.order_number], left) for item in items]
    packages = {claim.package_id for cancellation in cancellations for claim in cancellation.claims}
    if len(cancellations) + len(packages) > _MAX_WRITES:
        message = f"{len(items)} items in {len(packages)} packages are too many to be accepted together"
        raise Refusal(RefusalCode.BODY_INVALID, message, field="cancel_items")
    return cancellations


def _allocate(item: ItemCancellation, orders: Sequence[Order], left: dict[int, dict[int, int]]) -> Cancellation:
    order = _order_of(item, orders)
    chosen = allocate(item.item_number, item.quantity, order.live, left)
    if chosen is None:
        message = f"item {item.item_number} has fewer than {item.quantity} units left that can be cancelled"
        raise Refusal(RefusalCode.QUANTITY_EXCEEDS_LEFT, message, field=f"{item.field}cancel_quantity")
    for package in order.live:
        for line_id, quantity in chosen.get(package.package_id, {}).items():
            lines = left.setdefault(package.package_id, {each.line_id: each.quantity for each in package.lines})
            lines[line_id] -= quantity
    claims = tuple(Claim(package_id, units, fields={}) for package_id, units in chosen.items())
    return replace(item.cancellation, seller_id=order.seller_id, claims=claims)


def _order_of(item: ItemCancellation, orders: Sequence[Order]) -> Order:
    """The one seller's part of the order that holds the item."""
    if not orders:
        message = f"there is no order {item.order_number}"
        raise Refusal(RefusalCode.ORDER_NOT_FOUND, message, field=f"{item.field}order_number")
    holders = [order for order in orders if order.holds(item.item_number)]
    if len(holders) > 1:
        message = f"item {item.item_number} is sold by more than one seller of the order"
        raise Refusal(RefusalCode.ITEM_AMBIGUOUS, message, field=f"{item.field}order_item_number")
    if not holders:
        message = f"order {item.order_number} has no live item {item.item_number}"
        raise Refusal(RefusalCode.ITEM_NOT_FOUND, message, field=f"{item.field}order_item_number")
    return holders[0]
