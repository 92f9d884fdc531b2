"""The addresses that a webhook may point to: none in our own network."""

import re
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

type Address = IPv4Address | IPv6Address
type Resolver = Callable[[str, int], list[str]]
"""Host and port to addresses; raises OSError or UnicodeError."""

# All that is handed out of IPv6's global unicast space. What carries an IPv4 address inside (mapped, compatible,
# NAT64) lies outside of it, and no function of ours runs where only such an address would lead out.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Not for the public internet, and unknown to Python 3.13.0's ``is_global``: RFC 9637's documentation prefix, and the
# relay anycast of 6to4, which is retired.
_NOT_PUBLIC = (IPv6Network("3fff::/20"), IPv4Network("192.88.99.0/24"))
# ISATAP writes an IPv4 address into the lower half of an address of any prefix.
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})
# A last label like this makes the C library read the whole host as an IPv4 address, in octal, hex or short forms.
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")


class AddressRefused(Exception):  # noqa: N818 - an answer, not an error
    """The host is, or resolves to, an address that is not public, or is written in an unusual way."""


class NameUnresolved(AddressRefused):
    """The host does not resolve."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system resolves it."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def checked_addresses(host: str, port: int, *, allow_local: bool, resolver: Resolver = resolve) -> list[str]:
    """The addresses of a host, after a check of each. Raises AddressRefused.

    One forbidden address refuses the host: a resolver that mixes good and bad ones is not trusted. ``allow_local``
    allows loopback, for the local stage.
    """
    check_host(host)
    try:
        addresses = resolver(host, port)
    except (OSError, UnicodeError):
        raise NameUnresolved("the host does not resolve") from None
    if not addresses or not all(_is_allowed(each, allow_local=allow_local) for each in addresses):
        raise AddressRefused("the host is not a public one")
    return addresses


def check_host(host: str) -> None:
    """Refuse spellings that two parsers may read as two hosts. Raises AddressRefused.

    An address must be written the one usual way, a name in ASCII letters, digits, hyphens and dots.
    """
    if ":" in host:
        _check_literal(host)
        return
    name = host.lower()
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        _check_literal(host)
    elif len(name) > 253 or not _NAME.fullmatch(name):  # noqa: PLR2004 - DNS's limit
        raise AddressRefused("the host is not a plain ASCII name")


def _check_literal(host: str) -> None:
    try:
        address = ip_address(host)
    except ValueError:
        raise AddressRefused("the host is an address in an unusual spelling") from None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise AddressRefused("the host's address names a zone")


def _is_allowed(text: str, *, allow_local: bool) -> bool:
    address = ip_address(text.partition("%")[0])
    if allow_local and address.is_loopback:
        return True
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if any(address.version == network.version and address in network for network in _NOT_PUBLIC):
        return False
    return isinstance(address, IPv4Address) or _is_plain_unicast(address)


def _is_plain_unicast(address: IPv6Address) -> bool:
    return address in _GLOBAL_UNICAST and (int(address) >> 32) & 0xFFFF_FFFF not in _ISATAP
