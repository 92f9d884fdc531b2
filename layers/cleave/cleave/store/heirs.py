"""In which packages the units of a closed one are, kept on its own item: a refusal names them without a read."""

from collections.abc import Sequence

from cleave.domain.package import Package
from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.table import Update

HEIRS = "heirs"


def heirs_of(successor_ids: Sequence[int]) -> Item:
    """For the item of a package that is closed: package id to whether that one is live.

    It is until its own split, which tells the item (``tell_parent``).
    """
    return {str(package_id): True for package_id in successor_ids}


def tell_parent(closed: Package) -> list[Update]:
    """The write, if there is a parent, that names the successors of a package where it was named itself.

    The parent alone: a split would cost more with each one before it. So of those successors the parent hears no more.
    """
    if closed.parent_id is None:
        return []
    gone, added = closed.package_id, ", ".join(f"{HEIRS}.#p{each} = :live" for each in closed.successor_ids)
    write = Update(
        key=keys.package(closed.seller_id, closed.parent_id),
        change=f"REMOVE {HEIRS}.#p{gone}" + (f" SET {added}" if added else ""),
        condition=f"attribute_exists({HEIRS}.#p{gone})",
        names={f"p{each}": str(each) for each in (gone, *closed.successor_ids)},
        values={"live": False} if added else {},
    )
    return [write]


def to_heirs(item: Item) -> dict[int, bool]:
    """From a package's item: package id to True for one that is live, False for one that may be closed by now."""
    return {int(package_id): is_live for package_id, is_live in item.get(HEIRS, {}).items()}
