"""Every page of the console, who may open it, and what is checked before it is."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from dengmi.core.errors import DengmiError
from dengmi.core.operators import Role
from dengmi.server.bodies import clean, read
from dengmi.server.console import (
    askers,
    channels,
    costs,
    desk,
    gaps,
    guided,
    joining,
    keys,
    models,
    operators,
    question,
    questions,
    source,
    sources,
    today,
    tuning,
)
from dengmi.server.console.door import HEADER
from dengmi.server.console.fields import SECTIONS
from dengmi.server.console.frame import HOME
from dengmi.server.console.trouble import trouble
from dengmi.server.console.visit import Office, Visit
from dengmi.server.context import Context
from dengmi.server.problems import Refusal
from dengmi.server.ui.page import page_language

Handler = Callable[[Visit], Awaitable[Response]]


class Page(NamedTuple):
    """An address of the console. `role` is what it takes; None: it comes before signing in.
    `whole` is false where the handler reads the body itself."""

    path: str
    method: str
    role: Role | None
    handler: Handler
    whole: bool = True


PAGES: Sequence[Page] = (
    Page("/sign-in", "GET", None, joining.sign_in),
    Page("/sign-in", "POST", None, joining.signed_in),
    Page("/join/{token}", "GET", None, joining.join),
    Page("/join/{token}", "POST", None, joining.joined),
    Page("/sign-out", "POST", "viewer", joining.sign_out),
    Page("/password", "GET", "viewer", joining.password),
    Page("/password", "POST", "viewer", joining.change_password),
    Page("", "GET", "viewer", today.show),
    Page("/questions", "GET", "viewer", questions.show),
    Page("/questions/{question_id}", "GET", "viewer", question.show),
    Page("/questions/{question_id}/serve", "POST", "editor", question.serve),
    Page("/questions/{question_id}/correct", "POST", "editor", question.correct),
    Page("/gaps", "GET", "viewer", gaps.show),
    Page("/sources", "GET", "viewer", sources.show),
    Page("/sources/add", "POST", "editor", sources.add),
    Page("/sources/drop", "POST", "editor", sources.drop, whole=False),
    Page("/sources/{source_id}", "GET", "viewer", source.show),
    Page("/sources/{source_id}/sync", "POST", "editor", sources.sync),
    Page("/sources/{source_id}/remove", "POST", "editor", sources.remove),
    Page("/sources/{source_id}/drop", "POST", "editor", source.drop),
    Page("/costs", "GET", "viewer", costs.show),
    Page("/desk", "GET", "viewer", desk.show),
    *(Page(f"/desk/{each.name}", "POST", each.role, tuning.save) for each in SECTIONS),
    Page("/models", "GET", "viewer", models.show),
    Page("/models/new", "GET", "owner", models.new),
    Page("/models/test", "POST", "owner", models.test),
    Page("/models/save", "POST", "owner", models.save),
    Page("/models/{name}", "GET", "viewer", models.one),
    Page("/models/{name}/test", "POST", "owner", models.test),
    Page("/models/{name}/levels", "POST", "owner", models.levels),
    Page("/models/{name}/remove", "POST", "owner", models.remove),
    Page("/channels", "GET", "viewer", channels.show),
    Page("/channels/test", "POST", "editor", channels.test),
    Page("/channels/new", "GET", "editor", guided.show),
    Page("/keys", "GET", "owner", keys.show),
    Page("/keys/make", "POST", "owner", keys.make),
    Page("/keys/remove", "POST", "owner", keys.remove),
    Page("/askers", "GET", "owner", askers.show),
    Page("/askers/export", "GET", "owner", askers.export),
    Page("/askers/delete", "POST", "owner", askers.delete),
    Page("/operators", "GET", "owner", operators.show),
    Page("/operators/invite", "POST", "owner", operators.invite),
    Page("/operators/withdraw", "POST", "owner", operators.withdraw),
    Page("/operators/role", "POST", "owner", operators.role),
    Page("/operators/link", "POST", "owner", operators.link),
    Page("/operators/remove", "POST", "owner", operators.remove),
    Page("/log", "GET", "owner", operators.log),
)


class Console:
    """The application of all these pages, as ASGI."""

    def __init__(self, context: Context) -> None:
        self._office = Office(context)
        self._router = Router(
            [
                Route(f"{HOME}{page.path}", self._endpoint(page), methods=[page.method])
                for page in PAGES
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)

    def _endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            lang = page_language(request, self._office.parts.settings.language)
            visit = Visit(self._office, request, lang, await self._office.door.visitor(request))
            try:
                return await self._answer(page, visit)
            except DengmiError as error:
                return trouble(visit, error)

        return answer

    async def _answer(self, page: Page, visit: Visit) -> Response:
        """What comes back. Raises DengmiError."""
        if page.role is not None:
            if visit.visitor is None:
                return _to_sign_in(page, visit)
            if not visit.visitor.may(page.role):
                role = visit.say(f"con_role_{page.role}")
                raise Refusal("console_role", 403, role=role)
            visit = replace(visit, desks=await self._office.overview.every())
        if page.method == "POST" and page.whole:
            form = parse_qs((await read(visit.request)).decode("utf-8", "replace"))
            visit = replace(visit, form={name: clean(values[-1]) for name, values in form.items()})
            self._check(page, visit, visit.form.get("csrf", ""))
        elif page.method == "POST":
            # The token of a form with files stands in the address, so that a stranger's files are
            # not even read.
            self._check(page, visit, visit.request.headers.get(HEADER, "") or visit.query("csrf"))
        return await page.handler(visit)

    def _check(self, page: Page, visit: Visit, given: str) -> None:
        if page.role is None:
            self._office.door.check_form_token(visit.request, given)
        else:
            self._office.door.check(visit.request, visit.me, given)


def _to_sign_in(page: Page, visit: Visit) -> Response:
    """Nobody is signed in: first that, then back to where one wanted to go."""
    if page.method != "GET":
        raise Refusal("console_signed_out", 401)
    to = visit.request.url.path
    if visit.request.url.query:
        to = f"{to}?{visit.request.url.query}"
    asked = f"?{urlencode({'to': to})}" if to != HOME else ""
    return RedirectResponse(f"{HOME}/sign-in{asked}", 303)
