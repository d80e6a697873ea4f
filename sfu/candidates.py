"""Which addresses the server announces. The core answers on all of them; replies leave from the address asked.

Addresses stay in answers and are never logged. Link-local ones are left out; loopback only for a server that is
used from its own machine; public addresses of a 1:1 NAT come first.
"""

import ipaddress
from collections.abc import Iterable, Sequence

from aioice.ice import get_host_addresses

MAX_CANDIDATES = 16

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def list_candidates(host: str, *, loopback: bool, public: Sequence[str] = ()) -> list[str]:
    """Addresses to announce, the best first. `host` is what the socket is bound to: a wildcard or one address.

    Raises ValueError if `host` or a public address is not an IP address."""
    bound = ipaddress.ip_address(host)
    announced = [ipaddress.ip_address(address) for address in public]
    local = [bound] if not bound.is_unspecified else _local_addresses(ipv6=bound.version == 6)
    usable = [address for address in local if _usable(address, loopback)]
    return [str(address) for address in dict.fromkeys([*announced, *_best_first(usable)])][:MAX_CANDIDATES]


def _local_addresses(*, ipv6: bool) -> list[_Address]:
    addresses = [ipaddress.ip_address(text) for text in get_host_addresses(use_ipv4=True, use_ipv6=ipv6)]
    own: list[_Address] = [ipaddress.IPv4Address("127.0.0.1")]
    if ipv6:
        own.append(ipaddress.IPv6Address("::1"))
    return [*addresses, *own]


def _usable(address: _Address, loopback: bool) -> bool:
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return loopback or not address.is_loopback


def _best_first(addresses: Iterable[_Address]) -> list[_Address]:
    """Global before private before loopback; IPv4 before IPv6 among equals."""
    return sorted(addresses, key=lambda a: (a.is_loopback, not a.is_global, a.version))
