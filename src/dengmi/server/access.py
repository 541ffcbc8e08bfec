"""Who may use the server how: what a browser page of elsewhere may not read, and who may change
sources - the holder of the operator's token, or this very computer."""

import hmac
import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.requests import Request

from dengmi.server.problems import Refusal
from dengmi.settings.channels import ChannelSettings
from dengmi.settings.options import ServerSettings

_PROXY_HEADERS = (
    *("forwarded", "via", "x-forwarded-", "x-original-", "x-real-ip", "x-client-ip"),
    *("x-cluster-client-ip", "x-envoy-", "cf-", "true-client-ip", "fly-client-ip"),
)
"""How the names of headers start that only proxies add."""


SEEN_PROXY = "dengmi.seen_proxy"
"""Mark in the scope of a request: it may come from anybody, through a proxy (`front.Front`)."""


def check_host(request: Request, settings: ServerSettings) -> None:
    """Refuse a request that came to a loopback address under a foreign name.

    A page of elsewhere can have its own name resolve to 127.0.0.1 and then read, as if it were
    ours, what only this computer should see (DNS rebinding). Its name stays in Host: it is no
    loopback name, no plain IP address, and not the one of `server.public_url` or `server.host`.

    Raises:
        Refusal: 421 (RFC 9110, section 15.5.20).
    """
    at = request.scope.get("server")
    said = request.headers.get("host", "")
    if at is None or not said or not _is_loopback(str(at[0])):
        return
    if not _is_own(said, settings.public_url, settings.host):
        raise Refusal("host_unknown", 421, host=host_name(said)[:100])


@lru_cache(maxsize=64)
def _is_own(said: str, public_url: str, host: str) -> bool:
    """Whether a Host header names this server, or no name at all. Most callers say the same."""
    name = host_name(said)
    own = (host_name(public_url), host.lower(), "localhost")
    return name in own or name.endswith(".localhost") or _is_ip(name)


def check_operator(request: Request, settings: ServerSettings) -> None:
    """Let an operator pass.

    With `server.admin_token` set, the request carries it as a bearer token. Without one, it comes
    straight from this computer: a loopback peer, no proxy in between, a loopback name in Host, and
    not from a page of another site. The last two stop a stranger's web page from acting through
    the operator's browser.

    Raises:
        Refusal: 401 or 403.
    """
    if settings.admin_token:
        given = request.headers.get("authorization", "")
        wanted = f"Bearer {settings.admin_token}"
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            raise Refusal("operator_token", 401, headers={"WWW-Authenticate": "Bearer"})
    elif settings.public_url or not _is_local(request):
        raise Refusal("operator_local", 403)


def check_origin(request: Request, settings: ChannelSettings) -> None:
    """Refuse what a browser page of another site sends, unless `channels.origins` names the site.

    Raises:
        Refusal: 403.
    """
    origin = request.headers.get("origin")
    if origin is None or origin.partition("://")[2] == request.headers.get("host", ""):
        return
    if "*" not in settings.origins and origin not in settings.origins:
        raise Refusal("origin_unknown", 403, origin=origin[:100])


def is_operator(request: Request, settings: ServerSettings) -> bool:
    """Whether `check_operator` would let the request pass."""
    try:
        check_operator(request, settings)
    except Refusal:
        return False
    return True


def _is_local(request: Request) -> bool:
    if SEEN_PROXY in request.scope:
        return False
    if request.client is None or not _is_loopback(request.client.host):
        return False
    # nginx before 1.29.7 passes requests on as HTTP/1.0, with no other sign of itself, unless told
    # otherwise; later ones with none at all, see `front`.
    if request.scope.get("http_version") == "1.0":
        return False
    if any(name.startswith(_PROXY_HEADERS) for name in request.headers):
        return False
    return not _is_of_elsewhere(request) and _is_loopback(
        host_name(request.headers.get("host", ""))
    )


def _is_of_elsewhere(request: Request) -> bool:
    """Whether a browser says that a page of another site sends it."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    origin = request.headers.get("origin", "")
    return origin != "" and origin.partition("://")[2] != request.headers.get("host", "")


def host_name(address: str) -> str:
    """The host of an address or of a Host header, in lower case; empty when there is none."""
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return host.removesuffix(".")


@lru_cache(maxsize=64)
def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
