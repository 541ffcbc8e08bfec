"""Costs: what was paid for what, what reuse, join and caches saved, what the month will come to."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

from starlette.responses import Response

from dengmi.core.charges import Outlay
from dengmi.gate.open import plans_of
from dengmi.gate.quota import Plans
from dengmi.language.money import amount
from dengmi.ledger.spending import By, Spending, spending, total
from dengmi.server.console.charts import Series, bars, key, shares
from dengmi.server.console.days import QUARTER, Days, asked_days, days, today_of
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
from dengmi.server.console.tables import Column, csv_of, table, wants_csv
from dengmi.server.console.visit import Visit
from dengmi.server.ui.markup import Child, Html, el

HERE = f"{HOME}/costs"

USUAL = 30
"""Days that are looked at unless others are asked for."""

WAYS: tuple[str, ...] = (*get_args(By), "channel", "group")
"""What a row of the table can stand for."""

_LATELY = 7
"""Days from which the rest of a month is reckoned."""


async def show(visit: Visit) -> Response:
    """The page, or a file of its table."""
    span = asked_days(visit, USUAL)
    by = visit.query("by") if visit.query("by") in WAYS else "day"
    outlays = await _outlays(visit, span)
    rows = await _rows(visit, span, by, outlays)
    if wants_csv(visit):
        return csv_of(f"costs-{by}", _columns(visit, by), rows)
    filters = {name: visit.query(name) for name in ("desk", "since", "until")}
    file = with_query(HERE, **filters, by=by, csv="1")
    body: list[Child] = [empty(visit.say("con_no_costs"))]
    if rows:
        whole = total(rows)
        charts = el("div", _chart(visit, span, outlays), _levels(visit, outlays), class_="two")
        body = [
            charts,
            card(table(visit, _columns(visit, by), [*rows, *whole])),
        ]
    return page(
        visit,
        visit.say("con_costs"),
        await _tiles(visit, span, outlays),
        card(_filters(visit, span, by)),
        body,
        at=HERE,
        acts=el("a", "CSV", class_="button", href=file),
    )


async def _outlays(visit: Visit, span: Days) -> Sequence[Outlay]:
    return await visit.office.parts.store.outlays(
        desk=visit.desk or None, since=span.since, until=span.until, stretch=QUARTER
    )


async def _rows(visit: Visit, span: Days, by: str, outlays: Sequence[Outlay]) -> Sequence[Spending]:
    if by == "group":
        return await _by_group(visit, span)
    if by != "channel":
        return spending(outlays, by, visit.office.zone)  # type: ignore[arg-type]
    found = await visit.office.review.outlays_by_channel(visit.desk, span.since, span.until)
    # A channel takes the place of the desk: sums are the same whatever they are named after.
    return spending([replace(each, desk=channel) for channel, each in found], "desk")


async def _by_group(visit: Visit, span: Days) -> Sequence[Spending]:
    """By plan, as the limits know who has which."""
    plans = plans_of(visit.office.parts.settings)
    found = await visit.office.review.outlays_by_group(
        visit.desk, span.since, span.until, tuple(plans.named)
    )
    return spending([replace(each, desk=_group(visit, plans, who)) for who, each in found], "desk")


def _group(visit: Visit, plans: Plans, who: str) -> str:
    """A plan with the rank of those who have it."""
    if not who:
        return visit.say("con_group_nameless")
    plan, rank = plans.plan(who), visit.say(f"con_rank_{plans.rank(who)}")
    return rank if plan == plans.rank(who) else f"{plan} ({rank})"


async def _tiles(visit: Visit, span: Days, outlays: Sequence[Outlay]) -> Html:
    whole = total(spending(outlays, "desk"))
    days_of = (span.last - span.first).days + 1
    tiles: list[Html] = []
    for row in whole:
        saved = row.full - row.micros
        share = f"{saved / row.full:.0%}" if row.full else "–"
        each = money(row.micros // row.answers, row.currency) if row.answers else "–"
        tiles += [
            _tile(visit, "con_tile_paid", money(row.micros, row.currency),
                  visit.say("con_in_days", days=days_of)),
            _tile(visit, "con_tile_saved", money(saved, row.currency),
                  visit.say("con_of_full", share=share, full=money(row.full, row.currency))),
            _tile(visit, "con_tile_each", each,
                  visit.say("con_of_answers", count=f"{row.answers:,}")),
        ]  # fmt: skip
    for words, currency in await _forecast(visit):
        tiles.append(
            _tile(visit, "con_tile_month", words, visit.say("con_forecast", currency=currency))
        )
    return el("ul", tiles, class_="tiles") if tiles else el("div")


def _tile(visit: Visit, name: str, value: str, more: str) -> Html:
    return el("li", el("small", visit.say(name)), el("b", value), el("small", more))


async def _forecast(visit: Visit) -> Sequence[tuple[str, str]]:
    """What this month will come to, by currency: what was paid so far, and for the days that are
    left what the last whole days cost on average."""
    zone, day = visit.office.zone, today_of(visit)
    month = days(day.replace(day=1), day, zone)
    lately = days(day - timedelta(days=_LATELY), day - timedelta(days=1), zone)
    left = (_next_month(day) - day).days - 1
    paid = {
        row.currency: row.micros for row in total(spending(await _outlays(visit, month), "desk"))
    }
    usual = {
        row.currency: row.micros for row in total(spending(await _outlays(visit, lately), "desk"))
    }
    today = days(day, day, zone)
    spent = {
        row.currency: row.micros for row in total(spending(await _outlays(visit, today), "desk"))
    }
    found = []
    for currency in sorted({*paid, *usual}):
        each = usual.get(currency, 0) // _LATELY or spent.get(currency, 0)
        rest = max(0, each - spent.get(currency, 0)) + left * each
        found.append((money(paid.get(currency, 0) + rest, currency), currency))
    return found


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _chart(visit: Visit, span: Days, outlays: Sequence[Outlay]) -> Html:
    """What each day cost, and what it would have cost: the currency of most of the money."""
    rows = spending(outlays, "day", visit.office.zone)
    currency = max(total(rows), key=lambda row: row.full).currency
    own = {row.key: row for row in rows if row.currency == currency}
    keys = [day.isoformat() for day in span.each()]
    paid = [own[each].micros / 1e6 if each in own else 0.0 for each in keys]
    saved = [(own[each].full - own[each].micros) / 1e6 if each in own else 0.0 for each in keys]
    label = visit.say("con_by_day", currency=currency)
    series = [Series(visit.say("con_paid"), paid), Series(visit.say("con_saved"), saved)]
    return card(el("h2", label), bars(label, [each[5:] for each in keys], series), key(series))


def _levels(visit: Visit, outlays: Sequence[Outlay]) -> Html:
    """Which levels and models the money went to."""
    parts: list[Child] = []
    for way in ("level", "model"):
        rows = [row for row in spending(outlays, way) if row.micros]
        for one in total(rows):
            own = {row.key: row for row in rows if row.currency == one.currency}
            named = {visit.known(f"ui_level_{key}", key): row for key, row in own.items()}
            said = {key: money(row.micros, row.currency) for key, row in named.items()}
            values = {key: float(row.micros) for key, row in named.items()}
            parts.append(el("h3", f"{visit.say(f'con_by_{way}_name')}, {one.currency}"))
            parts.append(shares(values, float(one.micros), said))
    return card(el("h2", visit.say("con_paid_for")), parts or el("p", visit.say("con_nothing")))


def _filters(visit: Visit, span: Days, by: str) -> Html:
    ways = [(way, visit.say(f"con_by_{way}_name")) for way in WAYS]
    since = el("input", type="date", name="since", value=span.first.isoformat())
    until = el("input", type="date", name="until", value=span.last.isoformat())
    desk = None
    if len(visit.desks) > 1:
        desk = field(visit.say("con_desk"), select("desk", desk_filter(visit), visit.desk))
    return el(
        "form",
        field(visit.say("con_by"), select("by", ways, by)),
        desk,
        field(visit.say("con_since"), since),
        field(visit.say("con_until"), until),
        el("button", visit.say("con_show"), class_="button first"),
        method="get",
        action=HERE,
        class_="filters",
        data_auto=True,
    )


def _columns(visit: Visit, by: str) -> Sequence[Column[Spending]]:
    return (
        Column(visit.say(f"con_by_{by}_name"), lambda row: row.key or visit.say("con_total")),
        Column(visit.say("con_answers"), lambda row: f"{row.answers:,}", number=True),
        Column(visit.say("con_calls"), lambda row: f"{row.calls:,}", number=True),
        _sum(visit, "con_cost_paid", lambda row: row.micros),
        _sum(visit, "con_cost_full", lambda row: row.full),
        _sum(visit, "con_cost_cache", lambda row: row.cache),
        _sum(visit, "con_cost_reuse", lambda row: row.reuse),
        _sum(visit, "con_cost_join", lambda row: row.join),
    )


def _sum(visit: Visit, name: str, of: Callable[[Spending], int]) -> Column[Spending]:
    return Column(visit.say(name), lambda row: amount(of(row), row.currency), number=True)


def money(micros: int, currency: str) -> str:
    """An amount in few digits, for a number that stands alone."""
    if abs(micros) >= 1_000_000:
        return amount(round(micros, -4), currency)
    return amount(round(micros, -2), currency)
