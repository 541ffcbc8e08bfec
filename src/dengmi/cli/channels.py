"""`dengmi channels`: the accounts, bots and applications that people write to."""

import asyncio
import sys
from collections.abc import Mapping, Sequence

import click
import msgspec
from msgspec import Struct

from dengmi.channels.registry import CHECKS, Finding, check_of, faults, tables, tested
from dengmi.cli.app import App
from dengmi.cli.terminal import clean, print_json, table
from dengmi.cli.words import Verb, VerbGroup, app_of, json_option, option
from dengmi.core.clock import SystemClock
from dengmi.core.errors import BadInput, BadSettings, NotFound
from dengmi.settings.edit import Value, read_text, with_table, without_table, write_text
from dengmi.settings.lacking import empty
from dengmi.settings.load import load_settings
from dengmi.settings.masked import meaning_of
from dengmi.settings.options import NAMED, Settings

MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}
"""How the state of something is shown."""


@click.group(cls=VerbGroup, help="help_channels", invoke_without_command=True)
@json_option
@click.pass_context
def channels(ctx: click.Context, as_json: bool) -> None:
    """Without a further word: list."""
    if ctx.invoked_subcommand is None:
        _list(app_of(ctx), as_json)


@channels.command("list", cls=Verb, help="help_channels_list")
@json_option
@click.pass_obj
def list_channels(app: App, as_json: bool) -> None:
    """List the channels of the settings."""
    _list(app, as_json)


@channels.command("add", cls=Verb, help="help_channels_add")
@click.argument("channel", metavar="CHANNEL")
@option("--set", "given", multiple=True, metavar="KEY=VALUE", help="help_option_channels_set")
@click.pass_obj
def add_channel(app: App, channel: str, given: tuple[str, ...]) -> None:
    """Write a channel into dengmi.toml."""
    kind, name = _parted(channel)
    settings, file = app.settings, app.settings.home / "dengmi.toml"
    if (kind, name) in tables(settings):
        raise BadInput("channels_there", channel=channel)
    values = _values(app, kind, given)
    text = read_text(file)
    while True:
        made = with_table(text, kind, name, values)
        settings = load_settings(app.home, written=made)
        missing = check_of(kind).missing(tables(settings)[kind, name])
        if not (asked := [key for key in missing if key not in values]):
            break
        values |= _asked(app, kind, asked)
    write_text(file, made)
    click.echo(app.say("channels_added", channel=channel, path=str(file)))
    for key in missing:
        lack = empty(settings, f"{channel}.{key}")
        click.echo(app.say(lack.code, **lack.params))
    path = check_of(kind).place(name, tables(settings)[kind, name])
    if path:
        public = settings.server.public_url.rstrip("/")
        key = "channels_enter" if public else "channels_no_public"
        click.echo(app.say(key, address=public + path, path=path))
    click.echo(app.say("channels_next", channel=channel))


@channels.command("test", cls=Verb, help="help_channels_test")
@click.argument("names", nargs=-1, metavar="[CHANNEL]...")
@json_option
@click.pass_obj
def test_channels(app: App, names: tuple[str, ...], as_json: bool) -> int:
    """Call each platform once; the exit status is 1 where something does not work."""
    there = {".".join(both): both for both in tables(app.settings)}
    for name in names:
        _known(name, there)
    if not there and not as_json:
        click.echo(app.say("channels_none"))
    found = asyncio.run(_test(app.settings, [there[name] for name in names or there]))
    if as_json:
        print_json({"channels": [_tested_shape(app, *each) for each in found.items()]})
    else:
        for both, findings in found.items():
            click.echo(".".join(both))
            for finding in findings:
                mark, colour = MARKS[finding.state]
                said = clean(app.say(finding.key, **finding.params))
                click.echo(f"  {click.style(mark, fg=colour)} {said}")
    failed = any(each.state == "fail" for findings in found.values() for each in findings)
    return 1 if failed else 0


@channels.command("remove", cls=Verb, help="help_channels_remove")
@click.argument("channel", metavar="CHANNEL")
@click.pass_obj
def remove_channel(app: App, channel: str) -> None:
    """Take a channel out of dengmi.toml."""
    _known(channel, {".".join(both): both for both in tables(app.settings)})
    kind, name = _parted(channel)
    file = app.settings.home / "dengmi.toml"
    made = without_table(read_text(file), kind, name)
    load_settings(app.home, written=made)
    write_text(file, made)
    click.echo(app.say("channels_removed", channel=channel, path=str(file)))


def _list(app: App, as_json: bool) -> None:
    settings = app.settings
    why = faults(app.settings)
    found = [_shape(app, *both, each, why.get(both)) for both, each in tables(settings).items()]
    if as_json:
        print_json({"channels": found})
    elif not found:
        click.echo(app.say("channels_none"))
    else:
        rows = [tuple(app.say("channels_columns").split("|"))]
        for each in found:
            lacks = ", ".join(str(key) for key in _strings(each["missing"]))
            state = app.say("channels_lacks", keys=lacks) if lacks else app.say("channels_ready")
            if each["off"] and not lacks:
                state = app.say("channels_off", why=str(each["off"]))
            where = str(each["address"] or each["path"]) or "–"
            desk = str(each["desk"]) or "–"
            rows.append((str(each["channel"]), str(each["kind"]), desk, where, state))
        for line in table([[clean(cell) for cell in row] for row in rows]):
            click.echo(line)


def _shape(
    app: App, kind: str, name: str, wanted: Struct, fault: BadSettings | None
) -> dict[str, object]:
    """A channel as JSON; what is secret says only whether it is set."""
    settings, check = app.settings, check_of(kind)
    path = check.place(name, wanted)
    public = settings.server.public_url.rstrip("/")
    secrets = {key: "•••" for key in _secrets(kind) if getattr(wanted, key)}
    return {
        "channel": f"{kind}.{name}",
        "kind": check.kind(wanted),
        "desk": getattr(wanted, "desk", ""),
        "path": path,
        "address": public + path if public and path else "",
        "missing": list(check.missing(wanted)),
        "off": app.say(fault.code, **fault.params) if fault else "",
        "secrets": secrets,
    }


def _tested_shape(
    app: App, both: tuple[str, str], findings: Sequence[Finding]
) -> dict[str, object]:
    said = [
        {"state": each.state, "code": each.key, "text": app.say(each.key, **each.params)}
        for each in findings
    ]
    return {"channel": ".".join(both), "findings": said}


async def _test(
    settings: Settings, wanted: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], Sequence[Finding]]:
    clock = SystemClock()
    return {both: await tested(settings, *both, clock) for both in wanted}


def _parted(channel: str) -> tuple[str, str]:
    """(table, name) of "wecom.helper". Raises BadInput."""
    kind, dot, name = channel.partition(".")
    if kind not in CHECKS or not dot or not name or "/" in name:
        raise BadInput("channels_name", channel=channel, kinds=", ".join(CHECKS))
    return kind, name


def _known(channel: str, there: Mapping[str, object]) -> None:
    if channel not in there:
        known = ", ".join(there) or "–"
        raise NotFound("channels_unknown", channel=channel, known=known)


def _secrets(kind: str) -> Sequence[str]:
    fields = msgspec.structs.fields(NAMED[kind])
    return [field.encode_name for field in fields if meaning_of(field.type)[1]]


def _values(app: App, kind: str, given: Sequence[str]) -> dict[str, Value]:
    """What was given as KEY=VALUE, each as its setting takes it. Raises BadInput."""
    values: dict[str, Value] = {}
    for each in given:
        key, sign, said = each.partition("=")
        if not sign:
            raise BadInput("channels_set", given=each.partition("=")[0])
        values[key] = _typed(kind, key, said)
    needed = [field for field in msgspec.structs.fields(NAMED[kind]) if field.required]
    if lacking := [field.encode_name for field in needed if field.encode_name not in values]:
        values |= _asked(app, kind, lacking)
    return values


def _typed(kind: str, key: str, said: str) -> Value:
    """A value as its setting takes it; one that no setting takes stays as it is, to be refused
    with its reason when the settings are read."""
    for field in msgspec.structs.fields(NAMED[kind]):
        if field.encode_name == key:
            for given in (said, [part.strip() for part in said.split(",") if part.strip()]):
                try:
                    made = msgspec.convert(given, field.type, strict=False)
                except msgspec.ValidationError:
                    continue
                return given if isinstance(given, list) else made
    return said


def _asked(app: App, kind: str, keys: Sequence[str]) -> dict[str, Value]:
    """Ask for values at the terminal, secrets unseen. Raises BadSettings where nobody is there."""
    if not sys.stdin.isatty():
        raise BadSettings("channels_needs", keys=", ".join(keys))
    values: dict[str, Value] = {}
    fields = {field.encode_name: field for field in msgspec.structs.fields(NAMED[kind])}
    for key in keys:
        secret = meaning_of(fields[key].type)[1]
        asked = app.say("channels_ask_secret" if secret else "channels_ask", key=key)
        said = click.prompt(asked, hide_input=secret, type=str)
        values[key] = _typed(kind, key, said.strip())
    return values


def _strings(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []
