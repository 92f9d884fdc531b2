"""A seller's call in Trendyol's dialect."""

from collections.abc import Callable
from dataclasses import dataclass

from cleave.api.endpoint import GatewayHandler, endpoint
from cleave.api.gateway import Call, Principal, Response
from cleave.api.wire import MAX_ID
from cleave.dialects.trendyol.errors import TrendyolErrors
from cleave.domain.cancellation import PackageAddress
from cleave.domain.refusals import Refusal, RefusalCode

TURKEY = "TR"
STOREFRONTS = frozenset({TURKEY, "AE", "SA", "QA", "KW", "BH", "OM", "DE", "AZ", "RO", "CZ", "HU", "SK", "BG", "GR"})
_HEADER = "storefrontcode"
_MAX_DIGITS = len(str(MAX_ID))


@dataclass(frozen=True, slots=True)
class SellerCall:
    """``storefront`` is what the header says; absent, it is Türkiye's, whose clients do not send it."""

    call: Call
    seller_id: int
    storefront: str

    @property
    def storefront_sent(self) -> bool:
        """Whether the header was there."""
        return _HEADER in self.call.headers

    @property
    def package_id(self) -> int:
        """The path's; raises Refusal if it is no id."""
        text = self.call.path.get("packageId", "")
        if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS and 0 < int(text) <= MAX_ID):
            raise Refusal(RefusalCode.PACKAGE_NOT_FOUND, "the path's package id is not an id")
        return int(text)

    @property
    def address(self) -> PackageAddress:
        """The package that the path names; raises Refusal if it names none."""
        return PackageAddress(self.seller_id, self.package_id, self.storefront)


def seller_endpoint(serve: Callable[[SellerCall], Response]) -> GatewayHandler:
    """Make a Lambda handler that serves a seller on its own paths and answers errors in Trendyol's shape."""
    return endpoint(TrendyolErrors(), read_seller)(serve)


def read_seller(call: Call) -> SellerCall:
    """Raises Refusal for a caller who is not this seller."""
    principal = call.principal
    if principal is None or principal.role != "seller":
        raise Refusal(RefusalCode.ROLE_NOT_ALLOWED, "the credential is not a seller's")
    return SellerCall(call, _seller_id(call, principal), _storefront(call))


def _seller_id(call: Call, principal: Principal) -> int:
    """A seller that is somebody else's is answered as one that does not exist."""
    text = call.path.get("sellerId", "")
    own = {str(seller): seller for seller in principal.sellers}
    if text not in own:
        raise Refusal(RefusalCode.SELLER_NOT_FOUND, "the path's seller does not exist")
    return own[text]


def _storefront(call: Call) -> str:
    code = call.headers.get(_HEADER, TURKEY).strip().upper()
    if code not in STOREFRONTS:
        message = f"known storefronts: {', '.join(sorted(STOREFRONTS))}"
        raise Refusal(RefusalCode.STOREFRONT_INVALID, message, field="storeFrontCode")
    return code
