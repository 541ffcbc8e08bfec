"""Who asks on the web page: a name that only this browser knows, in a cookie.

The name is random and says nothing of anybody. The cookie carries it with a signature made with a
secret of the store, so that a name which an operator reads beside a question opens no history.
"""

import hmac
import re
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.ids import new_id
from dengmi.core.ports import Store
from dengmi.server.problems import Refusal
from dengmi.settings.options import ServerSettings

COOKIE = "asker"

KEPT = 400 * 24 * 3600
"""Seconds a browser keeps the cookie after the last visit: the longest that browsers allow."""

OURS = ("same-origin", "none")
"""What a browser says of where a request comes from (Sec-Fetch-Site) that no other site sent."""

_VALUE = re.compile(r"(w_[a-z2-7]{16})\.([0-9a-f]{40})")


class Askers:
    """Knows askers again.

    Args:
        store: keeps the secret that cookies are signed with.
    """

    def __init__(self, settings: ServerSettings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._secret = ""

    async def known(self, request: Request) -> str:
        """The name that the request's cookie carries; "" for none, or one that we did not sign."""
        found = _VALUE.fullmatch(request.cookies.get(COOKIE, ""))
        if found is None:
            return ""
        signed = await self._signed(found[1])
        return found[1] if hmac.compare_digest(signed, found[0]) else ""

    async def met(self, request: Request, *, again: bool) -> str:
        """The asker's name: the one known, else a new one.

        Args:
            again: whether the request comes from a page of ours, which offered a cookie: a browser
                that brings none back takes none, and its asker stays nameless ("").
        """
        known = await self.known(request)
        return known or ("" if again else new_id("w"))

    async def keep(self, request: Request, response: Response, asker: str) -> None:
        """Have the browser keep a name; nothing where there is none."""
        if asker:
            response.set_cookie(
                COOKIE,
                await self._signed(asker),
                max_age=KEPT,
                httponly=True,
                samesite="lax",
                secure=self._is_secure(request),
            )

    def drop(self, request: Request, response: Response) -> None:
        """Have the browser forget the name."""
        response.delete_cookie(
            COOKIE, httponly=True, samesite="lax", secure=self._is_secure(request)
        )

    async def _signed(self, name: str) -> str:
        if not self._secret:
            self._secret = await self._store.secret("askers")
        mark = hmac.new(self._secret.encode(), name.encode(), sha256).hexdigest()
        return f"{name}.{mark[:40]}"

    def _is_secure(self, request: Request) -> bool:
        public = urlsplit(self._settings.public_url).scheme
        return (public or request.url.scheme) == "https"


def check_own_page(request: Request) -> None:
    """Refuse what a page of another site sends in the reader's name. SameSite keeps the cookie
    from such requests already; this also stops pages of neighbours under one registered name.

    Raises:
        Refusal: 403.
    """
    if not is_own_page(request):
        origin = request.headers.get("origin", "")
        raise Refusal("origin_unknown", 403, origin=origin[:100] or "?")


def is_own_page(request: Request, public_url: str = "") -> bool:
    """Whether a page of ours sends it, or no page at all.

    Args:
        public_url: the address that readers use, where a proxy may hide it from this server.
    """
    told = request.headers.get("sec-fetch-site")
    if told is not None:
        return told in OURS
    origin = request.headers.get("origin", "")
    known = {request.headers.get("host", ""), urlsplit(public_url).netloc} - {""}
    return not origin or origin.partition("://")[2] in known
