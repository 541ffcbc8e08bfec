"""The way to the provider and back, for askers and for operators."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengmi.core.ids import new_id
from dengmi.core.operators import Deed
from dengmi.server.askers import check_own_page
from dengmi.server.console.door import Door
from dengmi.server.console.frame import HOME
from dengmi.server.context import Context
from dengmi.server.oidc.begun import COOKIE, PATIENCE, Begun, begin, begun
from dengmi.server.oidc.claims import (
    claims_of,
    joined,
    key_of,
    lacks,
    name_of,
    plan_of,
    role_of,
    told_wrong,
)
from dengmi.server.oidc.provider import Provider
from dengmi.server.oidc.way import BACK, HERE, OUT
from dengmi.server.problems import Refusal

_LONGEST = 4_000


class Pages:
    """Signs in."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts = context.parts
        self._settings = context.parts.settings.oidc
        self._provider = Provider(self._settings, context.parts.clock)
        self._accounts = context.parts.store.accounts()
        people = context.parts.store.operators()
        self._people = people
        self._door = Door(people, context.parts.clock, context.parts.settings.server)

    async def leave(self, request: Request) -> Response:
        """To the provider, from a page of ours: `?for=console` as an operator, else as an asker.
        Raises DengmiError."""
        check_own_page(request)
        console = request.query_params.get("for") == "console"
        if not (self._settings.role_claim if console else self._settings.askers):
            raise Refusal("path_unknown", 404)
        secret = await self._parts.store.secret("sign-in")
        one = begin(secret, "operator" if console else "asker", self._parts.clock.now())
        address = await self._provider.address(one, self._back(request))
        response = RedirectResponse(address, 303, headers={"cache-control": "no-store"})
        response.set_cookie(COOKIE, one.cookie, PATIENCE, **self._kept(request))
        return response

    async def come_back(self, request: Request) -> Response:
        """From the provider, with a code. Raises DengmiError."""
        one = await self._begun(request)
        said = await self._told(request, one)
        if one.purpose == "operator":
            response = await self._operator(request, said)
        else:
            response = await self._asker(request, said)
        response.delete_cookie(COOKIE, **self._kept(request))
        return response

    async def _begun(self, request: Request) -> Begun:
        """The sign-in that comes back. Raises Refusal."""
        secret = await self._parts.store.secret("sign-in")
        state = request.query_params.get("state", "")
        found = begun(secret, request.cookies.get(COOKIE, ""), state, self._parts.clock.now())
        if found is None:
            raise Refusal("oidc_over", 400)
        return found

    async def _told(self, request: Request, one: Begun) -> Mapping[str, Any]:
        """What the provider says of who signs in. Raises DengmiError."""
        params, about = request.query_params, await self._provider.about()
        # Whose answer it is (RFC 9207): that of another provider must not be taken for ours.
        named = params.get("iss")
        if named is None and about.authorization_response_iss_parameter_supported:
            raise Refusal("oidc_untrue", 403)
        if named is not None and named != self._settings.issuer:
            raise Refusal("oidc_untrue", 403)
        if error := params.get("error"):
            raise told_wrong(error)
        code = params.get("code", "")
        if not 0 < len(code) <= _LONGEST:
            raise Refusal("oidc_over", 400)
        given = await self._provider.tokens(code, one, self._back(request))
        said = await claims_of(given.id_token, self._provider, self._settings, one.nonce)
        if not lacks(said, one.purpose, self._settings):
            return said
        return joined(said, await self._provider.userinfo(given.access_token))

    async def _asker(self, request: Request, said: Mapping[str, Any]) -> Response:
        """The browser has the account's name from now on; what it asked comes along."""
        known = await self._context.askers.known(request)
        key, plan = key_of(said, "asker", self._settings), plan_of(said, self._settings)
        now = self._parts.clock.now()
        asker = await self._accounts.asker(key, plan, known, new_id("w"), now)
        response = RedirectResponse("/history", 303)
        await self._context.askers.keep(request, response, asker)
        return response

    async def _operator(self, request: Request, said: Mapping[str, Any]) -> Response:
        """At the console, with the role that the account gives. Raises Refusal, Conflict."""
        key, role = key_of(said, "operator", self._settings), role_of(said, self._settings)
        name, now = name_of(said), self._parts.clock.now()
        if role is None:
            await self._accounts.refuse_operator(key)
            await self._note("sign_in_failed", name[:40])
            raise Refusal("oidc_no_role", 403, name=name[:40], title=self._settings.title)
        operator = await self._accounts.operator(key, name, role, new_id("o"), now)
        response = RedirectResponse(HOME, 303)
        await self._door.begin(request, response, operator)
        await self._note("signed_in_elsewhere", operator.name, role=operator.role)
        return response

    async def sign_out(self, request: Request) -> Response:
        """This browser is nobody's any more; the conversations stay with the account."""
        check_own_page(request)
        response = await self.signed_out(request)
        self._context.askers.drop(request, response)
        return response

    async def signed_out(self, request: Request) -> Response:
        """The page after signing out, which has a link to sign out at the provider too where that
        can be done there. `?for=console` for operators."""
        console = request.query_params.get("for") == "console"
        page = f"{HOME}/sign-in" if console else "/history"
        return RedirectResponse(f"{page}?{OUT}" if await self._provider.end() else page, 303)

    async def sign_out_there(self, request: Request) -> Response:
        """To the provider, to be signed out there; a link, since a form may lead to this server
        alone (`form-action`)."""
        check_own_page(request)
        there = await self._provider.end()
        return RedirectResponse(there or "/history", 303, headers={"cache-control": "no-store"})

    async def _note(self, code: str, subject: str, **params: str) -> None:
        now = self._parts.clock.now()
        await self._people.note(
            Deed(
                id=new_id("d"), at=now, operator=subject, code=code, subject=subject, params=params
            )
        )

    def _back(self, request: Request) -> str:
        public = self._parts.settings.server.public_url.rstrip("/")
        return f"{public or str(request.base_url).rstrip('/')}{BACK}"

    def _kept(self, request: Request) -> dict[str, Any]:
        """How the browser keeps the cookie: it must come along from the provider's page."""
        public = self._parts.settings.server.public_url.lower().startswith("https://")
        secure = public or request.url.scheme == "https"
        return {"path": HERE, "httponly": True, "samesite": "lax", "secure": secure}
