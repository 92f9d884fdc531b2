"""The items of a simulated table, and its indexes, which may lag behind it."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tests.simulation.expressions import Image
from tests.support.template import resources

type Place = tuple[str, str]


def place_of(key: Image) -> Place:
    """Partition and sort key of an item or key."""
    return key["pk"]["S"], key["sk"]["S"]


def index_keys() -> dict[str, Place]:
    """The template's indexes: the attributes that are the partition and sort key of each."""
    declared = resources("AWS::DynamoDB::Table")["Table"]["GlobalSecondaryIndexes"]
    found = {}
    for each in declared:
        names = {key["KeyType"]: key["AttributeName"] for key in each["KeySchema"]}
        found[each["IndexName"]] = (names["HASH"], names["RANGE"])
    return found


@dataclass
class Index:
    """One index, as far as it has caught up. ``entries`` map a partition's value to its items by their place."""

    partition: str
    sort: str
    entries: dict[object, dict[Place, Image]] = field(default_factory=dict)

    def replace(self, place: Place, old: Image | None, new: Image | None) -> None:
        """An item was written."""
        if old is not None and self.partition in old and self.sort in old:
            self.entries[_value(old, self.partition)].pop(place, None)
        if new is not None and self.partition in new and self.sort in new:
            self.entries.setdefault(_value(new, self.partition), {})[place] = new

    def listed(self, partition: object) -> list[tuple[object, Place, Image]]:
        """Its items in the order of the index."""
        found = [(_value(image, self.sort), place, image) for place, image in self.entries.get(partition, {}).items()]
        return sorted(found, key=lambda each: each[:2])


def _value(image: Image, name: str) -> object:
    ((kind, content),) = image[name].items()
    return Decimal(content) if kind == "N" else content


@dataclass
class Items:
    """Images are never changed in place, so whoever has one may keep it.

    ``lag`` says how many of the newest writes a look into an index does not see yet.
    """

    indexes: Mapping[str, Index] = field(
        default_factory=lambda: {name: Index(*names) for name, names in index_keys().items()}
    )
    lag: Callable[[], int] = lambda: 0
    images: dict[Place, Image] = field(default_factory=dict)
    sorts: dict[str, list[str]] = field(default_factory=dict)
    _behind: deque[tuple[Place, Image | None, Image | None]] = field(default_factory=deque)

    def get(self, place: Place) -> Image | None:
        """Strongly consistent."""
        return self.images.get(place)

    def replace(self, place: Place, new: Image | None) -> None:
        """Put or delete one."""
        old = self.images.get(place)
        if new is None:
            if old is not None:
                del self.images[place]
                self.sorts[place[0]].remove(place[1])
        else:
            if old is None:
                insort(self.sorts.setdefault(place[0], []), place[1])
            self.images[place] = new
        self._behind.append((place, old, new))

    def partition(self, pk: str) -> Iterator[tuple[str, Image]]:
        """All of a partition, by sort key."""
        return ((sk, self.images[pk, sk]) for sk in self.sorts.get(pk, ()))

    def between(self, pk: str, first: str, last: str | None) -> list[Image]:
        """Those whose sort keys lie between the two, both included; None: to the end."""
        found = []
        sorts = self.sorts.get(pk, [])
        for sk in sorts[bisect_left(sorts, first) :]:
            if last is not None and sk > last:
                break
            found.append(self.images[pk, sk])
        return found

    def index(self, name: str) -> Index:
        """The index, behind the table by as much as ``lag`` says."""
        self.catch_up(self.lag())
        return self.indexes[name]

    def catch_up(self, remaining: int = 0) -> None:
        """Bring the indexes up to all but so many of the newest writes."""
        while len(self._behind) > remaining:
            place, old, new = self._behind.popleft()
            for index in self.indexes.values():
                index.replace(place, old, new)
