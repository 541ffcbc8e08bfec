"""The outermost layer of every request: counts and logs it, and sets the headers that protect
readers."""

import logging
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dengmi.core.counts import Counts

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types dengmi"
)
"""Nothing inline, nothing from elsewhere, and text becomes elements in one place only (html.js)."""

_HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(self)"),
]

Door = Callable[[Request], Response | None]


class Shell:
    """Wraps the application.

    Args:
        app: what answers.
        counts: where requests are counted, by the path of their route, so that no asker's words
            get in. The log says that path too.
        door: gives the response to a request that is not let in, else None.
    """

    def __init__(self, app: ASGIApp, counts: Counts, door: Door) -> None:
        self._app = app
        self._door = door
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        refused = self._door(Request(scope))
        try:
            await (refused or self._app)(scope, receive, send_on)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._ended(route, _method(scope["method"]), status, time.perf_counter() - began)

    def _ended(self, route: str, method: str, status: int, took: float) -> None:
        self._counts.add("requests", route, method, str(status))
        self._counts.time("request", route, seconds=took)
        if log.isEnabledFor(logging.INFO):
            told = {"method": method, "route": route, "status": status}
            log.info("request", extra={"told": {**told, "took_ms": round(took * 1000, 1)}})


def _method(name: str) -> str:
    return name if name in ("GET", "HEAD", "POST", "DELETE") else "other"
