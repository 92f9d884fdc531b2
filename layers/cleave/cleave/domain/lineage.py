"""The packages of an order as a tree of parents and successors."""

from collections.abc import Iterable
from dataclasses import dataclass

from cleave.domain.package import Package


@dataclass(frozen=True, slots=True)
class Placed:
    """A package in the tree; ``depth`` is 0 for one whose parent is not among the packages."""

    package: Package
    depth: int


def lineage(packages: Iterable[Package]) -> list[Placed]:
    """Every package once, each right before its successors; among equals the oldest first.

    It is a list and not nested: an order that was cancelled unit by unit is a hundred packages deep, and many readers
    of JSON give up at 64 levels.
    """
    ordered = sorted(packages, key=lambda package: (package.created_at, package.package_id), reverse=True)
    known = {package.package_id for package in ordered}
    children: dict[int, list[Package]] = {}
    for package in ordered:
        if package.parent_id in known:
            children.setdefault(package.parent_id, []).append(package)
    waiting = [Placed(package, 0) for package in ordered if package.parent_id not in known]
    placed: list[Placed] = []
    while waiting:
        each = waiting.pop()
        placed.append(each)
        waiting += [Placed(child, each.depth + 1) for child in children.get(each.package.package_id, [])]
    return placed
