"""Where a request goes: an address taken apart as a connection needs it."""

from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_PORTS = {"http": 80, "https": 443}
_SAFE = "/%:@!$&'()*+,;=~-._?"


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address.

    Attributes:
        host: as names are looked up, without brackets; `authority`: as the Host header says it.
        target: path and query, escaped.
        login: the Authorization header that user and password in the address stand for; or "".
    """

    secure: bool
    host: str
    port: int
    authority: str
    target: str
    login: str = ""

    @property
    def origin(self) -> tuple[bool, str, int]:
        """What one connection can serve."""
        return self.secure, self.host, self.port


def address_of(url: str) -> Address:
    """An address taken apart.

    Raises:
        ValueError: it is not one of http or https.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not host:
        raise ValueError("not an http:// or https:// address")
    try:
        named = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("no such name of a host") from None
    if not named.isprintable() or " " in named:
        raise ValueError("no such name of a host")
    usual = _PORTS[parts.scheme]
    port = parts.port or usual
    shown = f"[{named}]" if ":" in named else named
    login = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        login = f"Basic {b64encode(pair.encode()).decode('ascii')}"
    path = parts.path or "/"
    return Address(
        secure=parts.scheme == "https",
        host=named,
        port=port,
        authority=shown if port == usual else f"{shown}:{port}",
        target=quote(f"{path}?{parts.query}" if parts.query else path, safe=_SAFE),
        login=login,
    )
