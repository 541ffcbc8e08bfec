"""The frame of every page: head, header, main part, and the box to ask in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.records import HALL
from dengmi.language.texts import text
from dengmi.server.negotiate import COOKIE, known, language
from dengmi.server.ui.links import desk_path, search_path
from dengmi.server.ui.markup import Child, Html, el, icon, join
from dengmi.server.ui.static import asset

TAGS = {"en": "en", "zh": "zh-Hans"}
_OTHER = {"en": "zh", "zh": "en"}
_YEAR = 365 * 24 * 3600

LEVEL_COOKIE = "level"
"""Says whether the reader wishes for deep answers."""

KEPT = ("a", "c", "p", "s", "desk", "find", "source", "since", "until")
"""What of an address stays when the language changes."""


@dataclass(frozen=True, slots=True)
class DeskView:
    """A desk as its readers see it. `synced_at` is Unix time, None before the first sync;
    `greeting` is "" for the usual words."""

    name: str
    title: str
    articles: int
    synced_at: float | None
    greeting: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the frame shows: whose page it is, in which language, and what else there is.

    `now` is Unix time; `thread` the answers on the page; `asking` the words left in the box;
    `conversation` what follow-ups go on with; `levels` whether there is more than one level to
    choose from, and `deep` whether the deeper one is chosen. `asker` is the name of who looks, ""
    for nobody known; `offered` the levels that have a model; `thumbs` what the asker thinks of
    answers. `shared` is whether others may read the desk's answers, `priced` whether they say
    their price; `own` is whether an answer is that of who looks; `pictures` is in which writing
    answers can be drawn as pictures: "all", "latin" or "".
    """

    lang: str
    desk: DeskView
    desks: tuple[DeskView, ...]
    default: str
    now: float
    max_chars: int
    thread: tuple[str, ...] = ()
    asking: str = ""
    conversation: str = ""
    levels: bool = False
    deep: bool = False
    asker: str = ""
    offered: tuple[str, ...] = ()
    thumbs: Mapping[str, bool] = field(default_factory=dict)
    shared: bool = True
    priced: bool = True
    own: bool = True
    pictures: str = ""

    def say(self, key: str, **params: object) -> str:
        """A text in the page's language."""
        return text(key, self.lang, **params)

    @property
    def home(self) -> str:
        """The path of the desk's ask page."""
        return desk_path(self.desk.name, self.default)

    @property
    def name(self) -> str:
        """What the desk is called."""
        if self.desk.name == HALL:
            return self.say("ui_hall")
        return self.desk.title or self.say("ui_product")


def page(
    request: Request,
    frame: Frame,
    title: str,
    main: Child,
    *,
    status: int = 200,
    index: bool = False,
    headers: Mapping[str, str] | None = None,
    extra: Child = None,
) -> Response:
    """A whole page as a response; `extra` is what its head has beside the usual."""
    lang = frame.lang
    head = _head(title, index=index, extra=extra)
    body = el(
        "body",
        el("a", frame.say("ui_skip"), class_="skip", href="#main"),
        _header(request, frame),
        el("main", main, id="main", tabindex="-1"),
        composer(frame),
        el("script", type="module", src=asset("ask.js")),  # behind all that is painted first
    )
    whole = "<!doctype html>" + el("html", head, body, lang=TAGS.get(lang, lang))
    response = Response(
        whole.encode("utf-8", "replace"),
        status_code=status,
        media_type="text/html",
        headers={
            "content-language": TAGS.get(lang, lang),
            "vary": "Accept-Language, Cookie",
            "cache-control": "private, no-cache",
            **(headers or {}),
        },
    )
    if chosen := known(request.query_params.get("lang")):
        response.set_cookie(COOKIE, chosen, max_age=_YEAR, samesite="lax", httponly=True)
    return response


def _head(title: str, *, index: bool, extra: Child) -> Html:
    """What browsers read before the page."""
    return el(
        "head",
        el("meta", charset="utf-8"),
        el(
            "meta", name="viewport", content="width=device-width,initial-scale=1,viewport-fit=cover"
        ),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="theme-color", content="#faf7f2", media="(prefers-color-scheme:light)"),
        el("meta", name="theme-color", content="#161412", media="(prefers-color-scheme:dark)"),
        None if index else el("meta", name="robots", content="noindex"),
        el("title", title),
        el("link", rel="icon", type="image/svg+xml", href=asset("lantern.svg")),
        el("link", rel="apple-touch-icon", href=asset("icon-180.png")),
        el("link", rel="manifest", href="/manifest.webmanifest", crossorigin="use-credentials"),
        el("link", rel="stylesheet", href=asset("asker.css")),
        extra,
    )


def page_language(request: Request, preset: str) -> str:
    """The page's language: what the reader chose, else what the settings say, else the browser."""
    if request.query_params.get("lang") or request.cookies.get(COOKIE) or not preset:
        return language(request)
    return preset


def composer(frame: Frame) -> Html:
    """The box to ask in. Without scripts it is a plain form that carries the thread along."""
    asked = [el("input", type="hidden", name="a", value=one) for one in frame.thread]
    if frame.conversation:
        asked.append(el("input", type="hidden", name="c", value=frame.conversation))
    label = frame.say("ui_ask_next" if frame.thread else "ui_ask_first")
    box = el(
        "textarea",
        frame.asking,
        name="q",
        rows=1,
        required=True,
        maxlength=frame.max_chars,
        placeholder=label,
        aria_label=frame.say("ui_question"),
        enterkeyhint="send",
        autocomplete="off",
    )
    send = el("button", icon("send"), icon("stop"), class_="send", aria_label=frame.say("ui_send"))
    return el(
        "form",
        el("p", class_="heard", role="status"),
        el("div", asked, box, _voice(frame), _depth(frame), send),
        class_="composer",
        aria_label=frame.say("ui_ask"),
        id="ask",
        method="get",
        action=f"{frame.home}#last",
        data_next=frame.say("ui_ask_next"),
        data_send=frame.say("ui_send"),
        data_stop=frame.say("ui_stop"),
    )


def _voice(frame: Frame) -> Html:
    """Shown by the script where the browser can hear."""
    return el(
        "button",
        icon("mic"),
        class_="voice",
        type="button",
        hidden=True,
        aria_label=frame.say("ui_voice"),
        aria_pressed="false",
        data_denied=frame.say("ui_voice_denied"),
        data_deaf=frame.say("ui_voice_deaf"),
    )


def _depth(frame: Frame) -> Html | None:
    """The switch for answers that take longer, where there are any."""
    if not frame.levels:
        return None
    tick = el("input", type="checkbox", name="level", value="deep", checked=frame.deep)
    return el(
        "label",
        el("input", type="hidden", name="level", value="auto"),
        tick,
        el("span", frame.say("ui_level_deep")),
        class_="depth",
        title=frame.say("ui_deep_what"),
    )


def _header(request: Request, frame: Frame) -> Html:
    return el(
        "header",
        el(
            "div",
            el("a", icon("lantern"), el("b", frame.name), class_="brand", href=frame.home),
            el("span", _freshness(frame), class_="who"),
            el("nav", _switcher(frame), _places(frame), _other_language(request, frame)),
        ),
        class_="top",
    )


def _places(frame: Frame) -> Child:
    """The ways to what was asked before, and to plain search."""
    if not frame.desk.name:
        return None
    return [
        el("a", icon(name), class_="place", href=path, aria_label=label, title=label)
        for name, path, label in (
            ("find", search_path(frame.desk.name, frame.default), frame.say("ui_find")),
            ("history", "/history", frame.say("ui_history")),
        )
    ]


def _freshness(frame: Frame) -> Child:
    count = frame.desk.articles
    if not count:
        return None
    key = "ui_article_one" if count == 1 else "ui_articles"
    said = frame.say(key, count=f"{count:,}")
    if not frame.desk.synced_at:
        return said
    return [said, el("i", f" · {_ago(frame, frame.desk.synced_at)}")]


def _ago(frame: Frame, moment: float) -> str:
    hours = (frame.now - moment) / 3600
    if hours < 1:
        return frame.say("ui_updated_now")
    if hours < 24:
        return frame.say("ui_updated_hours", hours=int(hours))
    day = datetime.fromtimestamp(moment, UTC).date().isoformat()
    return frame.say("ui_updated_on", day=day)


def _switcher(frame: Frame) -> Child:
    """The other desks, and the hall where there is more than one."""
    if len(frame.desks) < 2:
        return None
    here = frame.desk.name
    rows = [(desk.name, desk.title) for desk in frame.desks] + [(HALL, frame.say("ui_hall"))]
    links = [
        el(
            "li",
            el(
                "a",
                title,
                href=desk_path(name, frame.default),
                aria_current="page" if name == here else None,
            ),
        )
        for name, title in rows
    ]
    summary = el("summary", frame.say("ui_desks"), icon("down"))
    return el("details", summary, el("ul", links), class_="desks")


def _other_language(request: Request, frame: Frame) -> Html:
    """The page in the other language. The Chinese name is drawn: two characters on an English page
    would have the browser look for and open a font of 20 MB before it paints anything."""
    other = _OTHER.get(frame.lang, "en")
    kept = [pair for pair in request.query_params.multi_items() if pair[0] in KEPT]
    query = urlencode([*kept, ("lang", other)])
    name = text("ui_language_name", other)
    drawn = other == "zh"
    return el(
        "a",
        icon("zh") if drawn else name,
        class_="lang",
        aria_label=name if drawn else None,
        href=f"?{query}",
        hreflang=TAGS[other],
        lang=TAGS[other],
        rel="nofollow",
    )


def paragraphs(*children: Child) -> Html:
    """Each child as a paragraph."""
    return join(el("p", child) for child in children if child is not None)
