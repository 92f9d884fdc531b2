"""POST …/orders: what getShipmentPackages answered, loaded as it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cleave.application.intake.import_packages import Imported, ImportedPackage
from cleave.clock import from_ms
from cleave.dialects.fingerprints import fingerprint
from cleave.dialects.places import TRENDYOL, field_of
from cleave.dialects.trendyol.endpoint import STOREFRONTS, SellerCall
from cleave.dialects.trendyol.exported import WireLine, WirePackage, check_package
from cleave.dialects.trendyol.packages import CARRIAGE_FIELDS
from cleave.domain.exported import Export, ExportFields
from cleave.domain.money import package_totals
from cleave.domain.package import Amounts, Carriage, HistoryEntry, Line, Package, Unit
from cleave.domain.refusals import LineFields, Refusal, RefusalCode, Refusals
from cleave.entry.wire import as_written, parse
from cleave.table.limits import KILOBYTE

if TYPE_CHECKING:
    from cleave.dialects.trendyol import answers

_BODY_LIMIT = 5 * KILOBYTE * KILOBYTE  # Lambda takes 6 MB with API Gateway's envelope around it
_MAX_PACKAGES = 200  # the dialect's own largest page
# Of all packages together. A page of the largest customers has a few thousand; a million would fill the memory.
_MAX_UNITS = 50_000
_LINE_FIELDS = ("lineId", "quantity", "lineUnitPrice", "orderLineItemStatusName")
_READ_ONCE = ("orderCountryCode", "orderDate")


def to_imported(seller: SellerCall) -> list[ImportedPackage]:
    """The packages of a page envelope, a list or a single package. Raises Refusal or Refusals."""
    document = seller.call.json(_BODY_LIMIT)
    imported: dict[int, ImportedPackage] = {}
    room = _MAX_UNITS
    for prefix, raw in _packages(document):
        wire = _parse(seller, raw, prefix)
        field = _written(prefix, raw, "shipmentPackageId")
        if wire.shipmentPackageId in imported:
            message = f"package {wire.shipmentPackageId} stands in the request twice"
            raise Refusal(RefusalCode.BODY_INVALID, message, field=field)
        room -= sum(line.quantity for line in wire.lines)
        if room < 0:
            message = f"the packages of a request may have {_MAX_UNITS} units together"
            raise Refusal(RefusalCode.BODY_TOO_LARGE, message, field=prefix or None)
        imported[wire.shipmentPackageId] = _imported(seller, wire, raw, prefix)
    return list(imported.values())


def render_imported(imported: Imported) -> "answers.Imported":
    """Which packages are new, which were moved on, and which are as they were."""
    answer: answers.Imported = {"imported": imported.new, "unchanged": imported.unchanged}
    if imported.updated:
        answer["updated"] = imported.updated
    return answer


def _imported(seller: SellerCall, wire: WirePackage, raw: Mapping[str, Any], prefix: str) -> ImportedPackage:
    modified_at = None if wire.lastModifiedDate is None else from_ms(wire.lastModifiedDate)
    export = Export(fingerprint(wire.model_dump()), modified_at)
    return ImportedPackage(_package(seller, wire, raw), export, _fields(wire, raw, prefix), seller.call.request_id)


def _fields(wire: WirePackage, raw: object, prefix: str) -> ExportFields:
    """Where the request says what; of a line that stands there twice, the first time."""

    def written(*names: str) -> list[str]:
        return [_written(prefix, raw, name) for name in names]

    package, status, lines, total = written("shipmentPackageId", "status", "lines", "packageTotalPrice")
    places = {line.lineId: place for place, line in reversed(list(enumerate(wire.lines)))}
    by_line = {
        line_id: LineFields(*written(*(f"lines.{place}.{name}" for name in _LINE_FIELDS)))
        for line_id, place in places.items()
    }
    return ExportFields(package, status, lines, total, by_line)


def _packages(document: object) -> Sequence[tuple[str, Any]]:
    """Each package with its place in the document."""
    prefix = ""
    if isinstance(document, dict) and "content" in document:
        document, prefix = document["content"], "content."
        document = [] if document in (None, "") else document
    if isinstance(document, dict):
        return [("", document)]
    if not isinstance(document, list):
        message = "must be a page envelope, a list of packages or one package"
        raise Refusal(RefusalCode.BODY_INVALID, message, field=prefix.rstrip(".") or None)
    if len(document) > _MAX_PACKAGES:
        message = f"may hold {_MAX_PACKAGES} packages"
        raise Refusal(RefusalCode.BODY_INVALID, message, field=prefix.rstrip(".") or None)
    return [(f"{prefix}{place}", raw) for place, raw in enumerate(document)]


def _parse(seller: SellerCall, raw: Any, prefix: str) -> WirePackage:  # noqa: ANN401 - unvalidated JSON
    try:
        wire = parse(WirePackage, raw)
        check_package(wire, raw, seller.seller_id)
    except Refusals as found:
        raise Refusals(tuple(_within(prefix, raw, refusal) for refusal in found.refusals)) from None
    except Refusal as refusal:
        raise _within(prefix, raw, refusal) from None
    return wire


def _within(prefix: str, raw: object, refusal: Refusal) -> Refusal:
    field = _written(prefix, raw, field_of(refusal, TRENDYOL) or "") or None
    return Refusal(refusal.code, refusal.message, field=field)


def _written(prefix: str, raw: object, field: str) -> str:
    """The place of a package's field in the request, by the names that stand there."""
    return ".".join(filter(None, (prefix, as_written(WirePackage, raw, field.split(".")))))


def _package(seller: SellerCall, wire: WirePackage, raw: Mapping[str, Any]) -> Package:
    at = seller.call.at
    lines = tuple(_line(wire, place) for place in range(len(wire.lines)))
    return Package(
        package_id=wire.shipmentPackageId,
        seller_id=seller.seller_id,
        storefront=_storefront(seller, wire),
        order_number=wire.orderNumber,
        status=wire.status,
        lines=lines,
        totals=_totals(wire, lines),
        history=tuple(HistoryEntry(from_ms(h.createdDate), h.status) for h in wire.packageHistories or ()),
        seller_pays=wire.whoPays == 1,
        tracking_number=wire.cargoTrackingNumber or None,
        created_at=_moment(wire.orderDate, at),
        modified_at=_moment(wire.lastModifiedDate, at),
        created_by=wire.createdBy,
        details=_details(wire, raw),
        origin_ids=tuple(wire.originPackageIds or ()),
        carriage=Carriage(
            sender_number=wire.cargoSenderNumber,
            provider_name=wire.cargoProviderName,
            return_number=wire.returnTrackingNumber,
            tracking_link=wire.cargoTrackingLink,
        ),
        invoice_number=wire.invoiceNumber,
    )


def _details(wire: WirePackage, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What no rule reads, and what a rule reads only when the package comes in. A null stays one when it is shown."""
    read_once = {name: getattr(wire, name) for name in _READ_ONCE if name in raw}
    unsaid = {name: None for name in CARRIAGE_FIELDS if raw.get(name, "") is None}
    said = {**(wire.model_extra or {}), **read_once, **unsaid}
    said.pop("shipmentPackageStatus", None)
    return {name: said[name] for name in (*raw, *said) if name in said}  # in the order in which they came


def _storefront(seller: SellerCall, wire: WirePackage) -> str:
    """The header's; without one, an export still says where its orders come from."""
    if not seller.storefront_sent and wire.orderCountryCode in STOREFRONTS:
        seller.check_storefront(wire.orderCountryCode)
        return wire.orderCountryCode
    return seller.storefront


def _moment(milliseconds: int | None, otherwise: datetime) -> datetime:
    return otherwise if milliseconds is None else from_ms(milliseconds)


def _line(package: WirePackage, place: int) -> Line:
    line = package.lines[place]
    before = sum(each.quantity for each in package.lines[:place] if each.lineId == line.lineId)
    discount = line.lineTotalDiscount
    return Line(
        line_id=line.lineId,
        stock_code=line.stockCode,
        item_number=f"{package.orderNumber}_{line.stockCode}",
        status=line.orderLineItemStatusName or package.status,
        amounts=Amounts(
            line.lineGrossAmount,
            line.lineSellerDiscount,
            line.lineTyDiscount,
            line.lineSellerDiscount + line.lineTyDiscount if discount is None else discount,
            line.lineUnitPrice,
        ),
        units=tuple(_units(line, before)),
        details=line.model_extra or {},
    )


def _units(line: WireLine, before: int) -> list[Unit]:
    """From ``discountDetails``; an export without them says the same of every unit by the line's own amounts.

    ``before``: so many units of the line stand in the package before, with other statuses.
    """
    if line.discountDetails:
        return [
            Unit(str(u.lineItemId), u.lineItemPrice, u.lineItemSellerDiscount, u.lineItemTyDiscount)
            for u in line.discountDetails
        ]
    return [
        Unit(f"{line.lineId}-{number}", line.lineUnitPrice, line.lineSellerDiscount, line.lineTyDiscount)
        for number in range(before + 1, before + line.quantity + 1)
    ]


def _totals(wire: WirePackage, lines: tuple[Line, ...]) -> Amounts:
    """As they came; where one is missing, all are added up from the units."""
    came = (
        wire.packageGrossAmount,
        wire.packageSellerDiscount,
        wire.packageTyDiscount,
        wire.packageTotalDiscount,
        wire.packageTotalPrice,
    )
    known = [amount for amount in came if amount is not None]
    return Amounts(*known) if len(known) == len(came) else package_totals(lines)
