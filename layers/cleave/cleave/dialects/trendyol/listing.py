"""GET …/orders: the packages that a seller asks for."""

from datetime import timedelta

from cleave.application.read.packages import PackageQuery
from cleave.dialects.trendyol.endpoint import SellerCall
from cleave.dialects.trendyol.parameters import Parameters, refused, whole_number
from cleave.domain.listing import By, Listing, Sought

DEFAULT_SIZE = 50
MAX_SIZE = 200
_REACHED = 10_000  # packages of a list, within which a page begins: pages 0 to 49 of 200
_MAX_IDS = 50
_ONE_WEEK = timedelta(days=7)
# The first of each is the default.
_ORDER_FIELDS = {"PackageLastModifiedDate": By.MODIFIED, "CreatedDate": By.CREATED}
_DESCENDING = {"DESC": True, "ASC": False}


def to_query(seller: SellerCall) -> PackageQuery:
    """The query from the parameters. Raises Refusal."""
    parameters = Parameters(seller.call.query)
    order_number = parameters.order_number("orderNumber")
    package_ids = _package_ids(parameters)
    size = parameters.number("size", DEFAULT_SIZE, least=1, most=MAX_SIZE)
    is_named = order_number is not None or bool(package_ids)
    start_ms, end_ms = _window(seller, parameters, is_named=is_named)
    statuses = parameters.statuses("status")
    return PackageQuery(
        looked_for=Sought(seller.seller_id, seller.storefronts, statuses),
        listing=None if is_named else Listing(seller.seller_id, seller.storefront, statuses),
        order_number=order_number,
        package_ids=package_ids,
        by=parameters.choice("orderByField", _ORDER_FIELDS),
        start_ms=start_ms,
        end_ms=end_ms,
        descending=parameters.choice("orderByDirection", _DESCENDING),
        page=parameters.number("page", 0, least=0, most=(_REACHED - 1) // size),
        size=size,
    )


def _window(seller: SellerCall, parameters: Parameters, *, is_named: bool) -> tuple[int, int | None]:
    """A request that names an order or packages, and no dates, finds them at any age."""
    start_ms, end_ms = parameters.window("startDate", "endDate", seller.call.at, _ONE_WEEK)
    if is_named and parameters.text("startDate") is None and parameters.text("endDate") is None:
        start_ms = 0
    return start_ms, end_ms


def _package_ids(parameters: Parameters) -> tuple[int, ...]:
    """Clients send repeated keys, keys with brackets, and comma lists."""
    texts = parameters.texts("shipmentPackageIds")
    if len(texts) > _MAX_IDS:
        raise refused("shipmentPackageIds", f"may name {_MAX_IDS} packages")
    return tuple(whole_number("shipmentPackageIds", text) for text in texts)
