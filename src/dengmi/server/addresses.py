"""Where a request comes from, when proxies stand between. Pure."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

HOME_BITS = 64
"""What one IPv6 caller owns: the rest of the address it may change at will."""

MOST_HOPS = 20
"""Entries of X-Forwarded-For that are looked at, from the end."""


class Proxies:
    """The proxies that are believed.

    Args:
        trusted: addresses or networks.
    """

    def __init__(self, trusted: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(each, strict=False) for each in trusted]

    def caller(self, peer: str, forwarded: Sequence[str]) -> str:
        """The address that a request comes from: that of the connection, or, where a trusted
        proxy holds it, the last one of X-Forwarded-For that is no trusted proxy.

        Args:
            peer: the other end of the connection.
            forwarded: the values of X-Forwarded-For, in order; whoever is not trusted may have
                written anything into them.
        """
        found = peer
        if forwarded and self.trusts(peer):
            for hop in reversed(",".join(forwarded).split(",")[-MOST_HOPS:]):
                address = _plain(hop)
                if _parsed(address) is None:
                    break
                found = address
                if not self.trusts(address):
                    break
        return found

    def trusts(self, address: str) -> bool:
        """Whether an address is that of a proxy that is believed."""
        parsed = _parsed(address)
        return parsed is not None and any(
            parsed.version == network.version and parsed in network for network in self._networks
        )


def household(address: str) -> str:
    """What stands for all addresses that one caller may use: an IPv4 address, or the network of an
    IPv6 one."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(parsed) >> 64 << 64, HOME_BITS)))
    return address if parsed is None else str(parsed)


@lru_cache(maxsize=4096)
def _parsed(address: str) -> _Address | None:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed


def _plain(hop: str) -> str:
    """An entry without quotes, brackets and port."""
    hop = hop.strip().strip('"')
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
