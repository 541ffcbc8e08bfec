"""Lets pages of other sites call the channels from a browser, where the operator allows it."""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

PATHS = ("/v1/", "/mcp")


class Sites:
    """Cross-origin requests (CORS) for the channels' paths; every other path stays closed.

    Args:
        origins: the sites, such as "https://chat.example.org"; "*" for all.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._open: ASGIApp | None = None
        if origins:
            self._open = CORSMiddleware(
                app,
                allow_origins=origins,
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=["*"],
                expose_headers=["mcp-session-id", "mcp-protocol-version", "retry-after"],
                max_age=3_600,
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._open is not None and scope["type"] == "http" and scope["path"].startswith(PATHS):
            await self._open(scope, receive, send)
        else:
            await self._app(scope, receive, send)
