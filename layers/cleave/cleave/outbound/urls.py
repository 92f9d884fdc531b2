"""Which URLs a webhook may have."""

import re
from urllib.parse import urlsplit

from cleave.domain.refusals import Refusal, RefusalCode
from cleave.outbound.addresses import AddressRefused, Resolver, checked_addresses, resolve

# Parsers disagree about backslashes, spaces, control characters and what is not ASCII.
_PLAIN = re.compile(r"[!-\[\]-~]+")


def check_url(url: str, *, allow_local: bool, resolver: Resolver = resolve) -> None:
    """Raise Refusal for a URL that we would not call. ``allow_local`` lets http and loopback through."""
    try:
        parts = urlsplit(url)
        port = parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        raise _refused("is not a URL") from None
    if not _PLAIN.fullmatch(url):
        raise _refused("must be of printable ASCII without backslashes")
    if parts.scheme not in ({"http", "https"} if allow_local else {"https"}):
        raise _refused("must be https")
    if not parts.hostname or "@" in parts.netloc:
        raise _refused("must have a host, and no user")
    if "#" in url:
        raise _refused("must have no fragment")
    try:
        checked_addresses(parts.hostname, port, allow_local=allow_local, resolver=resolver)
    except AddressRefused as refused:
        raise _refused(str(refused)) from None


def _refused(message: str) -> Refusal:
    return Refusal(RefusalCode.WEBHOOK_URL_INVALID, message, field="url")
