"""How far a long run is: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from dengmi.cli.app import App

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LINE_EVERY = 5.0
"""Seconds between two plain lines."""


class Meter(Protocol):
    """Shows items done, of how many in all (None while unknown)."""

    def tell(self, done: int, total: int | None) -> None: ...


@contextmanager
def meter(app: App) -> Iterator[Meter]:
    """A bar where stderr is a terminal, else plain lines; both on stderr."""
    if not sys.stderr.isatty():
        yield Lines(app)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), BarColumn(bar_width=30), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield Bar(app, bar, bar.add_task(app.say("cli_reading"), total=None))


class Lines:
    """A plain line every few seconds; none for a run that is over sooner."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._began = self._told = time.monotonic()

    def tell(self, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._told >= LINE_EVERY:
            self._told = now
            click.echo(state(self._app, done, total, now - self._began), err=True)


class Bar:
    """A bar with rate and remaining time."""

    def __init__(self, app: App, bar: "Progress", task: "TaskID") -> None:
        self._app = app
        self._bar = bar
        self._task = task
        self._began = time.monotonic()

    def tell(self, done: int, total: int | None) -> None:
        words = state(self._app, done, total, time.monotonic() - self._began)
        self._bar.update(self._task, completed=done, total=total, description=words)


def state(app: App, done: int, total: int | None, seconds: float) -> str:
    """Items done, their rate and, where the end is known, the time left."""
    if not done:
        return app.say("cli_reading")
    rate = done / max(seconds, 0.001)
    if total is None:
        return app.say("cli_progress", done=done, rate=f"{rate:.0f}")
    if done >= total:
        return app.say("cli_indexing")
    left = duration((total - done) / rate)
    return app.say("cli_progress_of", done=done, total=total, rate=f"{rate:.0f}", left=left)


def duration(seconds: float) -> str:
    """Seconds as 0:07, 12:30 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
