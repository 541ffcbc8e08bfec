"""What people ask: a list to search, page by page."""

from collections.abc import Callable, Sequence
from typing import get_args

from starlette.responses import Response

from dengmi.core.records import Level, QuestionState
from dengmi.core.review import Asked, Wanted
from dengmi.language.money import amount
from dengmi.server.console.days import asked_days
from dengmi.server.console.frame import (
    HOME,
    card,
    desk_filter,
    empty,
    field,
    page,
    select,
    with_query,
)
from dengmi.server.console.tables import Column, csv_of, place_of, place_words, table, wants_csv
from dengmi.server.console.today import kind_name
from dengmi.server.console.visit import Visit
from dengmi.server.ui.markup import Child, Html, el

HERE = f"{HOME}/questions"

EACH = 50
"""Questions on one page."""

MOST = 10_000
"""Questions in one file."""

STATES: tuple[QuestionState, ...] = get_args(QuestionState)
LEVELS: tuple[Level, ...] = get_args(Level)
_FILTERS = (
    "q",
    "desk",
    "level",
    "channel",
    "state",
    "verdict",
    "thumb",
    "pinned",
    "since",
    "until",
)


async def show(visit: Visit) -> Response:
    """The list, or a file of it."""
    as_file = wants_csv(visit)
    wanted = _wanted(visit, MOST if as_file else EACH)
    found = await visit.office.review.asked(wanted)
    if as_file:
        return csv_of("questions", _columns(visit), found)
    channels = await visit.office.channels()
    more = None
    if len(found) == EACH:
        last = found[-1].question
        place = place_words((last.asked_at, last.id))
        more = el("a", visit.say("con_older"), class_="button", href=_again(visit, before=place))
    none = empty(visit.say("con_no_questions"))
    return page(
        visit,
        visit.say("con_questions"),
        card(_filters(visit, channels)),
        card(table(visit, _columns(visit), found)) if found else none,
        el("p", more) if more else None,
        at=HERE,
        acts=el("a", "CSV", class_="button", href=_again(visit, csv="1")),
    )


def _wanted(visit: Visit, limit: int) -> Wanted:
    """The filters of the address; what cannot be is left out."""
    dated = visit.query("since") or visit.query("until")
    span = asked_days(visit, 400) if dated else None
    thumb, verdict = visit.query("thumb"), visit.query("verdict")
    return Wanted(
        desk=visit.desk,
        text=visit.query("q"),
        level=visit.query("level", 20),
        channel=visit.query("channel", 100),
        state=visit.query("state", 20),
        thumb=thumb if thumb in ("up", "down") else "",  # type: ignore[arg-type]
        verdict=verdict if verdict in ("unsupported", "partial") else "",  # type: ignore[arg-type]
        pinned=visit.query("pinned") == "1",
        since=span.since if span else 0.0,
        until=span.until if span else None,
        before=place_of(visit.query("before")),
        limit=limit,
    )


def _again(visit: Visit, **more: str) -> str:
    """This list with the same filters."""
    return with_query(HERE, **{name: visit.query(name) for name in _FILTERS}, **more)


def _filters(visit: Visit, channels: Sequence[str]) -> Html:
    anything = ("", visit.say("con_any"))
    search = el("input", type="search", name="q", value=visit.query("q"), maxlength=200)
    states = [anything, *((each, visit.say(f"con_state_{each}")) for each in STATES)]
    levels = [anything, *((each, kind_name(visit, each)) for each in LEVELS)]
    verdicts = [
        anything,
        ("unsupported", visit.say("con_unsupported")),
        ("partial", visit.say("con_partial")),
    ]
    thumbs = [anything, ("up", visit.say("con_thumb_up")), ("down", visit.say("con_thumb_down"))]
    rest: list[Child] = [
        _choice(visit, "level", "con_level", levels),
        _choice(visit, "state", "con_state", states),
        _choice(visit, "verdict", "con_verdict", verdicts),
        _choice(visit, "thumb", "con_thumb", thumbs),
        _choice(visit, "pinned", "con_reuse_pinned", [anything, ("1", visit.say("con_yes"))]),
        _choice(visit, "channel", "con_channel", [anything, *((each, each) for each in channels)]),
        _date(visit, "since", "con_since"),
        _date(visit, "until", "con_until"),
    ]
    is_set = any(visit.query(name) for name in _FILTERS if name not in ("q", "desk"))
    folded = el(
        "details",
        el("summary", visit.say("con_more_filters")),
        el("div", rest, class_="filters"),
        class_="more-filters",
        open=is_set,
    )
    boxes: list[Child] = [
        el("div", field(visit.say("con_search"), search), class_="wide-field"),
        _choice(visit, "desk", "con_desk", desk_filter(visit)) if len(visit.desks) > 1 else None,
        el("button", visit.say("con_show"), class_="button first"),
        folded,
    ]
    return el("form", boxes, method="get", action=HERE, class_="filters", role="search",
              data_auto=True)  # fmt: skip


def _choice(visit: Visit, name: str, label: str, options: Sequence[tuple[str, str]]) -> Html:
    return field(visit.say(label), select(name, options, visit.query(name)))


def _date(visit: Visit, name: str, label: str) -> Html:
    return field(visit.say(label), el("input", type="date", name=name, value=visit.query(name)))


def _columns(visit: Visit) -> Sequence[Column[Asked]]:
    return (
        Column(visit.say("con_question"), lambda one: one.question.text, _link),
        Column(visit.say("con_level"), lambda one: level_of(visit, one),
               lambda one: _badge(visit, one)),
        Column(visit.say("con_verdict"), lambda one: verdicts_of(visit, one),
               lambda one: _verdicts(visit, one)),
        Column(visit.say("con_thumb"), thumbs_of),
        Column(visit.say("con_price"), _price, number=True),
        Column(visit.say("con_channel"), lambda one: one.question.channel),
        Column(visit.say("con_desk"), lambda one: one.question.desk),
        Column(visit.say("con_when"), lambda one: visit.when(one.question.asked_at), _when(visit)),
    )  # fmt: skip


def _link(one: Asked) -> Html:
    words = one.question.text
    shown = words if len(words) <= 120 else f"{words[:119]}…"
    return el("a", shown, href=f"{HERE}/{one.question.id}")


def level_of(visit: Visit, one: Asked) -> str:
    """What the answer is, or what became of the question without one."""
    if not one.answer_id:
        return visit.say(f"con_state_{one.question.state}")
    if not one.grounded:
        return visit.say("ui_level_none")
    level = kind_name(visit, one.level)
    return f"{level} · {visit.say('ui_reused')}" if one.reused else level


def _badge(visit: Visit, one: Asked) -> Html:
    bad = one.question.state in ("unanswered", "failed")
    return el("span", level_of(visit, one), class_="badge bad" if bad else "badge")


def verdicts_of(visit: Visit, one: Asked) -> str:
    """How many sentences have which verdict."""
    names = {
        "supported": "con_supported",
        "partial": "con_partial",
        "unsupported": "con_unsupported",
    }
    found = [
        f"{one.verdicts[verdict]} {visit.say(name)}"  # type: ignore[index]
        for verdict, name in names.items()
        if verdict in one.verdicts
    ]
    return ", ".join(found)


def _verdicts(visit: Visit, one: Asked) -> Child:
    """The same in signs, with the words for whoever does not see them."""
    signs = {"supported": "✓", "partial": "~", "unsupported": "✗"}
    found = " ".join(
        f"{sign}{one.verdicts[verdict]}"  # type: ignore[index]
        for verdict, sign in signs.items()
        if verdict in one.verdicts
    )
    words = verdicts_of(visit, one)
    if not found:
        return None
    return [
        el("span", found, class_="brief", aria_hidden="true", title=words),
        el("span", words, class_="vh"),
    ]


def _when(visit: Visit) -> Callable[[Asked], Html]:
    def shown(one: Asked) -> Html:
        at = visit.moment(one.question.asked_at)
        today = at.date() == visit.moment(visit.now).date()
        return el("time", f"{at:%H:%M}" if today else f"{at:%m-%d %H:%M}", class_="brief",
                  datetime=at.isoformat(timespec="seconds"))  # fmt: skip

    return shown


def thumbs_of(one: Asked) -> str:
    """Its thumbs, where there are any."""
    up = f"↑{one.ups}" if one.ups else ""
    down = f"↓{one.downs}" if one.downs else ""
    return " ".join(filter(None, (up, down)))


def _price(one: Asked) -> str:
    return amount(one.cost.micros, one.cost.currency) if one.cost.micros else ""
