"""A seller's call in Trendyol's dialect."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from cleave.dialects.trendyol.errors import TrendyolErrors
from cleave.domain.cancellation import PackageAddress, Scope
from cleave.domain.dialect import Dialect
from cleave.domain.refusals import Place, Refusal, RefusalCode
from cleave.domain.roles import Principal
from cleave.entry.endpoint import GatewayHandler, endpoint
from cleave.entry.gateway import Call, Response
from cleave.entry.values import MAX_ID

TURKEY = "TR"
STOREFRONTS = frozenset({TURKEY, "AE", "SA", "QA", "KW", "BH", "OM", "DE", "AZ", "RO", "CZ", "HU", "SK", "BG", "GR"})
_HEADER = "storefrontcode"
_MAX_DIGITS = len(str(MAX_ID))
_ID = re.compile(rf"[1-9][0-9]{{0,{_MAX_DIGITS - 1}}}")


@dataclass(frozen=True, slots=True)
class SellerCall:
    """``code`` is the storefront in the header. Without a header, it is the only one of the credential, or Türkiye's,
    whose clients do not send it."""

    call: Call
    seller_id: int
    code: str

    @property
    def storefront(self) -> str:
        """The storefront of the call. Raises Refusal if the caller may not act there."""
        self.check_storefront(self.code)
        return self.code

    @property
    def storefront_sent(self) -> bool:
        """Whether the header was sent."""
        return bool(_sent(self.call))

    @property
    def storefronts(self) -> frozenset[str]:
        """The storefronts in which a named order is looked up: without the header, all of the credential's."""
        if self.storefront_sent:
            return frozenset({self.storefront})
        return self.call.principal.storefronts if self.call.principal else frozenset()

    @property
    def scope(self) -> Scope:
        """The scope of the seller's own cancellations."""
        return Scope(Dialect.TRENDYOL, str(self.seller_id))

    @property
    def package_id(self) -> int:
        """The package's id in the path. Raises Refusal if it is no id."""
        text = self.call.path.get("packageId", "")
        if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS and 0 < int(text) <= MAX_ID):
            raise Refusal(RefusalCode.PACKAGE_NOT_FOUND, "the path's package id is not an id")
        return int(text)

    @property
    def address(self) -> PackageAddress:
        """The package that the path names; raises Refusal if it names none."""
        return PackageAddress(self.seller_id, self.package_id, self.storefront)

    def check_storefront(self, code: str) -> None:
        """Raise Refusal for an unknown storefront, or one in which the credential may not act."""
        principal = self.call.principal
        _check_storefront(code, principal.storefronts if principal else frozenset())


def seller_endpoint(serve: Callable[[SellerCall], Response]) -> GatewayHandler:
    """Make a Lambda handler that serves a seller on its own paths and answers errors in Trendyol's shape."""
    return endpoint(TrendyolErrors(), read_seller)(serve)


def seller_reading_endpoint(serve: Callable[[SellerCall], Response]) -> GatewayHandler:
    """The same for a path that only reads: support may call it too."""
    return endpoint(TrendyolErrors(), read_viewed_seller)(serve)


def marketplace_endpoint(serve: Callable[[SellerCall], Response]) -> GatewayHandler:
    """The same for the marketplace's reports about a seller's packages: for channels and operators."""
    return endpoint(TrendyolErrors(), read_marketplace)(serve)


def export_endpoint(serve: Callable[[SellerCall], Response]) -> GatewayHandler:
    """The same for requests that both the seller and the marketplace may send."""
    return endpoint(TrendyolErrors(), read_any)(serve)


def whole_seller_endpoint(serve: Callable[[SellerCall], Response]) -> GatewayHandler:
    """The same for endpoints about a seller in all its storefronts, such as webhooks."""
    return endpoint(TrendyolErrors(), read_whole_seller)(serve)


def whole_seller_reading_endpoint(serve: Callable[[SellerCall], Response]) -> GatewayHandler:
    """The same for a path that only reads."""
    return endpoint(TrendyolErrors(), read_viewed_whole_seller)(serve)


def read_seller(call: Call) -> SellerCall:
    """Raises Refusal for a caller who is neither this seller nor an operator."""
    if call.principal is None or not call.principal.speaks_for_sellers:
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential is not a seller's")
    return read_any(call)


def read_viewed_seller(call: Call) -> SellerCall:
    """The same, where nothing is changed: support may look too."""
    if call.principal is None or not call.principal.reads_of_sellers:
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential is not a seller's")
    return _read(call, call.principal)


def read_marketplace(call: Call) -> SellerCall:
    """Raises Refusal for a caller who is neither an operator nor a channel that may act for the seller."""
    if call.principal is None or not call.principal.speaks_for_carriers:
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential is not the marketplace's")
    return read_any(call)


def read_any(call: Call) -> SellerCall:
    """Raises Refusal for a caller who may not act for the seller."""
    if call.principal is None or call.principal.only_reads:
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential may change nothing")
    return _read(call, call.principal)


def _read(call: Call, principal: Principal) -> SellerCall:
    seller_id = _seller_id(call, principal)
    seller = SellerCall(call, seller_id, _sent(call) or _only(principal.storefronts) or TURKEY)
    if seller.storefront_sent:
        seller.check_storefront(seller.code)
    return seller


def read_whole_seller(call: Call) -> SellerCall:
    """Raises Refusal, also for a credential that is limited to some storefronts."""
    return _in_all_storefronts(read_seller(call))


def read_viewed_whole_seller(call: Call) -> SellerCall:
    """The same, where nothing is changed."""
    return _in_all_storefronts(read_viewed_seller(call))


def _in_all_storefronts(seller: SellerCall) -> SellerCall:
    if seller.call.principal and seller.call.principal.storefronts:
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential is limited to some storefronts")
    return seller


def _sent(call: Call) -> str:
    return call.headers.get(_HEADER, "").strip().upper()


def _only(storefronts: frozenset[str]) -> str | None:
    return next(iter(storefronts)) if len(storefronts) == 1 else None


def _seller_id(call: Call, principal: Principal) -> int:
    """A seller for whom the caller may not act is refused like a missing one."""
    text = call.path.get("sellerId", "")
    seller_id = int(text) if _ID.fullmatch(text) and int(text) <= MAX_ID else None
    if seller_id is None or not principal.knows(seller_id):
        raise Refusal(RefusalCode.SELLER_NOT_FOUND, "the path's seller does not exist")
    return seller_id


def _check_storefront(code: str, allowed: frozenset[str]) -> None:
    known = allowed or STOREFRONTS
    if code not in known:
        message = f"known storefronts: {', '.join(sorted(known))}"
        raise Refusal(RefusalCode.STOREFRONT_INVALID, message, field=Place.STOREFRONT)
