"""One cancellation, and its state on each of its packages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cleave.domain.cancellation import RecordedCancellation
from cleave.domain.package_state import PackageState
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store.cancellations import read_cancellation
from cleave.store.formats import Unreadable
from cleave.store.packages import read_whatever_states
from cleave.table.table import Table


@dataclass(frozen=True, slots=True)
class FollowedCancellation:
    """``packages`` are those from which its units were taken, by id; expired ones are missing. ``unreadable`` are ids
    of packages that cannot be read."""

    recorded: RecordedCancellation
    packages: Mapping[int, PackageState]
    unreadable: Sequence[int] = ()

    def waits_on(self, package_id: int) -> bool:
        """Whether the package still has it reserved, as far as is known. Only a split removes a reservation."""
        if package_id in self.unreadable:
            return True
        state = self.packages.get(package_id)
        waiting = () if state is None else state.reservations
        return any(each.cancellation_id == self.recorded.cancellation_id for each in waiting)

    @property
    def applied_at(self) -> datetime | None:
        """When the last of its packages was split; None while one still has it reserved."""
        if any(self.waits_on(package_id) for package_id in self.recorded.units):
            return None
        ends = (state.closed_at for state in self.packages.values())
        return max((end for end in ends if end is not None), default=self.recorded.accepted_at)

    @property
    def order_number(self) -> str | None:
        """The order of its packages, which is one; None if all of them expired or none can be read."""
        return next((state.package.order_number for state in self.packages.values()), None)


def find_cancellation(
    table: Table, cancellation_id: str | None, sellers: frozenset[int] | None, storefronts: frozenset[str]
) -> FollowedCancellation:
    """A cancellation of one of ``sellers`` (None: of any), in one of ``storefronts`` (none: in any). Raises Refusal.

    One round trip to find that there is none, two to show it.
    """
    recorded = None if cancellation_id is None else read_cancellation(table, cancellation_id)
    if recorded is None or (sellers is not None and recorded.seller_id not in sellers):
        raise _not_found()
    found = _followed(recorded, read_whatever_states(table, recorded.seller_id, list(recorded.units)))
    if storefronts and any(each.package.storefront not in storefronts for each in found.packages.values()):
        raise _not_found()
    return found


def follow_cancellations(
    table: Table, recorded: Sequence[RecordedCancellation], known: Sequence[PackageState]
) -> list[FollowedCancellation]:
    """Several cancellations of one seller with their packages. Reads the packages that are not among ``known``."""
    states: dict[int, PackageState | Unreadable] = {state.package.package_id: state for state in known}
    if recorded:
        missing = {package_id for each in recorded for package_id in each.units} - states.keys()
        states |= read_whatever_states(table, recorded[0].seller_id, sorted(missing))
    return [_followed(each, states) for each in recorded]


def _followed(recorded: RecordedCancellation, states: Mapping[int, PackageState | Unreadable]) -> FollowedCancellation:
    found = {package_id: states[package_id] for package_id in recorded.units if package_id in states}
    readable = {package_id: state for package_id, state in found.items() if isinstance(state, PackageState)}
    return FollowedCancellation(recorded, readable, sorted(found.keys() - readable.keys()))


def _not_found() -> Refusal:
    return Refusal(RefusalCode.CANCELLATION_NOT_FOUND, "there is no such cancellation; a refused one leaves no trace")
