"""Gaps: what people ask and the articles do not answer, or not well: the articles to write next."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from dengmi.core.review import Asked, Wanted
from dengmi.language.topics import topics
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
from dengmi.server.console.tables import Column, csv_of, wants_csv
from dengmi.server.console.visit import Visit
from dengmi.server.ui.markup import Child, Html, el

HERE = f"{HOME}/gaps"

USUAL = 30
"""Days that are looked at unless others are asked for."""

MOST = 2_000
"""Questions that are grouped, the newest ones."""

SHOWN = 100
"""Topics on the page; the file has all."""

EACH = 12
"""Wordings shown of one topic."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One topic: the questions about it, how often each was worded how, and why they are here."""

    title: str
    asked: Sequence[Asked]
    wordings: Sequence[tuple[str, int]]
    unanswered: int
    unsupported: int
    disliked: int


async def show(visit: Visit) -> Response:
    """The page, or a file of it."""
    span = asked_days(visit, USUAL)
    wanted = Wanted(
        desk=visit.desk, poor=True, since=span.since, until=span.until, limit=MOST
    )  # fmt: skip
    found = await visit.office.review.asked(wanted)
    gaps = await asyncio.to_thread(_gaps, found)
    if wants_csv(visit):
        return csv_of("gaps", _columns(visit), gaps)
    filters = {name: visit.query(name) for name in ("desk", "since", "until")}
    rows = [_row(visit, gap) for gap in gaps[:SHOWN]]
    more = None
    if len(found) == MOST:
        more = el("p", visit.say("con_gaps_newest", most=f"{MOST:,}"), class_="soft")
    return page(
        visit,
        visit.say("con_gaps"),
        card(_filters(visit, span.first.isoformat(), span.last.isoformat())),
        card(rows) if rows else empty(visit.say("con_no_gaps")),
        more,
        at=HERE,
        lead=visit.say("con_gaps_lead"),
        acts=el("a", "CSV", class_="button", href=with_query(HERE, **filters, csv="1")),
    )


def _gaps(found: Sequence[Asked]) -> list[Gap]:
    """The topics of questions, those asked most often first. Reads every question: in a thread."""
    made = []
    for topic in topics([one.question.text for one in found]):
        own = [found[place] for place in topic.members]
        made.append(
            Gap(
                title=topic.title,
                asked=own,
                wordings=topic.asked.most_common(),
                unanswered=sum(one.question.state == "unanswered" for one in own),
                unsupported=sum("unsupported" in one.verdicts for one in own),
                disliked=sum(one.downs > 0 for one in own),
            )
        )
    return made


def _filters(visit: Visit, first: str, last: str) -> Html:
    since = el("input", type="date", name="since", value=first)
    until = el("input", type="date", name="until", value=last)
    desk = None
    if len(visit.desks) > 1:
        desk = field(visit.say("con_desk"), select("desk", desk_filter(visit), visit.desk))
    return el(
        "form",
        desk,
        field(visit.say("con_since"), since),
        field(visit.say("con_until"), until),
        el("button", visit.say("con_show"), class_="button first"),
        method="get",
        action=HERE,
        class_="filters",
        data_auto=True,
    )


def _row(visit: Visit, gap: Gap) -> Html:
    newest = {one.question.text.strip(): one for one in reversed(gap.asked)}
    badges: list[Child] = [
        el("span", visit.say(name, count=count), class_="badge")
        for name, count in (
            ("con_gap_unanswered", gap.unanswered),
            ("con_gap_unsupported", gap.unsupported),
            ("con_gap_disliked", gap.disliked),
        )
        if count
    ]
    times = el("span", f"{len(gap.asked):,}×", class_="count")
    rows = [
        el(
            "li",
            el("a", words, href=f"{HOME}/questions/{newest[words].question.id}"),
            f" ×{count}" if count > 1 else None,
        )
        for words, count in gap.wordings[:EACH]
    ]
    top = el("summary", times, el("b", gap.title), el("span", badges, class_="badges"))
    return el("details", top, el("ul", rows), class_="cluster")


def _columns(visit: Visit) -> Sequence[Column[Gap]]:
    return (
        Column(visit.say("con_topic"), lambda gap: gap.title),
        Column(visit.say("con_times"), lambda gap: str(len(gap.asked)), number=True),
        Column(visit.say("con_state_unanswered"), lambda gap: str(gap.unanswered), number=True),
        Column(visit.say("con_unsupported"), lambda gap: str(gap.unsupported), number=True),
        Column(visit.say("con_thumb_down"), lambda gap: str(gap.disliked), number=True),
        Column(
            visit.say("con_wordings"), lambda gap: " | ".join(words for words, _ in gap.wordings)
        ),
        Column(visit.say("con_last_asked"), lambda gap: visit.when(gap.asked[0].question.asked_at)),
    )
