"""Finds by reads alone what recording cancellations would result in."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cleave.domain.availability import refusal_of
from cleave.domain.cancellation import Cancellation, Claim, PackageClaims, PackageRef, claimed_units, claims_by_package
from cleave.domain.package_state import PackageState
from cleave.store import keys, order_keys
from cleave.store.cancellations import NotReserved, fingerprint_of
from cleave.store.packages import to_state
from cleave.table.table import Table


@dataclass(slots=True)
class UnwrittenRecord:
    """Stands in for ``record``. ``packages`` are those that it read, as they were."""

    packages: dict[PackageRef, PackageState] = field(default_factory=dict)

    def __call__(self, table: Table, cancellations: Sequence[Cancellation]) -> None:
        """One round trip. Raises the same NotReserved as ``record`` would."""
        wanted = claims_by_package(cancellations)
        ids = [str(each.key) for each in cancellations]
        found = table.batch_get([*map(order_keys.cancellation, ids), *(order_keys.package(*ref) for ref in wanted)])
        items = {item[keys.PARTITION]: item for item in found}
        recorded = {place: items.get(order_keys.cancellation(each)[keys.PARTITION]) for place, each in enumerate(ids)}
        fingerprints = {place: fingerprint_of(item) for place, item in recorded.items() if item is not None}
        for ref in wanted:
            if (item := items.get(order_keys.package(*ref)[keys.PARTITION])) is not None:
                self.packages[ref] = to_state(item)
        refused = [ref for ref, claims in wanted.items() if self._is_refused(ref, claims)]
        if fingerprints or refused:
            packages = {ref: self.packages[ref].availability if ref in self.packages else None for ref in refused}
            raise NotReserved(fingerprints, packages)

    def _is_refused(self, ref: PackageRef, claims: PackageClaims) -> bool:
        """As the write's condition would be: for all claims on the package together."""
        available = self.packages[ref].availability if ref in self.packages else None
        claim = Claim(ref[1], claimed_units(claims), fields={})
        return refusal_of(available, claim, claims[0][0].storefront, arriving=len(claims)) is not None
