"""In which packages the units of a closed one live on, kept on its own item: a refusal names them without a read.

A split writes it on the package that it closes, and on those that this one came of, the nearest first. They are a few
at most, so that a split of the hundredth package of a chain costs what one of the fifth does.
"""

from collections.abc import Sequence

from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.table import Update

HEIRS = "heirs"
ANCESTORS = "ancestor_ids"
# Each costs every later split a write of its item, and saves every refusal that names it a read.
_TOLD = 3


def ancestors_after(package_id: int, ancestor_ids: Sequence[int]) -> list[int]:
    """The packages to be told when a successor of the package is split, the nearest first."""
    return [package_id, *ancestor_ids][:_TOLD]


def heirs_of(successor_ids: Sequence[int]) -> Item:
    """For the item of a package that is closed: package id to whether this item is told when that one is split."""
    return {str(package_id): True for package_id in successor_ids}


def tell_ancestors(
    seller_id: int, package_id: int, successor_ids: Sequence[int], ancestor_ids: Sequence[int]
) -> list[Update]:
    """The writes that name the successors of a package that is split where it was named itself."""
    told = ancestors_after(package_id, ancestor_ids)
    return [
        _pass_on(keys.package(seller_id, ancestor), package_id, successor_ids, is_told=ancestor in told)
        for ancestor in ancestor_ids
    ]


def _pass_on(key: keys.Key, package_id: int, successor_ids: Sequence[int], *, is_told: bool) -> Update:
    added = ", ".join(f"{HEIRS}.#p{successor} = :told" for successor in successor_ids)
    return Update(
        key=key,
        change=f"REMOVE {HEIRS}.#p{package_id}" + (f" SET {added}" if added else ""),
        condition=f"attribute_exists({HEIRS}.#p{package_id})",
        names={f"p{each}": str(each) for each in (package_id, *successor_ids)},
        values={"told": is_told} if added else {},
    )


def to_heirs(item: Item) -> dict[int, bool]:
    """From a package's item; of one that was closed before heirs were kept, its successors."""
    heirs = item.get(HEIRS, dict.fromkeys(item["successor_ids"], False))
    return {int(package_id): is_told for package_id, is_told in heirs.items()}
