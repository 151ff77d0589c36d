"""The addresses that a webhook may be sent to.

A URL of the environment's file names a host, and its DNS decides on the address: without a check it could be the
metadata service or another host that only the function can reach (server-side request forgery). The address that is checked is the
one that is connected to, so a second answer of the DNS changes nothing.
"""

import ipaddress
import socket
from collections.abc import Callable

Resolver = Callable[[str, int], list[str]]

TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 addresses as a NAT64 gateway knows them (RFC 6052), private ones included."""


class AddressRefused(Exception):  # noqa: N818 -- an outcome that a delivery records
    """The host has no address, or one that is not public."""


def public_address(host: str, port: int, *, resolve: Resolver | None = None, allow_loopback: bool = False) -> str:
    """Return the address of a host to connect to.

    :param resolve: Returns all addresses of a host; the system's resolver by default.
    :param allow_loopback: Whether addresses of this machine are allowed, as in the local cloud.
    :raises AddressRefused: When there is none, or when any of them is not public.
    """
    found = (resolve or _resolve)(host, port)
    if not found:
        raise AddressRefused("the host has no address")
    for each in found:
        if not _is_allowed(ipaddress.ip_address(each), allow_loopback=allow_loopback):
            raise AddressRefused("the host has an address that is not public")
    return found[0]


def _resolve(host: str, port: int) -> list[str]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise AddressRefused("the host has no address") from error
    return [str(answer[4][0]).partition("%")[0] for answer in answers]


def _is_allowed(address: ipaddress.IPv4Address | ipaddress.IPv6Address, *, allow_loopback: bool) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return _is_allowed(inner, allow_loopback=allow_loopback)
    if address.is_loopback:
        return allow_loopback
    return address.is_global and not address.is_multicast
