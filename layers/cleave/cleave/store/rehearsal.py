"""What recording cancellations would come to, found out by reading alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cleave.domain.cancellation import Cancellation, Claim, PackageRef, refusal_of
from cleave.store import keys
from cleave.store.cancellations import NotReserved, PackageClaims, claimed_units, claims_by_package
from cleave.store.packages import StoredPackage, stored_package
from cleave.store.table import Table


@dataclass(slots=True)
class Rehearsal:
    """Stands in for ``record``. ``packages`` are those that it came upon, as they were."""

    packages: dict[PackageRef, StoredPackage] = field(default_factory=dict)

    def __call__(self, table: Table, cancellations: Sequence[Cancellation]) -> None:
        """One round trip; raises NotReserved where ``record`` would, with the same in it."""
        wanted = claims_by_package(cancellations)
        ids = [str(each.key) for each in cancellations]
        found = table.batch_get([*map(keys.cancellation, ids), *(keys.package(*ref) for ref in wanted)])
        items = {item["pk"]: item for item in found}
        recorded = {place: items.get(keys.cancellation(each)["pk"]) for place, each in enumerate(ids)}
        fingerprints = {place: str(item["fingerprint"]) for place, item in recorded.items() if item is not None}
        for ref in wanted:
            if (item := items.get(keys.package(*ref)["pk"])) is not None:
                self.packages[ref] = stored_package(item)
        refused = [ref for ref, claims in wanted.items() if self._is_refused(ref, claims)]
        if fingerprints or refused:
            states = {ref: self.packages[ref].state if ref in self.packages else None for ref in refused}
            raise NotReserved(fingerprints, states)

    def _is_refused(self, ref: PackageRef, claims: PackageClaims) -> bool:
        """As the write's condition would be: for all claims on the package together."""
        state = self.packages[ref].state if ref in self.packages else None
        claim = Claim(ref[1], claimed_units(claims), fields={})
        return refusal_of(state, claim, claims[0][0].storefront, arriving=len(claims)) is not None
