"""POST …/orders: loads exports of getShipmentPackages unchanged."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cleave.application.intake.import_packages import Imported, ImportedPackage
from cleave.clock import from_ms
from cleave.dialects.fingerprints import fingerprint
from cleave.dialects.own_fields import sort_line_fields, sort_package_fields
from cleave.dialects.places import TRENDYOL, field_of
from cleave.dialects.trendyol.amounts import find_fees, read_amounts, read_totals, read_units, with_fees, with_rounding
from cleave.dialects.trendyol.endpoint import STOREFRONTS, SellerCall
from cleave.dialects.trendyol.exported import WireLine, WirePackage, check_package, check_size
from cleave.dialects.trendyol.packages import CARRIAGE_FIELDS
from cleave.domain.exported import ExportFields
from cleave.domain.package import Carriage, Fee, HistoryEntry, Line, Package
from cleave.domain.package_state import Export
from cleave.domain.refusals import LineFields, Refusal, RefusalCode, Refusals
from cleave.entry.values import as_text
from cleave.entry.wire import as_written, parse
from cleave.table.limits import KILOBYTE

if TYPE_CHECKING:
    from cleave.dialects.trendyol import answers

_BODY_LIMIT = 5 * KILOBYTE * KILOBYTE  # Lambda takes 6 MB with API Gateway's envelope around it
_MAX_PACKAGES = 200  # the dialect's own largest page
# Units of all packages together. A page of the largest sellers has a few thousand; a million would fill the memory.
_MAX_UNITS = 50_000
_LINE_FIELDS = ("lineId", "quantity", "lineUnitPrice", "orderLineItemStatusName")
_READ_ONCE = ("orderCountryCode", "orderDate")
_MAX_BARCODE = 100  # of an order number and this, a caller's item number has room


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
    """The ids of new, changed and unchanged packages."""
    answer: answers.Imported = {"imported": imported.new, "unchanged": imported.unchanged}
    if imported.updated:
        answer["updated"] = imported.updated
    return answer


def _imported(seller: SellerCall, wire: WirePackage, raw: Mapping[str, Any], prefix: str) -> ImportedPackage:
    modified_at = None if wire.lastModifiedDate is None else from_ms(wire.lastModifiedDate)
    export = Export(fingerprint(wire.model_dump()), modified_at)
    return ImportedPackage(_package(seller, wire, raw), export, _fields(wire, raw, prefix), seller.call.request_id)


def _fields(wire: WirePackage, raw: object, prefix: str) -> ExportFields:
    """The places of the package's fields in the request; for a line that is named twice, those of the first."""

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
        check_size(raw)
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
    """The place of a package's field in the request, in the names that the request uses."""
    return ".".join(filter(None, (prefix, as_written(WirePackage, raw, field.split(".")))))


def _package(seller: SellerCall, wire: WirePackage, raw: Mapping[str, Any]) -> Package:
    at, storefront = seller.call.at, _storefront(seller, wire)
    fields, names = _unread(wire, raw), _names(wire, raw)
    fees = find_fees(fields, [(line.model_extra or {}, line.quantity) for line in wire.lines])
    line_fees = tuple(dict.fromkeys(fees.values()))
    lines = with_rounding(wire, [_line(wire, place, line_fees, names) for place in range(len(wire.lines))])
    found = sort_package_fields({name: value for name, value in fields.items() if name not in fees}, names)
    return Package(
        package_id=wire.shipmentPackageId,
        seller_id=seller.seller_id,
        storefront=storefront,
        order_number=wire.orderNumber,
        status=wire.status,
        lines=lines,
        totals=read_totals(wire, lines),
        history=tuple(HistoryEntry(from_ms(h.createdDate), h.status) for h in wire.packageHistories or ()),
        seller_pays=wire.whoPays == 1,
        tracking_number=wire.cargoTrackingNumber or None,
        created_at=_moment(wire.orderDate, at),
        modified_at=_moment(wire.lastModifiedDate, at),
        created_by=wire.createdBy,
        details=found.kept,
        origin_ids=tuple(wire.originPackageIds or ()),
        carriage=_carriage(wire),
        invoice_number=wire.invoiceNumber,
        own=found.own,
        fees={name: fee.name for name, fee in fees.items()},
        country=_country(wire, storefront),
    )


def _carriage(wire: WirePackage) -> Carriage:
    return Carriage(
        sender_number=wire.cargoSenderNumber,
        provider_name=wire.cargoProviderName,
        return_number=wire.returnTrackingNumber,
        tracking_link=wire.cargoTrackingLink,
    )


def _names(wire: WirePackage, raw: Mapping[str, Any]) -> tuple[object, ...]:
    """All names of the package."""
    carriers = (wire.cargoTrackingNumber, wire.cargoSenderNumber, wire.returnTrackingNumber)
    return (wire.shipmentPackageId, *carriers, wire.invoiceNumber, raw.get("shipmentNumber"))


def _unread(wire: WirePackage, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that no rule reads, and those that are read only at import. A null is shown as null."""
    read_once = {name: getattr(wire, name) for name in _READ_ONCE if name in raw}
    unsaid = {name: None for name in CARRIAGE_FIELDS if raw.get(name, "") is None}
    said = {**(wire.model_extra or {}), **read_once, **unsaid}
    said.pop("shipmentPackageStatus", None)
    return {name: said[name] for name in (*raw, *said) if name in said}  # in the order in which they came


def _country(wire: WirePackage, storefront: str) -> str | None:
    """The country, if it is another than the storefront's own."""
    country = (wire.orderCountryCode or storefront).strip().upper()
    return None if country == storefront else country


def _storefront(seller: SellerCall, wire: WirePackage) -> str:
    """The header's storefront; without a header, the one in the export."""
    if not seller.storefront_sent and wire.orderCountryCode in STOREFRONTS:
        seller.check_storefront(wire.orderCountryCode)
        return wire.orderCountryCode
    return seller.storefront


def _moment(milliseconds: int | None, otherwise: datetime) -> datetime:
    return otherwise if milliseconds is None else from_ms(milliseconds)


def _line(package: WirePackage, place: int, fees: Sequence[Fee], names: Iterable[object]) -> Line:
    line = package.lines[place]
    before = sum(each.quantity for each in package.lines[:place] if each.lineId == line.lineId)
    amounts, fields = read_amounts(line), line.model_extra or {}
    own_fees = tuple(fee for fee in fees if fee.name in fields)
    units = with_fees(read_units(line, amounts, before), own_fees, fields)
    rest = {name: value for name, value in fields.items() if name not in {fee.name for fee in own_fees}}
    found = sort_line_fields(rest, units, amounts.gross, names)
    return Line(
        line_id=line.lineId,
        stock_code=line.stockCode,
        item_number=f"{package.orderNumber}_{_item_name(line)}",
        status=line.orderLineItemStatusName or package.status,
        amounts=amounts,
        units=units,
        details=found.kept,
        own=found.own,
        fees=own_fees,
    )


def _item_name(line: WireLine) -> str:
    """The name of a line in HepsiGlobal's dialect. Lines without a stock code must not share one: a cancel would take
    units of another product."""
    barcode = as_text((line.model_extra or {}).get("barcode"))
    is_name = isinstance(barcode, str) and 0 < len(barcode.strip()) <= _MAX_BARCODE
    return line.stockCode or (str(barcode).strip() if is_name else str(line.lineId))
