"""Runs the sync of some sources one after the other and reports what became of each."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from dengmi.cli.app import App
from dengmi.cli.failure import complain
from dengmi.cli.progress import meter
from dengmi.cli.semantic import tell_vectors, vectors_shape
from dengmi.cli.terminal import clean, print_json
from dengmi.core.errors import DengmiError, PartFailed
from dengmi.core.records import Source

if TYPE_CHECKING:
    from dengmi.corpus.items import Trouble
    from dengmi.corpus.sync import Report
    from dengmi.server.parts import Parts

MOST_SKIPPED = 10
"""Reasons shown for what was left out harmlessly. Failures are shown one and all."""


class Syncs:
    """Reads sources one after the other, prints what happens, and knows the exit status."""

    def __init__(self, app: App, *, as_json: bool) -> None:
        self._app = app
        self._as_json = as_json
        self._shapes: list[object] = []
        self._usable = 0
        self._troubled = 0
        self._vectors: object = None

    async def tell_vectors(self, parts: "Parts") -> None:
        """Say how far the vectors are, where any are configured: they come after the words."""
        if parts.vectors is None:
            return
        if self._as_json:
            self._vectors = await vectors_shape(parts)
        else:
            await tell_vectors(self._app, parts)

    async def read(self, parts: "Parts", source: Source) -> None:
        """Sync one source. Raises DengmiError when nothing at all came of it."""
        address = clean(source.address)
        if not self._as_json:
            click.echo(self._app.say("cli_adding", address=address, desk=source.desk), err=True)
        began = time.monotonic()
        with meter(self._app) as shown:
            report = await parts.corpus.sync(source, lambda done, total, _: shown.tell(done, total))
        source = await parts.store.source(source.id) or replace(source, articles=0)
        usable = bool(report.usable or source.articles)
        self._usable += usable
        self._troubled += bool(report.failed) or not usable
        if self._as_json:
            from dengmi.server.shapes import report_json, source_json

            shape = report_json(report, self._app.language)
            self._shapes.append({"source": source_json(source), "report": shape})
            return
        _print(self._app, report, time.monotonic() - began)
        if not usable:
            complain(self._app.say("cli_nothing_usable", address=address))

    def failed(self, address: str, error: DengmiError) -> None:
        """Note a source that could not be read at all."""
        self._troubled += 1
        words = self._app.say(error.code, **error.params)
        if self._as_json:
            self._shapes.append(
                {"source": {"address": address}, "error": {"code": error.code, "detail": words}}
            )
        else:
            complain(clean(words))

    def finish(self) -> int:
        """Print the JSON if wanted; the exit status.

        Returns:
            0 when every source has articles and nothing failed, 3 when part failed, 1 when no
            source has any article.
        """
        if self._as_json:
            more = {"vectors": self._vectors} if self._vectors else {}
            print_json({"sources": self._shapes} | more)
        if not self._usable:
            return 1
        return PartFailed.exit_code if self._troubled else 0


def _print(app: App, report: "Report", seconds: float) -> None:
    for trouble in report.failed:
        _item(app, "cli_failed_item", trouble)
    for trouble in report.notes[:MOST_SKIPPED]:
        _item(app, "cli_skipped_item", trouble)
    if (more := len(report.notes) - MOST_SKIPPED) > 0:
        click.echo(app.say("cli_more_items", count=more), err=True)
    counts = app.say(
        "cli_counts",
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        skipped=report.skipped,
        removed=report.removed,
        failed=len(report.failed),
        seconds=f"{seconds:.1f}",
    )
    click.echo(counts)


def _item(app: App, key: str, trouble: "Trouble") -> None:
    """One line about one item; most reasons already name it."""
    reason = app.say(trouble.code, **trouble.params)
    what = reason if trouble.key in reason else f"{trouble.key}: {reason}"
    click.echo(clean(app.say(key, what=what)), err=True)
