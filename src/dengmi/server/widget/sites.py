"""Which sites may show a desk's widget: those of the operator's lists, and the server itself. Pure
but for the request that is looked at."""

from collections.abc import Mapping

from starlette.requests import Request

from dengmi.server.problems import Refusal
from dengmi.settings.desks import DeskSettings
from dengmi.settings.options import Settings

_AGAIN = "7200"
"""Seconds for which a browser need not ask again; it keeps to two hours at the most (Chromium)."""


def check_site(request: Request, settings: Settings, desk: str) -> Mapping[str, str]:
    """The headers that let the asking site read the reply; none for programs and own pages.

    Raises:
        Refusal: 403, the site is on no list.
    """
    origin = request.headers.get("origin", "")
    if not origin or origin.partition("://")[2] == request.headers.get("host", ""):
        return {"vary": "Origin"}
    allowed = {
        *settings.channels.widget.origins,
        *settings.desks.get(desk, DeskSettings()).origins,
    }
    if "*" not in allowed and origin not in allowed:
        raise Refusal("widget_site_unknown", 403, origin=origin[:100])
    return {
        "vary": "Origin",
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "retry-after",
    }


def preflight(headers: Mapping[str, str]) -> Mapping[str, str]:
    """What a browser wants to know before it asks; never with cookies."""
    return {
        **headers,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "accept, accept-language, content-type",
        "access-control-max-age": _AGAIN,
    }
