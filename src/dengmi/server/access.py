"""Who may change sources over HTTP: the holder of the operator's token, or this very computer."""

import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request

from dengmi.server.problems import Refusal
from dengmi.settings import ServerSettings

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


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
    elif not _is_local(request):
        raise Refusal("operator_local", 403)


def is_operator(request: Request, settings: ServerSettings) -> bool:
    """Whether `check_operator` would let the request pass."""
    try:
        check_operator(request, settings)
    except Refusal:
        return False
    return True


def _is_local(request: Request) -> bool:
    if request.client is None or not _is_loopback(request.client.host):
        return False
    if any(name in request.headers for name in _FORWARDED):
        return False
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    origin = request.headers.get("origin")
    if origin and not _is_loopback(urlsplit(origin).hostname or ""):
        return False
    try:
        host = urlsplit("//" + request.headers.get("host", "")).hostname or ""
    except ValueError:
        return False
    return _is_loopback(host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
