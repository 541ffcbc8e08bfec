"""The command `dengmi`: finds the verb, runs it, and turns each outcome into words and a status."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from dengmi import __version__
from dengmi.cli.app import App
from dengmi.cli.failure import silence_stdout, status_of
from dengmi.cli.words import Option, VerbGroup, app_of, common_options

VERBS = (
    "add",
    "sources",
    "channels",
    "ask",
    "search",
    "serve",
    "operators",
    "askers",
    "load",
    "models",
    "matrix",
    "ilink",
    "cost",
    "eval",
    "doctor",
    "migrate",
    "backup",
    "restore",
)
"""Every verb, in the order of the help. Verb NAME is the function NAME of dengmi.cli.NAME."""


class Root(VerbGroup):
    """The group of all verbs. A verb's module is imported when that verb is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command = getattr(import_module(f"dengmi.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _quiet_pipe():  # options such as --help print while they are read
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _quiet_pipe():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in VERBS and not args[0].startswith("-"):
            raise click.exceptions.NoSuchCommand(args[0], possibilities=VERBS, ctx=ctx)
        return super().resolve_command(ctx, args)


@contextmanager
def _quiet_pipe() -> Iterator[None]:
    """A reader who has seen enough closes the pipe: that is no failure. Left to itself, click
    would end with status 1."""
    try:
        yield
    except BrokenPipeError:
        silence_stdout()
        raise click.exceptions.Exit(0) from None


def root() -> Root:
    """The group with its options, made anew for every run."""
    group = Root(name="dengmi", help="help", no_args_is_help=True)
    group.params[:] = [*common_options(hidden=False), _version_option()]
    return group


def run(args: Sequence[str], app: App | None = None) -> int:
    """Run one command line; the exit status. Never raises, never prints a stack trace unasked."""
    app = app or App()
    try:
        value = root().main(list(args), "dengmi", standalone_mode=False, obj=app)
    except BaseException as error:  # noqa: BLE001 - the outermost loop: each outcome gets its words
        return status_of(error, app)
    return value if isinstance(value, int) else 0


def _version_option() -> Option:
    return Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        help="help_option_version",
        callback=_show_version,
    )


def _show_version(ctx: click.Context, _: click.Parameter, value: Any) -> None:
    if value:
        click.echo(f"dengmi {__version__}")
        app_of(ctx)
        ctx.exit()
