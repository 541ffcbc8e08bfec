"""Every way a run can end, as words on stderr and an exit status."""

import contextlib
import errno
import os
import sys
import traceback

import click
from click import exceptions as usage

from dengmi.cli.app import App
from dengmi.core.errors import DengmiError

INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""


def status_of(error: BaseException, app: App) -> int:
    """Say what happened, in the language of the run; the exit status that goes with it."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    if app.debug and not isinstance(error, usage.UsageError | KeyboardInterrupt | click.Abort):
        traceback.print_exception(error)
    if isinstance(error, usage.NoArgsIsHelpError):
        click.echo(error.message, err=True)
        return error.exit_code
    words, status = _words(error, app)
    complain(words)
    return status


def complain(words: str) -> None:
    """One message on stderr; the reader may have closed that too."""
    with contextlib.suppress(OSError):
        click.echo(f"dengmi: {words}", err=True)


def silence_stdout() -> None:
    """Point stdout at nothing, so that the flush at exit cannot fail on a closed pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
    finally:
        os.close(nowhere)


def _words(error: BaseException, app: App) -> tuple[str, int]:
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return app.say("cli_interrupted"), INTERRUPTED
    if isinstance(error, usage.UsageError):
        return _usage_words(error, app), error.exit_code
    if isinstance(error, DengmiError):
        return app.say(error.code, **error.params), error.exit_code
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return app.say("cli_disk_full"), 1
    if isinstance(error, PermissionError):
        return app.say("cli_not_permitted", path=str(error.filename or "")), 1
    said = next(iter(str(error).splitlines()), "")
    return app.say("cli_unexpected", kind=type(error).__name__, said=said), 1


def _usage_words(error: usage.UsageError, app: App) -> str:
    what = _usage_what(error, app)
    path = error.ctx.command_path if error.ctx else "dengmi"
    return f"{what}\n{app.say('cli_see_help', command=path)}"


def _usage_what(error: usage.UsageError, app: App) -> str:
    if isinstance(error, usage.NoSuchCommand):
        return app.say("cli_no_verb", verb=error.command_name) + _near(error.possibilities, app)
    if isinstance(error, usage.NoSuchOption):
        return app.say("cli_no_option", option=error.option_name) + _near(error.possibilities, app)
    if isinstance(error, usage.MissingParameter):
        return app.say("cli_missing", name=_name(error))
    if isinstance(error, usage.BadParameter):
        return _bad_value(error, app)
    if isinstance(error, usage.BadOptionUsage):
        return app.say("cli_option_usage", option=error.option_name)
    return error.format_message()


def _bad_value(error: usage.BadParameter, app: App) -> str:
    wanted = error.param.type if error.param else None
    if isinstance(wanted, click.Choice):
        return app.say("cli_bad_choice", name=_name(error), choices=", ".join(wanted.choices))
    if isinstance(wanted, click.IntRange | click.FloatRange):
        low = f"{wanted.min or 0:g}"
        if wanted.max is None:
            return app.say("cli_too_small", name=_name(error), low=low)
        return app.say("cli_bad_number", name=_name(error), low=low, top=f"{wanted.max:g}")
    return app.say("cli_bad_value", name=_name(error), reason=error.message)


def _name(error: usage.BadParameter) -> str:
    param = error.param
    if param is None:
        return str(error.param_hint or "")
    if isinstance(param, click.Argument):
        return param.make_metavar(error.ctx) if error.ctx else str(param.name)
    return max(param.opts, key=len)


def _near(possibilities: list[str] | None, app: App) -> str:
    if not possibilities:
        return ""
    return " " + app.say("cli_did_you_mean", near=possibilities[0])
