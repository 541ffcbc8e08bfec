"""Finds out that a proxy on this computer stands in front of the server without any sign of itself.

Such a proxy says in Host what the server is called here, and adds no header; nginx does both by
default. Whoever asks through it would look like the operator (`access.check_operator`). But the
browsers of its readers give it away: one that says that a request is to the very site of the page
names another host as that site. No page can have a browser say so of a site that is not its own.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from starlette.requests import Request

from dengmi.server.access import SEEN_PROXY, host_name
from dengmi.settings.fronted import fronted, note_fronted
from dengmi.settings.options import Settings

log = logging.getLogger(__name__)

Start = Callable[[Coroutine[Any, Any, object], str], object]


class Front:
    """Looks at every request.

    Args:
        start: runs something beside the requests; is given its name too.
    """

    def __init__(self, settings: Settings, start: Start) -> None:
        self._settings = settings
        self._start = start
        self._name = ""

    async def open(self) -> None:
        """Learn what was found out earlier."""
        self._name = await asyncio.to_thread(fronted, self._settings)

    def look(self, request: Request) -> None:
        """Mark a request that may come from anybody, wherever it seems to come from."""
        if not self._name and (name := _betrayed(request)):
            self._name = name
            log.warning(
                "readers reach this server as %s through a proxy on this computer that adds no "
                "X-Forwarded-For: requests from this computer no longer count as the operator's; "
                "set server.public_url",
                name,
            )
            self._start(asyncio.to_thread(self._note, name), "noting the proxy")
        if self._name:
            request.scope[SEEN_PROXY] = True

    def _note(self, name: str) -> None:
        try:
            note_fronted(self._settings, name)
        except OSError as error:  # it is found out again after a restart
            log.warning("the proxy could not be noted in the home: %s", error.strerror)


def _betrayed(request: Request) -> str:
    """The name that a browser knows this site by, where it is not the one in Host."""
    if request.headers.get("sec-fetch-site") != "same-origin":
        return ""
    site = request.headers.get("origin") or request.headers.get("referer") or ""
    known, said = host_name(site), host_name(request.headers.get("host", ""))
    return known if "://" in site and said and known != said else ""
