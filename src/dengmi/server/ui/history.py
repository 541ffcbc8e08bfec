"""What a reader asked before: listed, searched, taken to another device, deleted."""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from dengmi.core.errors import NotFound
from dengmi.core.history import Conversation, Said
from dengmi.language.han import simplified
from dengmi.server.askers import check_own_page
from dengmi.server.bodies import clean
from dengmi.server.context import Context
from dengmi.server.oidc.way import HERE as SIGN_IN
from dengmi.server.ui.card import marked
from dengmi.server.ui.conversation import title_of
from dengmi.server.ui.export import EXPORTS, NAMES, Exporter, attachment
from dengmi.server.ui.links import conversation_path
from dengmi.server.ui.markup import Child, Html, el, icon
from dengmi.server.ui.overview import Overview, frame_of
from dengmi.server.ui.page import Frame, page
from dengmi.server.ui.signed_out import still_there

PAGE = 50
"""Conversations on one page."""

_SEARCHED = 5_000
"""Questions looked through, the newest."""

_ALL = 1_000_000
_AROUND = 48
_NUMBERS = re.compile(r"\s*\[(?:\d{1,3}|\?)\]")


class HistoryPage:
    """Shows an asker's conversations."""

    def __init__(self, context: Context) -> None:
        self._parts = context.parts
        self._askers = context.askers
        self._overview = Overview(context.parts)

    async def show(self, request: Request) -> Response:
        """The list, newest first (?before= goes on), or what ?find= finds in it."""
        asker = await self._askers.known(request)
        frame = await frame_of(self._overview, request, await self._overview.default())
        words = clean(request.query_params.get("find", "")).strip()[:200]
        if words:
            found = await self._found(asker, words)
            rows: Child = [self._hit(frame, one, words) for one in found]
            more = None
        else:
            before = _moment(request.query_params.get("before"))
            listed = await self._parts.store.conversations(asker, before, PAGE)
            rows = [self._row(frame, one) for one in listed]
            more = listed[-1].last if len(listed) == PAGE else None
        signed_in = await self._is_signed_in(asker)
        body = el(
            "div",
            el("h1", frame.say("ui_history")),
            _search(frame, words) if rows or words else None,
            el("ul", rows, class_="talks") if rows else _nothing(frame, words),
            _more(frame, more),
            _foot(frame, signed_in=signed_in) if asker and rows and not words else None,
            None if words else self._account(request, frame, signed_in=signed_in),
            class_="listing",
        )
        return page(request, frame, f"{frame.say('ui_history')} · {frame.name}", body)

    async def export(self, request: Request) -> Response:
        """Everything an asker asked, as a file."""
        kind = request.path_params["kind"]
        asker = await self._askers.known(request)
        if kind not in EXPORTS or not asker:
            raise NotFound("conversation_unknown")
        frame = await frame_of(self._overview, request, await self._overview.default())
        listed = await self._parts.store.conversations(asker, float("inf"), _ALL)
        exporter = Exporter(self._parts, request, frame, asker)
        head = attachment("", kind, frame.say("ui_history")).headers
        del head["content-length"]
        return StreamingResponse(_encoded(exporter.pieces(listed, kind)), headers=dict(head))

    async def forget(self, request: Request) -> Response:
        """Delete everything an asker asked, and the name the browser keeps."""
        check_own_page(request)
        asker = await self._askers.known(request)
        if asker:
            await self._parts.store.forget_asker(asker)
        response = RedirectResponse("/history", 303)
        self._askers.drop(request, response)
        return response

    async def _is_signed_in(self, asker: str) -> bool:
        """Whether the asker's name is an account's."""
        settings = self._parts.settings.oidc
        if not settings.issuer or not settings.askers or not asker:
            return False
        return await self._parts.store.accounts().plan(asker) is not None

    def _account(self, request: Request, frame: Frame, *, signed_in: bool) -> Html | None:
        """What can be done about an account elsewhere, where askers may have one."""
        settings = self._parts.settings.oidc
        if not settings.issuer or not settings.askers:
            return None
        if signed_in:
            out = el("button", frame.say("oidc_sign_out"), class_="chip")
            return el(
                "section",
                el("p", frame.say("oidc_signed_in", title=settings.title)),
                el("form", out, method="post", action="/sign-out"),
                class_="account",
            )
        words = frame.say("oidc_sign_in", title=settings.title)
        return el(
            "section",
            still_there(request, settings, frame.lang),
            el("p", frame.say("oidc_sign_in_why")),
            el("p", el("a", words, class_="chip", href=SIGN_IN, rel="nofollow")),
            class_="account",
        )

    async def _found(self, asker: str, words: str) -> Sequence[Said]:
        """What was said that has all the words, one place for each conversation."""
        said = await self._parts.store.said(asker, _SEARCHED)
        return await asyncio.to_thread(_matching, said, words)

    def _row(self, frame: Frame, one: Conversation) -> Html:
        key = "ui_question_one" if one.questions == 1 else "ui_questions"
        about: list[Child] = [
            el("span", frame.say(key, count=one.questions)),
            _when(frame, one.last),
            _at_desk(frame, one.desk),
        ]
        link = el("a", title_of(one), href=conversation_path(one.id))
        return el("li", link, el("small", about, class_="about"))

    def _hit(self, frame: Frame, one: Said, words: str) -> Html:
        said = _NUMBERS.sub("", one.answer)
        shown = _excerpt(said, words) or said[: 2 * _AROUND]
        link = el(
            "a",
            marked(one.question, _places(one.question, words)),
            href=conversation_path(one.conversation),
        )
        about: list[Child] = [_when(frame, one.at), _at_desk(frame, one.desk)]
        return el(
            "li",
            link,
            el("p", marked(shown, _places(shown, words))) if shown else None,
            el("small", about, class_="about"),
        )


def _search(frame: Frame, words: str) -> Html:
    return el(
        "form",
        el(
            "input",
            type="search",
            name="find",
            value=words,
            aria_label=frame.say("ui_history_find"),
            placeholder=frame.say("ui_history_find"),
            enterkeyhint="search",
        ),
        el("button", icon("find"), aria_label=frame.say("ui_search")),
        class_="seek",
        role="search",
        action="/history",
    )


def _nothing(frame: Frame, words: str) -> Html:
    return el("p", frame.say("ui_history_none" if words else "ui_history_empty"), class_="empty")


def _more(frame: Frame, last: float | None) -> Html | None:
    if last is None:
        return None
    to = f"/history?{urlencode({'before': repr(last)})}"
    return el("p", el("a", frame.say("ui_older"), class_="chip", href=to))


def _foot(frame: Frame, *, signed_in: bool) -> Html:
    """What can be done with everything at once."""
    links = [el("a", frame.say("ui_move"), href="/history/move")]
    links += [el("a", frame.say(words), href=f"/history/{kind}") for kind, words in NAMES.items()]
    forget = el(
        "details",
        el("summary", frame.say("ui_forget")),
        el(
            "form",
            el("p", frame.say("ui_forget_what")),
            el("button", frame.say("ui_forget_now"), class_="grave"),
            method="post",
            action="/history/forget",
        ),
        class_="sure",
    )
    rows = el("p", [el("span", link) for link in links], class_="row")
    where = None if signed_in else el("p", frame.say("ui_history_where"))
    return el("footer", where, rows, forget, class_="foot")


def _when(frame: Frame, moment: float) -> Html:
    """How long ago, so that no time zone has to be guessed; the day where that is long."""
    minutes = max(0, int((frame.now - moment) / 60))
    date = datetime.fromtimestamp(moment, UTC)
    if minutes < 1:
        said = frame.say("ui_ago_now")
    elif minutes < 60:
        said = frame.say("ui_ago_min", min=minutes)
    elif minutes < 24 * 60:
        said = frame.say("ui_ago_hours", hours=minutes // 60)
    elif minutes < 7 * 24 * 60:
        days = minutes // (24 * 60)
        said = frame.say("ui_ago_day" if days == 1 else "ui_ago_days", days=days)
    else:
        said = date.date().isoformat()
    return el("time", said, datetime=date.isoformat(timespec="seconds"))


def _at_desk(frame: Frame, name: str) -> Html | None:
    """Which desk it was, where there are several."""
    if len(frame.desks) < 2:
        return None
    titles = {desk.name: desk.title for desk in frame.desks}
    return el("span", titles.get(name, frame.say("ui_hall") if name == "*" else name))


def _moment(given: str | None) -> float:
    try:
        return float(given) if given else float("inf")
    except ValueError:
        return float("inf")


async def _encoded(pieces: AsyncIterator[str]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield piece.encode("utf-8", "replace")


def _matching(said: Iterable[Said], words: str) -> Sequence[Said]:
    wanted = _folded(words).split()
    found: dict[tuple[str, str], Said] = {}
    for one in said:
        key = (one.desk, one.conversation)
        if key not in found:
            text = _folded(f"{one.question}\n{one.answer}")
            if all(word in text for word in wanted):
                found[key] = one
    return list(found.values())[:PAGE]


def _folded(text: str) -> str:
    """Text in which case, width and script make no difference."""
    return simplified(unicodedata.normalize("NFKC", text).casefold())


def _places(text: str, words: str) -> tuple[tuple[int, int], ...]:
    """Where the words stand, as far as case alone differs."""
    low = text.lower()
    if len(low) != len(text):
        return ()
    places = []
    for word in words.lower().split():
        at = low.find(word)
        while at >= 0:
            places.append((at, at + len(word)))
            at = low.find(word, at + len(word))
    return tuple(places)


def _excerpt(text: str, words: str) -> str:
    """The stretch of a text around the first of the words; "" where none is seen."""
    places = _places(text, words)
    if not places:
        return ""
    start, end = min(places)
    low, high = max(0, start - _AROUND), end + 2 * _AROUND
    return ("…" if low else "") + text[low:high] + ("…" if high < len(text) else "")
