"""`dengmi ask`: a question and its answer."""

import asyncio
import sys
from typing import get_args

import click

from dengmi.cli.app import App
from dengmi.cli.opening import opened_for_reading
from dengmi.cli.terminal import marked, money, print_json, quiet, reference
from dengmi.cli.words import Verb, desk_option, json_option, option
from dengmi.core.errors import DengmiError, NotFound
from dengmi.core.events import Done, Failed, Notice, Text
from dengmi.core.records import Answer, Question, Wanted

LEVELS = tuple(level for level in get_args(Wanted) if level != "reuse")

_TROUBLES = ("model_failed", "answer_cut")
"""Notices of a model that does not work, which whoever sits at this terminal may want to mend."""


@click.command(cls=Verb, help="help_ask")
@click.argument("words", nargs=-1, required=True, metavar="QUESTION")
@desk_option("help_option_desk_ask")
@option("--level", "-l", type=click.Choice(LEVELS), default="auto", help="help_option_level")
@json_option
@click.pass_obj
def ask(app: App, words: tuple[str, ...], desk: str | None, level: Wanted, as_json: bool) -> None:
    """Answer a question from the articles of a desk."""
    answer = asyncio.run(_answer(app, _question(words), desk, level, live=not as_json))
    if as_json:
        from dengmi.server.shapes import answer_json

        print_json(answer_json(answer))
    elif answer.grounded and answer.claims:
        _show_sources(app, answer)
    elif answer.quoted:
        _show_quotes(answer)
    elif answer.greets:
        _show_greeting(answer)
    else:
        _show_nearest(app, answer)


async def _answer(app: App, words: str, desk: str | None, level: Wanted, *, live: bool) -> Answer:
    """The answer; a written one is shown while it comes."""
    async with opened_for_reading(app) as parts:
        await parts.search.ready()
        question = Question(
            id="", desk=await parts.desks.resolve(desk), text=words, wanted=level, channel="cli"
        )
        async for event in parts.ladder.ask(question):
            if isinstance(event, Text) and event.claim and live:
                click.echo(event.text, nl=False)
            elif isinstance(event, Notice):
                click.echo(quiet(app.say(event.code, **event.params)), err=True)
                if event.code in _TROUBLES:
                    click.echo(quiet(app.say("cli_models_why")), err=True)
            elif isinstance(event, Failed):
                raise DengmiError(event.code, **event.params)
            elif isinstance(event, Done):
                return event.answer
    raise NotFound("cli_no_answer")


def _question(words: tuple[str, ...]) -> str:
    """The question as typed, several words joined; from stdin when it is "-"."""
    if words == ("-",):
        from dengmi.corpus.encoding import decode

        return decode(sys.stdin.buffer.read(), None)
    # An argument that is not valid text in the system's encoding arrives with surrogates in it.
    return " ".join(words).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _show_quotes(answer: Answer) -> None:
    for citation in answer.citations:
        click.echo(marked(citation.quote, citation.marks))
        click.echo(quiet(f"  [{citation.n}] {reference(citation.head)}"))
        if citation is not answer.citations[-1]:
            click.echo()


def _show_greeting(answer: Answer) -> None:
    """The desk's greeting, and what might be asked."""
    click.echo(answer.text)
    for one in answer.followups:
        click.echo(f"  · {one}")


def _show_sources(app: App, answer: Answer) -> None:
    """What a written answer rests on, and what it cost."""
    click.echo("\n")
    for citation in answer.citations:
        click.echo(f"[{citation.n}] {citation.quote}")
        click.echo(quiet(f"    {reference(citation.head)}"))
    spent = money(answer.cost)
    said = app.say("cli_reused") if answer.reused else answer.model
    click.echo(quiet(f"\n{' · '.join(filter(None, (answer.level, said, spent)))}"))


def _show_nearest(app: App, answer: Answer) -> None:
    if not answer.nearest:
        click.echo(app.say("cli_nothing_near"))
        return
    click.echo(app.say("cli_not_answered"))
    for head in answer.nearest:
        click.echo(f"  · {reference(head)}")
