"""Commands and options whose help is a key of the catalogue, shown in the language of the run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dengmi.cli.app import App

LANGUAGES = click.Choice(["en", "zh"])


def app_of(ctx: click.Context) -> App:
    """The run that a context belongs to."""
    app = ctx.find_object(App)
    assert app is not None
    return app


class Option(click.Option):
    """An option whose `help` is a key of the catalogue."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        return record and (record[0], app_of(ctx).say(self.help or ""))


class Verb(click.Command):
    """A command whose `help` is a key of the catalogue. It takes the common options too, so that
    `dengmi ask … --home DIR` and `dengmi --home DIR ask …` are the same."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(common_options(hidden=True))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_usage(self, ctx, formatter)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_help(self, ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_options(self, ctx, formatter)


class VerbGroup(Verb, click.Group):
    """A group of verbs, worded like one."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, app_of(ctx).say(self.help_key(name))) for name in self.list_commands(ctx)]
        with formatter.section(app_of(ctx).say("cli_commands")):
            formatter.write_dl(rows)

    def help_key(self, name: str) -> str:
        """The catalogue key of a command's help, without importing the command."""
        return f"{self.help}_{name}"


def option(*names: str, **kwargs: Any) -> Callable[[Any], Any]:
    """`click.option` whose help is a key of the catalogue."""
    return click.option(*names, cls=Option, **kwargs)


def desk_option(help_key: str = "help_option_desk") -> Callable[[Any], Any]:
    """`--desk`, the same in every verb."""
    return option("--desk", "-d", metavar="DESK", help=help_key)


def json_option(command: Any) -> Any:
    """`--json`, the same in every verb."""
    return option("--json", "as_json", is_flag=True, help="help_option_json")(command)


def common_options(hidden: bool) -> list[click.Parameter]:
    """--home, --lang and --debug. They fill the App and reach no function."""
    place = click.Path(file_okay=False, path_type=Path)
    return [
        Option(
            ["--home"], type=place, metavar="DIR", callback=_set_home, help="help_option_home",
            hidden=hidden, expose_value=False, is_eager=True,
        ),
        Option(
            ["--lang"], type=LANGUAGES, callback=_set_lang, help="help_option_lang",
            hidden=hidden, expose_value=False, is_eager=True,
        ),
        Option(
            ["--debug"], is_flag=True, callback=_set_debug, help="help_option_debug",
            hidden=hidden, expose_value=False, is_eager=True,
        ),
    ]  # fmt: skip


def _set_home(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        app_of(ctx).home = value


def _set_lang(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        app_of(ctx).lang = value


def _set_debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        app_of(ctx).debug = True


def write_usage(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """The line "Usage: dengmi ask [OPTIONS] QUESTION"."""
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, app_of(ctx).say("cli_usage") + " ")


def write_help(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """The paragraph that says what a command does."""
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(app_of(ctx).say(command.help or ""))


def write_options(
    command: click.Command, ctx: click.Context, formatter: click.HelpFormatter
) -> None:
    """The table of options. click's own --help is the only one that has no key; what stands in
    the usage without a name (newer releases of click list it too) has no words."""
    app = app_of(ctx)
    rows = []
    for param in command.get_params(ctx):
        if isinstance(param, click.Argument):
            continue
        record = param.get_help_record(ctx)
        if record is not None and not isinstance(param, Option):
            record = (record[0], app.say("help_option_help"))
        if record is not None:
            rows.append(record)
    with formatter.section(app.say("cli_options")):
        formatter.write_dl(rows)
