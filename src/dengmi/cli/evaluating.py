"""Reads files of questions, asks them one by one, and keeps what came of it."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from dengmi.answer.evaluation import Expected, measures
from dengmi.cli.app import App
from dengmi.cli.opening import opened_for_reading
from dengmi.cli.progress import Meter
from dengmi.core.errors import BadInput, NotFound, Unreadable
from dengmi.core.events import Done, Failed
from dengmi.core.records import Answer, Question, SearchQuery, Wanted

if TYPE_CHECKING:
    from dengmi.server.parts import Parts

CHANNEL = "eval"
"""What questions of a measurement come through: nobody waits for their answers."""

FOUND = 50
"""Passages searched for, so that ten articles are among them."""


class Line(Struct, kw_only=True):
    """One line of a question file."""

    question: str
    answers: list[str] = []
    articles: list[str] = []
    desk: str = ""
    lang: str = ""


class Row(Struct, kw_only=True):
    """A question with what came of it. `failed` is the code of an error, `level` the answer's;
    `currency` is "" where nothing was paid."""

    question: str
    desk: str
    line: int = 0
    level: str = ""
    text: str = ""
    grounded: bool = False
    model: str = ""
    currency: str = ""
    failed: str = ""
    measures: dict[str, float]


class Run(Struct, kw_only=True):
    """A whole run, as it is kept. `whole` is False for one that was interrupted."""

    wanted: str
    whole: bool = True
    rows: list[Row] = []


@dataclass(frozen=True, slots=True)
class Trouble:
    """A line that was left out, and why in the words of the run's language."""

    line: int
    reason: str


@dataclass(slots=True)
class Asking:
    """A run on its way, with the lines that could not be asked."""

    run: Run
    troubles: list[Trouble] = field(default_factory=list)


def read_questions(app: App, file: Path) -> tuple[list[Expected], list[Trouble]]:
    """The questions of a file, and its lines that are none. Raises Unreadable."""
    try:
        raw = file.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise Unreadable("file_unreadable", name=str(file), reason=error.strerror or "") from None
    found, troubles = [], []
    for n, text in enumerate(raw.split("\n"), 1):
        if not text.strip():
            continue
        try:
            line = msgspec.json.decode(text, type=Line)
        except msgspec.DecodeError as error:
            troubles.append(Trouble(n, _why(app, error)))
            continue
        if not line.question.strip():
            troubles.append(Trouble(n, app.say("question_empty")))
            continue
        found.append(
            Expected(
                question=line.question.strip(),
                answers=tuple(line.answers),
                articles=tuple(line.articles),
                desk=line.desk,
                lang=line.lang,
                line=n,
            )
        )
    return found, troubles


def _why(app: App, error: msgspec.DecodeError) -> str:
    """Why a line is no question. msgspec ends what it says of a field with its path."""
    if not isinstance(error, msgspec.ValidationError):
        return app.say("eval_line_no_json")
    if found := re.search(r"`\$\.(\w+)", str(error)):
        many = found[1] in ("answers", "articles")
        return app.say("eval_line_no_list" if many else "eval_line_no_text", field=found[1])
    return app.say("eval_line_no_question")


def read_run(file: Path) -> Run | None:
    """A run that was kept; None for any other file."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Run)
    except (OSError, msgspec.DecodeError):
        return None


def write_run(file: Path, run: Run) -> None:
    """Keep a run, the whole file or none of it."""
    partial = file.with_name(f".{file.name}.part")
    try:
        partial.write_bytes(msgspec.json.encode(run))
        partial.replace(file)
    except OSError as error:
        raise unwritable(file, error) from None


def check_writable(file: Path) -> None:
    """Find out before an hour of asking. Raises BadInput."""
    partial = file.with_name(f".{file.name}.part")
    try:
        partial.write_bytes(b"")
        partial.unlink()
    except OSError as error:
        raise unwritable(file, error) from None
    if file.is_dir():
        raise BadInput("eval_unwritable", file=str(file), reason="")


def unwritable(file: Path, error: OSError) -> BadInput:
    """The error for a file that cannot be written."""
    return BadInput("eval_unwritable", file=str(file), reason=error.strerror or "")


async def ask_all(  # noqa: PLR0917 - in the order of what is needed
    app: App,
    asking: Asking,
    questions: Sequence[Expected],
    desk: str | None,
    level: Wanted,
    bar: Meter,
) -> None:
    """Ask the questions and add what comes of them. Ctrl-C ends it early, as does a store that is
    gone; what there was by then stays.

    No answer is served again: each one is made anew, and none of them serves an asker later.
    """
    own = app.settings
    writing = msgspec.structs.replace(own.writing, reuse=False)
    fresh = msgspec.structs.replace(own, writing=writing)
    async with opened_for_reading(app, fresh) as parts:
        await parts.search.ready()
        if desk:
            await parts.desks.resolve(desk)  # a desk that is not there is told once
        try:
            for n, expected in enumerate(questions):
                try:
                    asking.run.rows.append(await _row(parts, expected, desk, level))
                except (BadInput, NotFound) as error:
                    reason = app.say(error.code, **error.params)
                    asking.troubles.append(Trouble(expected.line, reason))
                bar.tell(n + 1, len(questions))
        except asyncio.CancelledError:
            asking.run.whole = False
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()


async def _row(parts: "Parts", expected: Expected, desk: str | None, level: Wanted) -> Row:
    name = await parts.desks.resolve(desk or expected.desk or None)
    query = SearchQuery(text=expected.question, desk=name, limit=FOUND, marked=False)
    evidence = await parts.search.search(query)
    question = Question(
        id="",
        desk=name,
        text=expected.question,
        wanted=level,
        channel=CHANNEL,
        lang=expected.lang,
    )
    row = Row(question=expected.question, desk=name, line=expected.line, measures={})
    answer: Answer | None = None
    async with aclosing(parts.ladder.ask(question)) as events:
        async for event in events:
            if isinstance(event, Done):
                answer = event.answer
            elif isinstance(event, Failed):
                row.failed = event.code
    cited = [citation.passage_id for citation in answer.citations] if answer else []
    row.measures = measures(expected, evidence, answer, await parts.store.passages(cited))
    if answer is not None:
        row.level, row.text, row.grounded = answer.level, answer.text, answer.grounded
        row.model = answer.model
        row.currency = answer.cost.currency if row.measures["full_micros"] else ""
    return row
