"""The load of a server as lines that fit the terminal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dengmi.cli.app import App
from dengmi.cli.progress import duration
from dengmi.cli.terminal import clean, columns, table
from dengmi.language.money import amount
from dengmi.language.texts import catalogue

Row = Mapping[str, Any]
Cell = Callable[[Row], str]

LEVEL_COLUMNS: Mapping[str, Cell] = {
    "level": lambda one: str(one["level"]),
    "arrivals": lambda one: f"{one['arrivals']:,}",
    "answers": lambda one: f"{one['answers']:,}",
    "lowered": lambda one: f"{sum(one['lowered'].values()):,}",
    "running": lambda one: f"{one['running']:,}",
    "waiting": lambda one: f"{one['waiting']:,}",
    "first_reply": lambda one: took(one["first_reply"]),
    "first_token": lambda one: took(one["first_token"]),
    "duration": lambda one: took(one["duration"]),
    "reuse": lambda one: percent(one["reuse"]),
    "join": lambda one: percent(one["join"]),
    "spent": lambda one: spent(one["spent"]),
}

MODEL_COLUMNS: Mapping[str, Cell] = {
    "model": lambda one: str(one["model"]),
    "busy": lambda one: f"{one['busy']}/{one['limit']}",
    "waiting": lambda one: f"{one['waiting']:,}",
    "state": lambda one: str(one.get("state", "–")),
    "first": lambda one: known(one, "first"),
    "held": lambda one: known(one, "held"),
    "most": lambda one: f"{one['most']:,}",
}

GATE_COLUMNS: Mapping[str, Cell] = {
    "level": lambda one: str(one["level"]),
    "waiting": lambda one: f"{one.get('waiting', 0):,}",
    "queueing": lambda one: known(one, "queueing"),
    "wait": lambda one: known(one, "wait"),
    "bar": lambda one: str(one.get("bar", "–")),
    "open": lambda one: percent(one.get("open")),
}

LEAST: Sequence[str] = (
    *("most", "spent", "duration", "join", "reuse", "answers", "first", "first_token", "held"),
    *("queueing", "waiting", "lowered", "running", "first_reply", "state", "arrivals", "busy"),
)
"""Columns that a narrow terminal goes without, the least needed first."""


def lines(app: App, address: str, load: Row, width: int) -> Iterator[str]:
    """The view: the server, its levels in the last minute, its models, who may wait for them.

    Args:
        load: what `GET /api/v1/load` tells.
        width: columns of the terminal.
    """
    head = (
        address.partition("://")[2],
        app.say("cli_load_up", time=duration(load["at"] - load["since"])),
        app.say("cli_load_processes", count=load["workers"]) if load["workers"] > 1 else "",
        _searches(app, load["searches"]),
        app.say("cli_load_lag", count=load["index"]["lag"]) if load["index"]["lag"] else "",
    )
    yield from _wrapped([clean(part) for part in head if part], width)
    yield ""
    if load["levels"]:
        yield app.say("cli_load_minute", seconds=round(load["seconds"]))
        yield from _fitted(app, LEVEL_COLUMNS, load["levels"], width)
        yield from _causes(app, load["levels"], width)
    else:
        yield app.say("cli_load_nothing")
    if load["models"]:
        yield ""
        yield from _fitted(app, MODEL_COLUMNS, _named(app, load["models"]), width)
    if load["budgets"]:
        yield ""
        for use in load["budgets"]:
            yield from _wrapped([_budget(app, use)], width)
    if load["gate"]:
        yield ""
        gates = [{"level": level, **facts} for level, facts in load["gate"].items()]
        yield from _fitted(app, GATE_COLUMNS, _named(app, gates), width)


def _searches(app: App, searches: Row) -> str:
    waiting = searches.get("waiting", 0)
    key = "cli_load_searches_waiting" if waiting else "cli_load_searches"
    return app.say(key, count=searches["running"], waiting=waiting)


def _budget(app: App, use: Row) -> str:
    return app.say(
        "cli_load_budget",
        desk=clean(use["desk"]),
        used=amount(use["used"], use["currency"]),
        most=amount(use["most"], use["currency"]),
        percent=percent(use["share"]),
    )


def took(times: Row) -> str:
    """Median and 99th percentile."""
    return "–" if times["median"] is None else f"{brief(times['median'])} / {brief(times['p99'])}"


def brief(seconds: float) -> str:
    """Seconds in few digits: 8 ms, 0.25 s, 12 s."""
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def known(row: Row, name: str) -> str:
    """Seconds, where they are told."""
    return brief(row[name]) if isinstance(row.get(name), int | float) else "–"


def percent(share: float | None) -> str:
    """A share in percent."""
    return "–" if share is None else f"{share:.0%}"


def spent(money: Mapping[str, int]) -> str:
    """Money by currency."""
    return " ".join(amount(micros, currency) for currency, micros in money.items()) or "–"


def _fitted(app: App, cells: Mapping[str, Cell], rows: Sequence[Row], width: int) -> Sequence[str]:
    """The rows as a table that is no wider than the terminal, without the columns that are
    needed least."""
    names = list(cells)
    for least in ("", *LEAST):
        if least in names:
            names.remove(least)
        titles = tuple(app.say(f"cli_load_{name}") for name in names)
        body = [tuple(clean(cells[name](row)) for name in names) for row in rows]
        drawn = list(table([titles, *body]))
        if max(map(columns, drawn)) <= width:
            break
    return drawn


def _causes(app: App, levels: Sequence[Row], width: int) -> Iterator[str]:
    """Why questions got a lower level."""
    for level in levels:
        if level["lowered"]:
            parts = [
                f"{_word(app, f'cli_load_cause_{cause}', clean(cause))} {count:,}"
                for cause, count in sorted(level["lowered"].items(), key=lambda pair: -pair[1])
            ]
            parts[0] = app.say("cli_load_why", level=level["level"], cause=parts[0])
            yield from _wrapped(parts, width)


def _wrapped(parts: Sequence[str], width: int) -> Iterator[str]:
    """The parts in as few lines as they need, with a dot between two."""
    line = ""
    for part in parts:
        longer = f"{line} · {part}" if line else part
        if line and columns(longer) > width:
            yield line
            longer = part
        line = longer
    yield line


def _named(app: App, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows with the words of the gate in the language of the run."""
    return [
        {
            **row,
            **{
                name: _word(app, f"cli_load_{name}_{row[name]}", str(row[name]))
                for name in ("state", "bar")
                if name in row
            },
        }
        for row in rows
    ]


def _word(app: App, key: str, otherwise: str) -> str:
    return app.say(key) if key in catalogue() else otherwise
