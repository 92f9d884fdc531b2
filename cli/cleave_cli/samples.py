"""The repository's sample orders, and the units in them to cancel."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleave_cli import paths
from cleave_cli.credentials import Seller
from cleave_cli.errors import CleaveError

SELF_PAYING_SAMPLE = paths.EVENTS / "sample-orders.json"
OTHER_SAMPLE = paths.EVENTS / "sample-orders-tr.json"

type Package = dict[str, Any]
type Line = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """One unit that can be cancelled so that something of its package remains."""

    package: Package
    line: Line

    @property
    def order_number(self) -> str:
        number: str = self.package["orderNumber"]
        return number

    @property
    def package_id(self) -> int:
        package_id: int = self.package["shipmentPackageId"]
        return package_id

    @property
    def line_id(self) -> int:
        line_id: int = self.line["lineId"]
        return line_id

    @property
    def item_number(self) -> str:
        """The line's name in HepsiGlobal's dialect."""
        return f"{self.order_number}_{self.line['stockCode']}"


def sample_of(seller: Seller) -> Path:
    """Return the sample file with this seller's packages."""
    for path in (SELF_PAYING_SAMPLE, OTHER_SAMPLE):
        if any(package["supplierId"] == seller.seller_id for package in read_packages(path)):
            return path
    raise CleaveError(f"There are no sample orders of seller {seller.seller_id} in {paths.EVENTS}")


def read_packages(path: Path) -> Sequence[Package]:
    """Read the packages of a sample file, which is a page as getShipmentPackages returns it."""
    packages: Sequence[Package] = json.loads(path.read_text(encoding="utf-8"))["content"]
    return packages


def first_target(packages: Sequence[Package]) -> Target:
    """Pick the first line that has more than one unit."""
    for target in _targets(packages):
        return target
    raise CleaveError("The sample orders hold no line with more than one unit")


def _targets(packages: Sequence[Package]) -> Iterator[Target]:
    for package in packages:
        yield from (Target(package, line) for line in package["lines"] if line["quantity"] > 1)
