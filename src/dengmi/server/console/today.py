"""Today: what is asked, how it is answered, what it costs, and whether it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from dengmi.core.charges import Outlay
from dengmi.core.counts import Times
from dengmi.core.records import HALL
from dengmi.core.review import Tally
from dengmi.gate.uses import Use
from dengmi.ledger.spending import spending, total
from dengmi.server.console.charts import Series, bars, key, line, meter, shares
from dengmi.server.console.costs import money
from dengmi.server.console.days import QUARTER, Days, days, summed, today_of
from dengmi.server.console.frame import HOME, card, desk_filter, empty, page, select, with_query
from dengmi.server.console.tables import Column, csv_of, table, wants_csv
from dengmi.server.console.visit import Visit
from dengmi.server.shown import Facts, Whole
from dengmi.server.ui.markup import Child, Html, el

EVERY = 5
"""Seconds between two looks of a page that stays open."""

MINUTES = 60
"""Minutes of the live curve."""

MIX = ("reuse", "quote", "quick", "deep", "research", "none")
"""What an answer can be, for the mix of levels: served again, a level, or not in the articles."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page tells. `before` counts the questions of yesterday up to this time of day."""

    day: Days
    asked: Sequence[Tally]
    before: int
    answers: Sequence[Tally]
    thumbs: tuple[int, int]
    outlays: Sequence[Outlay]
    lately: Sequence[Tally]
    whole: Whole
    budgets: Sequence[Use]
    firsts: Mapping[str, Times]
    by_desk: Mapping[str, int]


async def show(visit: Visit) -> Response:
    """The page; it is drawn anew every few seconds where there is a script."""
    seen = await _look(visit)
    if wants_csv(visit) and visit.query("by") == "desk":
        return csv_of("today-desks", _desk_columns(visit, seen), _desks(seen))
    if wants_csv(visit):
        return csv_of("today", _columns(visit), seen.answers)
    inside = el(
        "div",
        _tiles(visit, seen),
        el("div", _answers(visit, seen), _mix(visit, seen), class_="two"),
        _by_desk(visit, seen) if len(visit.desks) > 1 and not visit.desk else None,
        el("div", _lately(visit, seen), _budgets(visit, seen), class_="two"),
        _models(visit, seen.whole),
        id="live",
        data_live=str(EVERY),
    )
    first = None
    if not any(desk.articles for desk in visit.desks):
        link = el("a", visit.say("con_add_first"), class_="button first", href=f"{HOME}/sources")
        first = empty(visit.say("con_no_articles"), link)
    return page(
        visit,
        visit.say("con_today"),
        first or inside,
        at=HOME,
        acts=el(
            "div",
            choose_desk(visit, HOME),
            el("a", "CSV", class_="button", href=with_query(HOME, desk=visit.desk, csv="1")),
        ),
    )


def _columns(visit: Visit) -> Sequence[Column[Tally]]:
    """Answers of today by quarter of an hour."""
    return (
        Column(visit.say("con_when"), lambda one: visit.when(one.begin)),
        Column(visit.say("con_level"), kind_of),
        Column(visit.say("con_answers"), lambda one: str(one.count), number=True),
    )


def _desks(seen: Seen) -> Sequence[str]:
    """The desks of today, those asked most first."""
    names = {*seen.by_desk, *seen.firsts}
    return sorted(names, key=lambda name: (-seen.by_desk.get(name, 0), name))


def _desk_columns(visit: Visit, seen: Seen) -> Sequence[Column[str]]:
    """Questions of today and how soon their first reply was there, by desk."""
    titles = {desk.name: desk.title or desk.name for desk in visit.desks}
    titles[HALL] = visit.say("con_all_desks")

    def within(name: str, share: float) -> str:
        return took(visit, [seen.firsts[name]] if name in seen.firsts else [], share)

    return (
        Column(visit.say("con_desk"), lambda name: titles.get(name, name)),
        Column(visit.say("con_tile_asked"), lambda name: f"{seen.by_desk.get(name, 0):,}",
               number=True),
        Column(visit.say("con_first_half"), lambda name: within(name, 0.5), number=True),
        Column(visit.say("con_first_most"), lambda name: within(name, 0.99), number=True),
    )  # fmt: skip


def _by_desk(visit: Visit, seen: Seen) -> Html:
    link = el("a", "CSV", class_="button", href=with_query(HOME, by="desk", csv="1"),
              aria_label=visit.say("con_first_csv"))  # fmt: skip
    title = el("h2", visit.say("con_by_desk_today"))
    return card(
        el("div", title, link, class_="inline spread"),
        table(visit, _desk_columns(visit, seen), _desks(seen)),
    )


def choose_desk(visit: Visit, path: str) -> Html | None:
    """A list of desks that takes effect at once, where there is more than one."""
    if len(visit.desks) < 2:
        return None
    box = select("desk", desk_filter(visit), visit.desk, visit.say("con_desk"))
    send = el("noscript", el("button", visit.say("con_show"), class_="button"))
    return el("form", box, send, method="get", action=path, data_auto=True, class_="inline")


async def _look(visit: Visit) -> Seen:
    office, desk, now = visit.office, visit.desk, visit.now
    review, store = office.review, office.parts.store
    day = today_of(visit)
    span = days(day, day, office.zone)
    gone = days(day - timedelta(days=1), day - timedelta(days=1), office.zone)
    earlier = await review.questions_by(
        desk, gone.since, min(gone.until, gone.since + now - span.since), QUARTER
    )
    budgets = await office.context.load.budgets()
    await office.context.firsts.add()
    return Seen(
        day=span,
        asked=await review.questions_by(desk, span.since, span.until, QUARTER),
        before=sum(one.count for one in earlier),
        answers=await review.answers_by(desk, span.since, span.until, QUARTER),
        thumbs=await review.thumbs(desk, span.since, span.until),
        outlays=await store.outlays(desk=desk or None, since=span.since, until=span.until),
        lately=await review.questions_by(desk, now - MINUTES * 60, now, 60.0),
        whole=await office.context.load.whole(),
        budgets=[use for use in budgets if not desk or use.desk == desk],
        firsts=await store.firsts(span.since, span.until),
        by_desk=await store.asked_by_desk(span.since, span.until),
    )


def _tiles(visit: Visit, seen: Seen) -> Html:
    asked = sum(one.count for one in seen.asked)
    given = sum(one.count for one in seen.answers)
    grounded = sum(one.count for one in seen.answers if one.grounded)
    reused = sum(one.count for one in seen.answers if one.reused)
    times = [each for name, each in seen.firsts.items() if visit.desk in ("", name)]
    up, down = seen.thumbs
    spent = [money(row.micros, row.currency) for row in total(spending(seen.outlays, "desk"))]
    tiles = (
        (f"{asked:,}", "con_tile_asked", visit.say("con_yesterday", count=f"{seen.before:,}")),
        (took(visit, times, 0.5), "con_tile_first",
         visit.say("con_p99", time=took(visit, times, 0.99)) if times else ""),
        (percent(grounded, given), "con_tile_grounded",
         visit.say("con_not_grounded", count=f"{given - grounded:,}")),
        (percent(reused, given), "con_tile_reused",
         visit.say("con_of_answers", count=f"{given:,}")),
        (f"{up:,} / {down:,}", "con_tile_thumbs", visit.say("con_up_down")),
        (" · ".join(spent) or "–", "con_tile_spent", visit.say("con_since_midnight")),
    )  # fmt: skip
    return el(
        "ul",
        [
            el("li", el("small", visit.say(name)), el("b", value), el("small", more))
            for value, name, more in tiles
        ],
        class_="tiles",
    )


def _answers(visit: Visit, seen: Seen) -> Html:
    """Answers by hour and kind."""
    rows = ((one.begin, kind_of(one), one.count) for one in seen.answers)
    found = summed(rows, visit.office.zone, lambda at: f"{at:%H}")
    hours = [f"{hour:02}" for hour in range(24)]
    series = [
        Series(kind_name(visit, kind), [found.get(hour, {}).get(kind, 0) for hour in hours])
        for kind in MIX
        if any(kind in part for part in found.values())
    ]
    label = visit.say("con_by_hour")
    return card(el("h2", label), bars(label, hours, series), key(series))


def _mix(visit: Visit, seen: Seen) -> Html:
    """How the answers of today were made, and through which channels questions came."""
    kinds: dict[str, float] = {}
    for one in seen.answers:
        kinds[kind_of(one)] = kinds.get(kind_of(one), 0) + one.count
    channels: dict[str, float] = {}
    for one in seen.asked:
        channels[one.channel] = channels.get(one.channel, 0) + one.count
    levels = {kind_name(visit, kind): kinds[kind] for kind in MIX if kind in kinds}
    names = dict(sorted(channels.items(), key=lambda each: (-each[1], each[0]))[:8])
    return card(
        el("h2", visit.say("con_mix")),
        _parts(visit, levels),
        el("h3", visit.say("con_channels")),
        _parts(visit, names),
    )


def _parts(visit: Visit, rows: Mapping[str, float]) -> Html:
    whole = sum(rows.values())
    if not whole:
        return el("p", visit.say("con_nothing"), class_="soft")
    said = {name: f"{value:,.0f} · {percent(value, whole)}" for name, value in rows.items()}
    return shares(rows, whole, said)


def _lately(visit: Visit, seen: Seen) -> Html:
    """Questions of the last hour, minute by minute."""
    begin = int(visit.now // 60) - MINUTES + 1
    counts = dict.fromkeys(range(begin, begin + MINUTES), 0)
    for one in seen.lately:
        minute = int(one.begin // 60)
        if minute in counts:
            counts[minute] += one.count
    places = [f"{visit.moment(minute * 60):%H:%M}" if minute % 10 == 0 else "" for minute in counts]
    running = sum(value for name, value in seen.whole.counted.now.items() if name[0] == "running")
    label = visit.say("con_last_hour")
    now = visit.say("con_under_way", count=int(running))
    drawn = line(label, places, list(counts.values()))
    return card(el("h2", label), drawn, el("p", now, class_="soft"))


def _budgets(visit: Visit, seen: Seen) -> Html:
    rows = [
        el(
            "div",
            el("span", use.desk),
            meter(f"{use.desk}: {use.share:.0%}", use.share),
            el("span", f"{money(use.used, use.currency)} / {money(use.most, use.currency)}"),
            class_="share",
        )
        for use in seen.budgets
    ]
    none = el("p", visit.say("con_no_budget"), class_="soft")
    inside = el("div", rows, class_="shares") if rows else none
    return card(el("h2", visit.say("con_budget_today")), inside)


def _models(visit: Visit, whole: Whole) -> Html:
    """What the gate tells of each model and level."""
    if not whole.models:
        return card(el("h2", visit.say("con_models")), el("p", visit.say("con_no_models")))
    rows = [_model(visit, name, facts) for name, facts in whole.models.items()]
    gates = [
        el("li", el("div", el("b", kind_name(visit, level)), el("small", _bar(visit, facts))))
        for level, facts in whole.gates.items()
    ]
    return card(
        el("h2", visit.say("con_models")),
        el("div", rows, class_="shares"),
        el("h3", visit.say("con_gate")) if gates else None,
        el("ul", gates, class_="rows") if gates else None,
    )


def _model(visit: Visit, name: str, facts: Facts) -> Html:
    busy, limit = int(facts.get("busy", 0)), int(facts.get("limit", 0))
    state = str(facts.get("state", "well"))
    words: Child = el("span", visit.known(f"cli_load_state_{state}", state), class_=badge_of(state))
    said = visit.say("con_slots", busy=f"{busy:,}", limit=f"{limit:,}",
                     waiting=f"{int(facts.get('waiting', 0)):,}")  # fmt: skip
    return el(
        "div",
        el("span", name, " ", words),
        meter(f"{name}: {said}", busy / limit if limit else 0.0),
        el("span", said),
        class_="share",
    )


def badge_of(state: str) -> str:
    """How the health of a model is shown."""
    return "badge good" if state == "well" else "badge bad"


def _bar(visit: Visit, facts: Facts) -> str:
    """Who may wait at a level just now."""
    wait = f"{float(facts.get('wait', 0)):.1f}"
    waiting = f"{int(facts.get('waiting', 0)):,}"
    if not facts.get("lowered"):
        return visit.say("con_gate_open", waiting=waiting, wait=wait)
    part = f"{float(facts.get('open', 1)):.0%}"
    return visit.say("con_gate_lowered", waiting=waiting, wait=wait, part=part)


def kind_of(tally: Tally) -> str:
    """Which of the MIX an answer counts as."""
    if not tally.grounded:
        return "none"
    return "reuse" if tally.reused else tally.level


def kind_name(visit: Visit, kind: str) -> str:
    """What a kind of answer is called."""
    return visit.known(f"ui_level_{kind}", kind)


def took(visit: Visit, times: Sequence[Times], share: float) -> str:
    """Within which time this share of them came."""
    if not times:
        return "–"
    buckets = tuple(sum(column) for column in zip(*(one.buckets for one in times), strict=True))
    found = Times(buckets, 0.0).within(share)
    if found is None:
        return "–"
    if found < 1:
        return visit.say("ui_took_ms", ms=max(1, round(found * 1000)))
    return visit.say("ui_took_s", s=f"{found:.1f}")


def percent(part: float, whole: float) -> str:
    """A share in words; "–" of nothing."""
    return f"{part / whole:.0%}" if whole else "–"
