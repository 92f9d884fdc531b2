"""Which URLs a webhook may have."""

from urllib.parse import urlsplit

from cleave.domain.refusals import Refusal, RefusalCode
from cleave.outbound.addresses import AddressRefused, checked_addresses


def check_url(url: str, *, allow_local: bool) -> None:
    """Raise Refusal for a URL that we would not call. ``allow_local`` lets http and loopback through."""
    try:
        parts = urlsplit(url)
        port = parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        raise _refused("is not a URL") from None
    if parts.scheme not in ({"http", "https"} if allow_local else {"https"}):
        raise _refused("must be https")
    if not parts.hostname or parts.username is not None:
        raise _refused("must have a host, and no user")
    try:
        checked_addresses(parts.hostname, port, allow_local=allow_local)
    except AddressRefused as refused:
        raise _refused(str(refused)) from None


def _refused(message: str) -> Refusal:
    return Refusal(RefusalCode.WEBHOOK_URL_INVALID, message, field="url")
