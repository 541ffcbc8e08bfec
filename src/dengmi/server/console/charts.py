"""Charts as SVG, drawn here. Colours come from the style sheet; every chart also says in words what
it shows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dengmi.server.ui.markup import Child, Html, el

WIDTH = 480
HEIGHT = 180
_LEFT, _TOP, _BOTTOM = 40, 8, 24


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of what is counted: its name, and a number for each place on the axis."""

    name: str
    values: Sequence[float]


def bars(label: str, places: Sequence[str], series: Sequence[Series]) -> Html:
    """Stacked bars: one for each place, a colour for each series.

    Args:
        label: what the chart shows, for whoever does not see it.
        places: the words below the axis; an empty one stays unnamed.
    """
    totals = [sum(one.values[n] for one in series) for n in range(len(places))]
    top = nice(max(totals, default=0))
    step = (WIDTH - _LEFT) / max(1, len(places))
    width = max(1.0, min(step * 0.72, 34.0))
    drawn: list[Child] = [*_axis(top), *_names(places, step)]
    for n in range(len(places)):
        below = 0.0
        for kind, one in enumerate(series):
            value = one.values[n]
            if value <= 0:
                continue
            y, height = _y(below + value, top), _span(value, top)
            below += value
            x = _LEFT + step * n + (step - width) / 2
            said = el("title", f"{places[n]} {one.name}: {value:,.10g}".strip())
            drawn.append(
                el("rect", said, x=_n(x), y=_n(y), width=_n(width), height=_n(height), rx="1.5",
                   class_=f"s{kind}")
            )  # fmt: skip
    return _chart(label, drawn)


def line(label: str, places: Sequence[str], values: Sequence[float]) -> Html:
    """One line with what lies under it."""
    top = nice(max(values, default=0))
    step = (WIDTH - _LEFT) / max(1, len(values) - 1)
    points = [(_LEFT + step * n, _y(value, top)) for n, value in enumerate(values)]
    path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    base = HEIGHT - _BOTTOM
    under = f"{_LEFT},{base} {path} {_n(_LEFT + step * max(0, len(values) - 1))},{base}"
    drawn: list[Child] = [
        *_axis(top),
        *_names(places, (WIDTH - _LEFT) / max(1, len(places))),
        el("polygon", points=under, class_="under"),
        el("polyline", points=path, class_="line"),
    ]
    return _chart(label, drawn)


def meter(label: str, share: float, kind: int = 0) -> Html:
    """A bar that is filled to a share from 0 to 1."""
    full = max(0.0, min(1.0, share)) * 200
    return el(
        "svg",
        el("rect", x="0", y="0", width="200", height="12", class_="rest"),
        el("rect", x="0", y="0", width=_n(full), height="12", class_=f"s{kind}"),
        viewBox="0 0 200 12",
        preserveAspectRatio="none",
        role="img",
        aria_label=label,
        class_="chart",
    )


def key(series: Sequence[Series]) -> Html:
    """What each colour stands for."""
    rows = [
        el(
            "li",
            el(
                "svg",
                el("rect", width="12", height="12", class_=f"s{kind}"),
                viewBox="0 0 12 12",
                aria_hidden="true",
                class_="chart",
            ),
            one.name,
        )
        for kind, one in enumerate(series)
        if any(one.values)
    ]
    return el("ul", rows, class_="key")


def shares(rows: Mapping[str, float], total: float, said: Mapping[str, str]) -> Html:
    """Parts of a whole, one line each with its meter.

    Args:
        said: what stands at the end of each line.
    """
    return el(
        "div",
        [
            el(
                "div",
                el("span", name),
                meter(f"{name}: {said[name]}", value / total if total else 0.0),
                el("span", said[name]),
                class_="share",
            )
            for name, value in rows.items()
        ],
    )


def nice(value: float) -> float:
    """The least round number that is not below a value: where an axis ends."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value * 0.9999)


def _chart(label: str, drawn: Sequence[Child]) -> Html:
    return el(
        "svg",
        drawn,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=label,
        class_="chart",
    )


def _axis(top: float) -> list[Html]:
    """Three lines with their numbers."""
    drawn = []
    for part in (0.0, 0.5, 1.0):
        if part == 0.5 and top <= 1:
            continue
        y = _n(_y(top * part, top))
        drawn.append(el("line", x1=_LEFT, x2=WIDTH, y1=y, y2=y, class_="axis"))
        words = f"{top * part:,.6g}"
        drawn.append(el("text", words, x=_LEFT - 6, y=_n(float(y) + 4), text_anchor="end"))
    return drawn


def _names(places: Sequence[str], step: float) -> list[Html]:
    """The words below the axis, as many as fit."""
    named = [(n, words) for n, words in enumerate(places) if words]
    if not named:
        return []
    longest = max(len(words) for _, words in named)
    gap = step * len(places) / len(named)
    every = max(1, math.ceil((longest + 1.5) * 7 / gap))
    return [
        el("text", words, x=_n(_LEFT + step * (n + 0.5)), y=HEIGHT - 6, text_anchor="middle")
        for n, words in named[::every]
    ]


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - _span(value, top)


def _span(value: float, top: float) -> float:
    return value / top * (HEIGHT - _BOTTOM - _TOP)


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
