"""Which addresses may be fetched: the rules, without any network.

Fetching what strangers paste must not reach into the network Dengmi stands in. An address is
put into one plain spelling first (`plain_address`), and the IP address a connection will really
use is judged when it is opened (`Guard.check`), after name resolution and on every redirect, so
neither odd spellings nor a name that changes its mind (DNS rebinding) help.

Special ranges: IANA IPv4 and IPv6 special-purpose address registries (RFC 6890 and updates).
Blocked ports: the Fetch standard's list and common database and cache servers.
"""

import ipaddress
import unicodedata
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import quote, urlsplit, urlunsplit

from dengmi.core.errors import BadSettings, Refused

IP = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CLOSED_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network, unspecified
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT; 100.100.100.200 serves cloud metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's host agent on a public address
        "169.254.0.0/16",  # link-local; 169.254.169.254 serves cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # old 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarking; also the made-up addresses of some local proxies
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_OPEN_6 = IPv6Network("2000::/3")  # all that is global unicast today; the rest is closed
_CLOSED_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo (2001::/32), ORCHID
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")
_ISATAP = (0x00005EFE, 0x02005EFE)

# Ports on which something other than a web server listens; a request there can do harm.
_CLOSED_PORTS = frozenset(
    (
        *(1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
        *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 138, 139, 143),
        *(161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554),
        *(556, 563, 587, 601, 636, 873, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049),
        *(2181, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672),
        *(5900, 5984, 6000, 6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042),
        *(9200, 9300, 10080, 10250, 11211, 27017, 27018),
    )
)
_MAX_ADDRESS = 4096


def plain_address(address: str) -> str:
    """An http(s) address in one plain spelling, without its #fragment.

    Every way of writing an IP address becomes the usual one; names become ASCII, lower case,
    without a trailing dot.

    Raises:
        Refused: another scheme, a user name in it, a closed port, or not an address at all.
    """
    text = address.strip()
    if not text or len(text) > _MAX_ADDRESS or any(map(_never_in_addresses, text)):
        raise Refused("address_bad", address=text[:200].encode("utf-8", "replace").decode())
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Refused("address_bad", address=text[:200]) from None
    scheme = parts.scheme.lower()
    if scheme not in {"http", "https"}:
        raise Refused("address_scheme", scheme=scheme or "-")
    if "\\" in parts.netloc or not parts.hostname:
        raise Refused("address_bad", address=text[:200])
    if "@" in parts.netloc:
        raise Refused("address_user")
    if port is not None and (port == 0 or port in _CLOSED_PORTS):
        raise Refused("address_port", port=port)
    host = plain_host(parts.hostname)
    if "[" in parts.netloc and ":" not in host:  # "[v1.x]" and the like
        raise Refused("address_bad", address=text[:200])
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != (443 if scheme == "https" else 80):
        netloc += f":{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return urlunsplit((scheme, netloc, path, query, ""))


def _never_in_addresses(char: str) -> bool:
    return char.isspace() or char < " " or "\ud800" <= char <= "\udfff"  # half a surrogate pair


def plain_host(host: str) -> str:
    """A host in one plain spelling: an IP address, or an ASCII name in lower case.

    Raises:
        Refused: it is neither.
    """
    text = host.strip("[]")
    if "%" in text:  # zones of IPv6 addresses, escaped characters: nobody needs them here
        raise Refused("address_bad", address=host[:200])
    if ":" in text:
        try:
            return str(ipaddress.IPv6Address(text))
        except ValueError:
            raise Refused("address_bad", address=host[:200]) from None
    # Full-width digits and ideographic dots are spellings that resolvers accept.
    text = unicodedata.normalize("NFKC", text).replace("。", ".").replace("｡", ".").lower()
    text = text.removesuffix(".")
    if not text.isascii():
        import idna

        try:
            text = idna.encode(text, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise Refused("address_bad", address=host[:200]) from None
    number = _loose_ipv4(text)
    if number is not None:
        return str(number)
    if not text or len(text) > 253 or not all(_label(part) for part in text.split(".")):
        raise Refused("address_bad", address=host[:200])
    return text


def _label(text: str) -> bool:
    return 0 < len(text) <= 63 and all(c.isalnum() or c in "-_" for c in text)


def _loose_ipv4(host: str) -> IPv4Address | None:
    """The address that inet_aton reads from `host` ("127.1", "0x7f.1", "2130706433"), if any.

    Raises Refused for what ends in a number but is no address: it can only be a trick.
    """
    parts = host.split(".")
    last = parts[-1]
    if not last.isdigit() and not last.startswith("0x"):
        return None
    try:
        numbers = [_loose_number(part) for part in parts]
    except ValueError:
        raise Refused("address_bad", address=host[:200]) from None
    *front, tail = numbers
    if len(numbers) > 4 or any(n > 255 for n in front) or tail >= 256 ** (5 - len(numbers)):
        raise Refused("address_bad", address=host[:200])
    value = tail
    for place, number in enumerate(front):
        value += number << (8 * (3 - place))
    return IPv4Address(value)


def _loose_number(text: str) -> int:
    if not text.isalnum():  # int() takes signs, spaces and underscores
        raise ValueError(text)
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    if len(text) > 1 and text.startswith("0"):
        return int(text, 8)
    return int(text, 10)


def unwrapped(ip: IP) -> tuple[IP, ...]:
    """The address and every IPv4 address that travels inside it (mapped, NAT64, 6to4, …)."""
    if isinstance(ip, IPv4Address):
        return (ip,)
    value = int(ip)
    inside: list[IP] = [ip]
    if ip in _MAPPED or ip in _NAT64:
        inside.append(IPv4Address(value & 0xFFFFFFFF))
    if ip in _SIX_TO_FOUR:
        inside.append(IPv4Address((value >> 80) & 0xFFFFFFFF))
    if ip in _TEREDO:  # the client's address is stored inverted (RFC 4380)
        inside.append(IPv4Address((value & 0xFFFFFFFF) ^ 0xFFFFFFFF))
    if (value >> 32) & 0xFFFFFFFF in _ISATAP:
        inside.append(IPv4Address(value & 0xFFFFFFFF))
    return tuple(inside)


def is_public(ip: IP) -> bool:
    """Whether anyone on the Internet could reach that address, through no tunnel of ours."""
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _CLOSED_4)
    forms = unwrapped(ip)
    if ip in _MAPPED or ip in _NAT64:
        return is_public(forms[1])
    if ip not in _OPEN_6 or any(ip in network for network in _CLOSED_6):
        return False
    return all(is_public(form) for form in forms[1:])


class Guard:
    """Judges the IP addresses that connections are about to use.

    Args:
        allow_networks: networks that may be reached although they are not public, such as
            "10.1.0.0/16" for an intranet.

    Raises:
        BadSettings: one of them is not a network.
    """

    def __init__(self, allow_networks: Sequence[str] = ()) -> None:
        self._allowed = tuple(_network(text) for text in allow_networks)

    def allows(self, ip: IP) -> bool:
        """Whether a connection to that address may be opened."""
        if is_public(ip):
            return True
        return any(
            form in network
            for form in unwrapped(ip)
            for network in self._allowed
            if form.version == network.version
        )

    def check(self, host: str, found: Sequence[str]) -> tuple[str, ...]:
        """The addresses out of `found` (what `host` resolved to) that may be used.

        Raises:
            Refused: none of them. The error names the host, never an internal address.
        """
        usable = []
        for text in found:
            ip = ipaddress.ip_address(text.partition("%")[0])
            if self.allows(ip):
                usable.append(str(ip))
        if not usable:
            raise Refused("address_internal", host=host[:200])
        return tuple(usable)


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise BadSettings("network_bad", network=text[:100]) from None
