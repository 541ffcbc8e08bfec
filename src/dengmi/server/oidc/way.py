"""The paths of signing in elsewhere, as routes: nothing that they need is imported before somebody
signs in, and there are none where the settings name no provider."""

import asyncio
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dengmi.core.errors import Unavailable
from dengmi.gate.quota import BY_PLAN

if TYPE_CHECKING:
    from dengmi.server.context import Context
    from dengmi.server.oidc.pages import Pages

HERE = "/sign-in"
BACK = f"{HERE}/back"
"""Where the provider sends browsers back to; to be named there."""

SIGN_OUT = "/sign-out"
THERE = f"{SIGN_OUT}/there"
OUT = "out=1"
"""Of a page after signing out: it may be done at the provider too."""


class Way:
    """The way to the provider and back."""

    def __init__(self, context: "Context") -> None:
        self._context = context
        self._made: Pages | None = None

    def routes(self) -> Sequence[BaseRoute]:
        """Its paths."""
        if not self._context.parts.settings.oidc.issuer:
            return ()
        return (
            Route(HERE, self._leave, methods=["GET"]),
            Route(BACK, self._come_back, methods=["GET"]),
            Route(SIGN_OUT, self._sign_out, methods=["POST"]),
            Route(SIGN_OUT, self._signed_out, methods=["GET"]),
            Route(THERE, self._sign_out_there, methods=["GET"]),
        )

    async def _leave(self, request: Request) -> Response:
        return await (await self._pages()).leave(request)

    async def _come_back(self, request: Request) -> Response:
        return await (await self._pages()).come_back(request)

    async def _sign_out(self, request: Request) -> Response:
        return await (await self._pages()).sign_out(request)

    async def _signed_out(self, request: Request) -> Response:
        return await (await self._pages()).signed_out(request)

    async def _sign_out_there(self, request: Request) -> Response:
        return await (await self._pages()).sign_out_there(request)

    async def _pages(self) -> "Pages":
        """Raises Unavailable."""
        if self._made is None:
            try:
                module = await asyncio.to_thread(import_module, "dengmi.server.oidc.pages")
            except ModuleNotFoundError as error:
                if error.name not in ("jwt", "cryptography"):
                    raise
                raise Unavailable("oidc_extra_missing") from None
            self._made = self._made or module.Pages(self._context)
        return self._made


async def payer_of(context: "Context", asker: str, otherwise: str) -> str:
    """Who pays for what an asker of the page asks: the account, where there is one, with the plan
    it gives; else whoever it would be."""
    settings = context.parts.settings.oidc
    if not settings.issuer or not settings.askers or not asker:
        return otherwise
    plan = await context.parts.store.accounts().plan(asker)
    if plan is None:
        return otherwise
    return f"{BY_PLAN}{plan}:{asker}" if plan in context.parts.settings.plans else f"web:{asker}"
