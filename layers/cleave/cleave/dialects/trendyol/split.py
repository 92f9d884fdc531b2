"""POST …/split, multi-split, quantity-split and split-packages: four ways to name the groups of one split."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from cleave.dialects.fingerprints import fingerprint
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.domain.partition import MAX_GROUPS, Group, SplitRequest
from cleave.domain.refusals import LineFields, Refusal, RefusalCode
from cleave.entry.values import Id, Quantity, Truth
from cleave.entry.wire import WireModel

if TYPE_CHECKING:
    from cleave.dialects.trendyol.answers import NewPackage, NewPackageResults, NewPackages

_MAX_LINES = 500  # as many as an imported package may have

type LineIds = Annotated[list[Id], Field(min_length=1, max_length=_MAX_LINES)]


class SplitLines(WireModel):
    """The named lines go into one package, the others into another."""

    orderLineIds: LineIds
    shouldKeepPreviousStatus: Truth = False


class LineGroup(WireModel):
    """Lines that go into one package, with all their units."""

    orderLineIds: LineIds


class MultiSplit(WireModel):
    """A package for each group, and one for the lines that are in no group; there must be such lines."""

    splitGroups: Annotated[list[LineGroup], Field(min_length=1, max_length=MAX_GROUPS)]
    shouldKeepPreviousStatus: Truth = False


class LineQuantities(WireModel):
    """Each quantity becomes a package: 2 and 1 of a line of five leave two more for the rest."""

    orderLineId: Id
    quantities: Annotated[list[Quantity], Field(min_length=1, max_length=MAX_GROUPS)]


class QuantitySplit(WireModel):
    """A package for each quantity of each line, and one for all units that are not named."""

    quantitySplit: Annotated[list[LineQuantities], Field(min_length=1, max_length=MAX_GROUPS)]
    shouldKeepPreviousStatus: Truth = False


class LineQuantity(WireModel):
    """``quantities`` is one number here; the name is the dialect's."""

    orderLineId: Id
    quantities: Quantity


class PackageDetails(WireModel):
    """Units that go into one package."""

    packageDetails: Annotated[list[LineQuantity], Field(min_length=1, max_length=_MAX_LINES)]


class SplitPackages(WireModel):
    """A package for each entry, and one for all units that are not named."""

    splitPackages: Annotated[list[PackageDetails], Field(min_length=1, max_length=MAX_GROUPS)]
    shouldKeepPreviousStatus: Truth = False


def to_split(seller: SellerCall) -> SplitRequest:
    """Raises Refusal or Refusals, like the three others."""
    body = seller.call.body(SplitLines)
    return _request(seller, [_lines(body.orderLineIds, "orderLineIds")], keep=body.shouldKeepPreviousStatus)


def to_multi_split(seller: SellerCall) -> SplitRequest:
    """Groups of whole lines. A line can be in one of them, and at least one line must be in none."""
    body = seller.call.body(MultiSplit)
    groups = [
        _lines(group.orderLineIds, f"splitGroups.{place}.orderLineIds") for place, group in enumerate(body.splitGroups)
    ]
    return _request(seller, groups, keep=body.shouldKeepPreviousStatus, leaves_units="splitGroups")


def to_quantity_split(seller: SellerCall) -> SplitRequest:
    """Groups of one line each."""
    body = seller.call.body(QuantitySplit)
    groups = [
        Group(
            {line.orderLineId: quantity},
            {line.orderLineId: LineFields(f"{field}.orderLineId", f"{field}.quantities.{number}")},
        )
        for field, line in ((f"quantitySplit.{place}", line) for place, line in enumerate(body.quantitySplit))
        for number, quantity in enumerate(line.quantities)
    ]
    if len(groups) > MAX_GROUPS:
        message = f"may make {MAX_GROUPS} packages"
        raise Refusal(RefusalCode.BODY_INVALID, message, field="quantitySplit")
    return _request(seller, groups, keep=body.shouldKeepPreviousStatus)


def to_split_packages(seller: SellerCall) -> SplitRequest:
    """Groups of some units of some lines; a line can be in several of them."""
    body = seller.call.body(SplitPackages)
    groups = []
    for place, package in enumerate(body.splitPackages):
        field = f"splitPackages.{place}.packageDetails"
        _refuse_repeated([line.orderLineId for line in package.packageDetails], field, ".orderLineId")
        units: dict[int, int | None] = {line.orderLineId: line.quantities for line in package.packageDetails}
        groups.append(Group(units, _fields(units, field, line=".orderLineId", quantity=".quantities")))
    return _request(seller, groups, keep=body.shouldKeepPreviousStatus)


def render_new_package(package_id: int) -> "NewPackage":
    """The answer to a split into two."""
    return {"newPackageId": package_id}


def render_results(package_ids: Sequence[int]) -> "NewPackageResults":
    """The answer to a split into groups of lines."""
    return {"results": [render_new_package(package_id) for package_id in package_ids]}


def render_new_packages(package_ids: Sequence[int]) -> "NewPackages":
    """The answer to the two splits by quantities."""
    return {"newPackageIds": list(package_ids)}


def _lines(line_ids: Sequence[int], field: str) -> Group:
    _refuse_repeated(line_ids, field, "")
    return Group(dict.fromkeys(line_ids), _fields(line_ids, field))


def _fields(line_ids: Iterable[int], field: str, *, line: str = "", quantity: str = "") -> dict[int, LineFields]:
    return {
        line_id: LineFields(f"{field}.{place}{line}", f"{field}.{place}{quantity}")
        for place, line_id in enumerate(line_ids)
    }


def _refuse_repeated(line_ids: Sequence[int], field: str, name: str) -> None:
    for place, line_id in enumerate(line_ids):
        if line_id in line_ids[:place]:
            message = f"line {line_id} stands in the package twice"
            raise Refusal(RefusalCode.BODY_INVALID, message, field=f"{field}.{place}{name}")


def _request(
    seller: SellerCall, groups: Sequence[Group], *, keep: bool, leaves_units: str | None = None
) -> SplitRequest:
    meaning = [seller.storefront, keep, [sorted(group.units.items()) for group in groups]]
    return SplitRequest(
        address=seller.address,
        groups=tuple(groups),
        keep_status=keep,
        fingerprint=fingerprint(meaning),
        at=seller.call.at,
        correlation_id=seller.call.request_id,
        leaves_units=leaves_units,
    )
