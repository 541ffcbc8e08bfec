"""How far a long run is: a bar on a terminal, a plain line now and then elsewhere.

The bar is our own: a library for it would be a tenth of the whole installation.
"""

import shutil
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click

from dengmi.cli.app import App

LINE_EVERY = 5.0
"""Seconds between two plain lines."""

DRAW_EVERY = 0.1
"""Seconds between two drawings of the bar."""

WIDTH = 24
"""Columns of the bar."""


class Meter(Protocol):
    """Shows items done, of how many in all (None while unknown)."""

    def tell(self, done: int, total: int | None) -> None: ...


@contextmanager
def meter(app: App, of: str = "articles") -> Iterator[Meter]:
    """A bar where stderr is a terminal, else plain lines; both on stderr. `of` names the texts
    that say what is counted."""
    if not sys.stderr.isatty():
        yield Lines(app, of)
        return
    bar = Bar(app, of)
    bar.tell(0, None)
    try:
        yield bar
    finally:
        bar.clear()


class Lines:
    """A plain line every few seconds; none for a run that is over sooner."""

    def __init__(self, app: App, of: str) -> None:
        self._app = app
        self._of = of
        self._began = self._told = time.monotonic()

    def tell(self, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._told >= LINE_EVERY:
            self._told = now
            words = state(self._app, self._of, done, total, now - self._began)
            click.echo(words, err=True)


class Bar:
    """One line that is drawn over and over, with rate and remaining time."""

    def __init__(self, app: App, of: str) -> None:
        self._app = app
        self._of = of
        self._began = time.monotonic()
        self._drawn = 0.0

    def tell(self, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._drawn < DRAW_EVERY:
            return
        self._drawn = now
        words = state(self._app, self._of, done, total, now - self._began)
        room = shutil.get_terminal_size().columns - WIDTH - 2
        bar = click.style(filled(done, total), fg="red")
        click.echo(f"\r\x1b[2K{bar} {fitting(words, room)}", err=True, nl=False)

    def clear(self) -> None:
        """Leave the line empty for what comes next."""
        click.echo("\r\x1b[2K", err=True, nl=False)


def filled(done: int, total: int | None) -> str:
    """The bar itself, always of the same width."""
    share = min(1.0, done / total) if total else 0.0
    full = round(share * WIDTH)
    return "━" * full + "─" * (WIDTH - full)


def fitting(text: str, room: int) -> str:
    """As much of a text as fits into so many columns. Chinese characters take two."""
    for at, char in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if room < 0:
            return text[:at]
    return text


def state(app: App, of: str, done: int, total: int | None, seconds: float) -> str:
    """Items done, their rate and, where the end is known, the time left."""
    if not done:
        return app.say(f"cli_begun_{of}")
    per_second = done / max(seconds, 0.001)
    rate = f"{per_second:.0f}" if per_second >= 10 else f"{per_second:.1f}"
    if total is None:
        return app.say(f"cli_progress_{of}", done=done, rate=rate)
    if done >= total:
        return app.say(f"cli_ending_{of}")
    left = duration((total - done) / per_second)
    return app.say(f"cli_progress_of_{of}", done=done, total=total, rate=rate, left=left)


def duration(seconds: float) -> str:
    """Seconds as 0:07, 12:30 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
