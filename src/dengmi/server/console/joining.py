"""Getting in: signing in and out, a link that works once, and changing one's password."""

import hmac
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response

from dengmi.core.errors import BadInput, DengmiError, NotFound
from dengmi.core.ids import new_id
from dengmi.core.operators import Operator
from dengmi.server.console.door import hashed
from dengmi.server.console.first import first_token
from dengmi.server.console.frame import HOME, card, field, form, page
from dengmi.server.console.passwords import LONGEST, SHORTEST
from dengmi.server.console.visit import Visit
from dengmi.server.oidc.way import HERE as SIGN_IN
from dengmi.server.oidc.way import SIGN_OUT
from dengmi.server.problems import Refusal, detail
from dengmi.server.ui.markup import Child, Html, el
from dengmi.server.ui.signed_out import still_there

_NAME = re.compile(r"[^\s@<>\"'&](?:[^\x00-\x1f<>\"&]{0,38}[^\s<>\"'&])?")


async def sign_in(visit: Visit) -> Response:
    """The form to sign in with."""
    if visit.visitor is not None:
        return RedirectResponse(HOME, 303)
    return await _sign_in(visit, "", 200)


async def _sign_in(visit: Visit, wrong: str, status: int) -> Response:
    if not await visit.office.people.has_operators():
        words = el("p", visit.say("con_first_how"))
        title = visit.say("con_first_title")
        return page(visit, title, card(words, _elsewhere(visit)), status=status)
    name = el(
        "input", name="name", required=True, autocomplete="username", autofocus=True,
        value=visit.form.get("name", ""), maxlength=40,
    )  # fmt: skip
    body = [
        field(visit.say("con_name"), name),
        field(visit.say("con_password"), _password("password", "current-password")),
        el("input", type="hidden", name="to", value=visit.form.get("to") or visit.query("to", 500)),
        el("button", visit.say("con_sign_in"), class_="button first"),
    ]
    return _plain(
        visit,
        visit.say("con_sign_in"),
        f"{HOME}/sign-in",
        body,
        wrong=wrong,
        status=status,
        beside=_elsewhere(visit),
    )


def _elsewhere(visit: Visit) -> Child:
    """The way in with an account elsewhere, where there is one."""
    settings = visit.office.parts.settings.oidc
    if not settings.issuer or not settings.role_claim:
        return None
    words = visit.say("oidc_sign_in", title=settings.title)
    way = el("p", el("a", words, class_="button", href=f"{SIGN_IN}?for=console"))
    return [way, still_there(visit.request, settings, visit.lang)]


async def signed_in(visit: Visit) -> Response:
    """Sign in."""
    office, given = visit.office, visit.form
    name = given.get("name", "").strip()[:100]
    try:
        office.door.take_try(visit.request, name)
    except Refusal as error:
        return await _sign_in(visit, detail(error, visit.lang), error.http_status)
    operator = await office.people.operator(name) if name else None
    if operator is not None and operator.id == name:
        operator = None  # an id is no name
    kept = operator.password if operator else ""
    fits = await office.passwords.fits(given.get("password", "")[:LONGEST], kept)
    if operator is None or not fits:
        if office.door.is_news(visit.request):
            # A name that nobody has may well be a password in the wrong place.
            await visit.note("sign_in_failed", operator.name if operator else "")
        return await _sign_in(visit, visit.say("con_sign_in_wrong"), 401)
    response = RedirectResponse(_own(given.get("to", "")), 303)
    await office.door.begin(visit.request, response, operator)
    await visit.note("signed_in", operator.name)
    return response


async def sign_out(visit: Visit) -> Response:
    """Sign out."""
    elsewhere = not visit.me.operator.password and visit.office.parts.settings.oidc.issuer
    page = f"{SIGN_OUT}?for=console" if elsewhere else f"{HOME}/sign-in"
    response = RedirectResponse(page, 303)
    await visit.office.door.end(response, visit.me)
    return response


async def join(visit: Visit) -> Response:
    """The form behind a link that works once. Raises NotFound."""
    _, name = await _invited(visit)
    return _join(visit, name, "", 200)


def _join(visit: Visit, name: str, wrong: str, status: int) -> Response:
    token = visit.request.path_params["token"]
    box = el(
        "input", name="name", required=True, autocomplete="username", maxlength=40,
        value=name or visit.form.get("name", ""), readonly=bool(name), autofocus=not name,
    )  # fmt: skip
    rule = visit.say("con_password_rule", least=SHORTEST)
    body = [
        field(visit.say("con_name"), box),
        field(visit.say("con_password"), _password("password", "new-password"), rule),
        field(visit.say("con_password_again"), _password("again", "new-password")),
        el("button", visit.say("con_join_button"), class_="button first"),
    ]
    title = visit.say("con_new_password" if name else "con_join_title")
    return _plain(visit, title, f"{HOME}/join/{token}", body, wrong=wrong, status=status)


async def joined(visit: Visit) -> Response:
    """Become an operator, or get a new password. Raises NotFound."""
    office, given = visit.office, visit.form
    invite, name = await _invited(visit)
    try:
        made = Operator(
            id=new_id("o"),
            name=name or _good_name(given.get("name", "")),
            role="owner",
            password=await office.passwords.hash(_good_password(given)),
        )
        operator = await office.people.join(made, invite, visit.now)
    except DengmiError as error:
        if isinstance(error, NotFound):
            raise
        return _join(visit, name, detail(error, visit.lang), error.status)
    response = RedirectResponse(HOME, 303)
    await office.door.begin(visit.request, response, operator)
    await visit.note("new_password" if name else "joined", operator.name, role=operator.role)
    return response


async def password(visit: Visit) -> Response:
    """The form to change one's password with."""
    return _own_password(visit, "", 200)


def _own_password(visit: Visit, wrong: str, status: int) -> Response:
    rule = visit.say("con_password_rule", least=SHORTEST)
    said = el("p", wrong, class_="wrong", role="alert") if wrong else None
    inside = form(
        visit,
        f"{HOME}/password",
        said,
        # Password managers want to know whose password it is.
        el(
            "input", name="name", value=visit.me.operator.name, autocomplete="username", hidden=True
        ),
        field(visit.say("con_password_now"), _password("now", "current-password")),
        field(visit.say("con_new_password"), _password("password", "new-password"), rule),
        field(visit.say("con_password_again"), _password("again", "new-password")),
        el("button", visit.say("con_password_change"), class_="button first"),
        class_="stack",
    )
    title = visit.say("con_password_change")
    return page(visit, title, card(inside, class_="narrow"), status=status)


async def change_password(visit: Visit) -> Response:
    """Change one's password: every session ends, and this one begins anew."""
    office, me = visit.office, visit.me.operator
    office.door.take_try(visit.request, me.name)
    if not await office.passwords.fits(visit.form.get("now", "")[:LONGEST], me.password):
        return _own_password(visit, visit.say("con_password_wrong"), 401)
    try:
        fresh = await office.passwords.hash(_good_password(visit.form))
    except BadInput as error:
        return _own_password(visit, detail(error, visit.lang), error.status)
    await office.people.set_password(me.id, fresh)
    response = RedirectResponse(f"{HOME}?said=password", 303)
    await office.door.begin(visit.request, response, me)
    await visit.note("new_password", me.name)
    return response


async def _invited(visit: Visit) -> tuple[str, str]:
    """(id of the invitation, name of the operator it is for), both "" where that is open.
    Raises NotFound for a link that does not work (any more)."""
    token = str(visit.request.path_params["token"])[:100]
    office = visit.office
    if not await office.people.has_operators():
        first = await first_token(office.parts.store)
        if hmac.compare_digest(token.encode(), first.encode()):
            return "", ""
    invite = await office.people.invite(hashed(token), visit.now)
    if invite is None:
        raise NotFound("console_link_over")
    operator = await office.people.operator(invite.operator) if invite.operator else None
    return invite.id, operator.name if operator else ""


def _plain(
    visit: Visit,
    title: str,
    action: str,
    body: list[Html],
    *,
    wrong: str,
    status: int,
    beside: Child = None,
) -> Response:
    """A form that comes before there is a session."""
    door = visit.office.door
    token = door.form_token(visit.request)
    said: Child = el("p", wrong, class_="wrong", role="alert") if wrong else None
    inside = el(
        "form",
        el("input", type="hidden", name="csrf", value=token),
        said,
        body,
        method="post",
        action=action,
        class_="stack",
    )
    response = page(visit, title, card(inside, beside, class_="narrow"), status=status)
    door.give_form_token(visit.request, response, token)
    return response


def _password(name: str, use: str) -> Html:
    return el(
        "input", name=name, type="password", required=True, autocomplete=use, maxlength=LONGEST,
        minlength=SHORTEST if use == "new-password" else None,
    )  # fmt: skip


def _good_name(name: str) -> str:
    """A name as it is kept. Raises BadInput."""
    name = " ".join(name.split())
    if not _NAME.fullmatch(name):
        raise BadInput("console_name_bad")
    return name


def _good_password(given: Mapping[str, str]) -> str:
    """A new password, given twice. Raises BadInput."""
    chosen, again = given.get("password", ""), given.get("again", "")
    if not SHORTEST <= len(chosen) <= LONGEST:
        raise BadInput("console_password_short", least=SHORTEST, most=LONGEST)
    if chosen != again:
        raise BadInput("console_password_differs")
    return chosen


def _own(to: str) -> str:
    """Where to go after signing in: a page of the console and nowhere else."""
    parts = urlsplit(to)
    safe = not parts.scheme and not parts.netloc and parts.path.startswith(HOME)
    return to if safe and "\\" not in to and not to.startswith("//") else HOME
