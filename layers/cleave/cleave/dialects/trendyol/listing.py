"""GET …/orders: which packages a seller asks for."""

from cleave.api.wire import MAX_ID
from cleave.application.list_packages import PackageQuery
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.domain.refusals import Refusal, RefusalCode

_DEFAULT_SIZE = 50
_MAX_SIZE = 200
_MAX_OFFSET = 10_000
_MAX_IDS = 50
_ID_PARAMETERS = ("shipmentPackageIds", "shipmentPackageIds[]")


def to_query(seller: SellerCall) -> PackageQuery:
    """The parameters' query. Raises Refusal."""
    query = seller.call.query
    order_number = query["orderNumber"][-1] if query.get("orderNumber") else None
    package_ids = _package_ids(seller)
    if order_number is None and not package_ids:
        raise _refused("orderNumber", "or shipmentPackageIds is needed")
    size = _number(seller, "size", _DEFAULT_SIZE, least=1, most=_MAX_SIZE)
    page = _number(seller, "page", 0, least=0, most=_MAX_OFFSET // size)
    return PackageQuery(seller.seller_id, seller.storefront, order_number, package_ids, page, size)


def _package_ids(seller: SellerCall) -> tuple[int, ...]:
    """Clients send repeated keys, keys with brackets, and comma lists."""
    values = [value for name in _ID_PARAMETERS for value in seller.call.query.get(name, [])]
    texts = [text.strip() for value in values for text in value.split(",") if text.strip()]
    if len(texts) > _MAX_IDS:
        raise _refused("shipmentPackageIds", f"may name {_MAX_IDS} packages")
    return tuple(_whole_number("shipmentPackageIds", text) for text in texts)


def _number(seller: SellerCall, name: str, default: int, *, least: int, most: int) -> int:
    values = seller.call.query.get(name)
    number = _whole_number(name, values[-1]) if values else default
    if not least <= number <= most:
        raise _refused(name, f"must be from {least} to {most}")
    return number


def _whole_number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_ID)):
        raise _refused(name, "must be a whole number")
    return int(text)


def _refused(field: str, message: str) -> Refusal:
    return Refusal(RefusalCode.BODY_INVALID, message, field=field)
