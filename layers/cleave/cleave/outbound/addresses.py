"""Which addresses a webhook may point to: none of our own network's."""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

type Address = IPv4Address | IPv6Address

# Addresses that carry an IPv4 address inside, and where it stands: the network behind it is what counts.
_NAT64 = IPv6Network("64:ff9b::/96")


class AddressRefused(Exception):  # noqa: N818 - an answer, not an error
    """The host does not resolve, or resolves to an address that is not public."""


def resolve(host: str, port: int) -> list[str]:
    """The system's answer for a host, as addresses."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def checked_addresses(
    host: str, port: int, *, allow_local: bool, resolver: Callable[[str, int], list[str]] = resolve
) -> list[str]:
    """The addresses of a host, all of which may be connected to. Raises AddressRefused.

    One forbidden address refuses the host: a resolver that mixes good and bad ones means no good. ``allow_local``
    lets loopback through, for the local stage.
    """
    try:
        addresses = resolver(host, port)
    except (OSError, UnicodeError):
        raise AddressRefused("the host does not resolve") from None
    if not addresses or not all(_is_allowed(ip_address(each), allow_local=allow_local) for each in addresses):
        raise AddressRefused("the host is not a public one")
    return addresses


def _is_allowed(address: Address, *, allow_local: bool) -> bool:
    inner = _inner(address)
    if allow_local and inner.is_loopback:
        return True
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def _inner(address: Address) -> Address:
    """The IPv4 address inside a mapped, 6to4, Teredo or NAT64 address, else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1]) or address
