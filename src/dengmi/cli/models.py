"""`dengmi models`: list the language models, and try each of them once."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence

import click

from dengmi.cli.app import App
from dengmi.cli.opening import settings_now
from dengmi.cli.progress import Meter, meter
from dengmi.cli.semantic import configured, embed, show_tried, tried, tried_shape
from dengmi.cli.terminal import clean, print_json, quiet, table
from dengmi.cli.words import Verb, VerbGroup, app_of, json_option, option
from dengmi.core.errors import ModelFailed, NotFound
from dengmi.language.money import amount
from dengmi.ledger.costs import cost
from dengmi.ledger.prices import price_of
from dengmi.models.probe import Probe, notes
from dengmi.models.probe import tried as tried_chat
from dengmi.settings.lacking import lacking
from dengmi.settings.options import ModelSettings, Settings


@click.group(cls=VerbGroup, help="help_models", invoke_without_command=True)
@json_option
@click.pass_context
def models(ctx: click.Context, as_json: bool) -> None:
    """Without a further word: list."""
    if ctx.invoked_subcommand is None:
        _list(app_of(ctx), as_json)


@models.command("test", cls=Verb, help="help_models_test")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option
@click.pass_obj
def test_models(app: App, names: tuple[str, ...], as_json: bool) -> int:
    """Call each model once with and once without thinking; the others once."""
    settings = asyncio.run(settings_now(app))
    there = (*settings.models, *configured(app))
    for name in names:
        if name not in there:
            known = ", ".join(there) or "–"
            raise NotFound("cli_model_unknown", model=name, known=known)
    if not there:
        raise NotFound("cli_models_none")
    return asyncio.run(_test(app, settings, names or there, as_json=as_json))


@models.command("embed", cls=Verb, help="help_models_embed")
@json_option
@click.pass_obj
def embed_articles(app: App, as_json: bool) -> None:
    """Make the vectors that are missing."""
    embed(app, as_json=as_json)


@models.command("pull", cls=Verb, help="help_models_pull")
@click.argument("name", required=False, metavar="[NAME]")
@option("--url", metavar="ADDRESS", help="help_option_pull_url")
@option("--sha256", default="", metavar="SUM", help="help_option_pull_sha256")
@click.pass_obj
def pull_model(app: App, name: str | None, url: str | None, sha256: str) -> None:
    """Download a model file."""
    from dengmi.models.local import FOLDER
    from dengmi.models.pull import DEFAULT, KNOWN, pull

    if url is None:
        if (name or DEFAULT) not in KNOWN:
            raise NotFound("cli_pull_unknown", model=name or "", known=", ".join(KNOWN))
        url = KNOWN[name or DEFAULT].url
    folder = app.settings.home / FOLDER
    with meter(app, "megabytes") as bar:
        file = asyncio.run(pull(url, folder, sha256, _megabytes(bar)))
    click.echo(app.say("cli_pulled", file=str(file), name=file.name))


def _megabytes(bar: Meter) -> Callable[[int, int | None], None]:
    def tell(done: int, total: int | None) -> None:
        bar.tell(done // 1_000_000, None if total is None else total // 1_000_000)

    return tell


def _list(app: App, as_json: bool) -> None:
    settings = asyncio.run(settings_now(app))
    rows = [_row(settings, name) for name in settings.models]
    rows += [_semantic_row(settings, name) for name in configured(app)]
    if as_json:
        print_json({"models": rows})
    elif not rows:
        click.echo(app.say("cli_models_none"))
    else:
        for line in table([tuple(str(value) for value in row.values()) for row in rows]):
            click.echo(line)


def _row(settings: Settings, name: str) -> dict[str, str]:
    model = settings.models[name]
    levels = settings.levels
    used = [level for level in ("quick", "deep") if name in getattr(levels, level)]
    return {
        "name": name,
        "kind": model.kind,
        "model": model.model,
        "base_url": model.base_url,
        "levels": ", ".join(used),
    }


def _semantic_row(settings: Settings, name: str) -> dict[str, str]:
    if name == "nli":
        row = {"name": name, "kind": "onnx", "model": settings.nli.model, "base_url": ""}
    else:
        model = settings.embedding if name == "embedding" else settings.reranking
        row = {"name": name, "kind": model.kind, "model": model.model, "base_url": model.base_url}
    return row | {"levels": ""}


async def _test(app: App, settings: Settings, names: Sequence[str], *, as_json: bool) -> int:
    from dengmi.models.open import Models

    opened = Models(settings.models, settings.home)
    shapes = []
    failed = 0
    try:
        for name in names:
            if name not in settings.models:
                continue
            try:
                found = await tried_chat(opened.get(name))
            except ModelFailed as error:
                found = [Probe(thinking=False, trouble=error)]
            failed += all(each.trouble is not None for each in found)
            shapes.append(
                {
                    "name": name,
                    "calls": [_shape(app, settings.models[name], each) for each in found],
                }
            )
            if not as_json:
                _show(app, settings.models[name], name, found)
    finally:
        await opened.close()
    more = await tried(app, names)
    for table_name, each in more.items():
        failed += each.trouble is not None
        if not as_json:
            show_tried(app, table_name, each)
    if as_json:
        print_json(
            {"models": shapes} | {name: tried_shape(app, each) for name, each in more.items()}
        )
    return 0 if not failed else (3 if failed < len(names) else 1)


def _price(model: ModelSettings, found: Probe) -> tuple[int, str, bool]:
    price = price_of(model, time.time())
    return cost(price, found.tokens), price.currency, price.known


def _shape(app: App, model: ModelSettings, found: Probe) -> dict[str, object]:
    micros, currency, known = _price(model, found)
    trouble = found.trouble
    return {
        "thinking": found.thinking,
        "works": trouble is None,
        "trouble": trouble.trouble if trouble else None,
        "detail": app.say(trouble.code, **trouble.params) if trouble else "",
        "text": found.text,
        "first_ms": round(found.first_ms, 1),
        "total_ms": round(found.total_ms, 1),
        "streams": found.streams,
        "thought_chars": found.thought,
        "tokens": {
            "hit": found.tokens.hit,
            "miss": found.tokens.miss,
            "output": found.tokens.output,
            "reasoning": found.tokens.reasoning,
        },
        "counted": found.counted,
        "version": found.version,
        "cost": {"currency": currency, "micros": micros} if known else None,
    }


def _show(app: App, model: ModelSettings, name: str, found: Sequence[Probe]) -> None:
    about = clean(found[0].version or model.model)
    click.echo(click.style(name, bold=True) + (quiet(f"  {about}") if about else ""))
    for each in found:
        how = app.say("cli_models_thinking" if each.thinking else "cli_models_plain")
        if each.trouble is not None:
            detail = clean(app.say(each.trouble.code, **each.trouble.params))
            click.echo("  " + app.say("cli_models_failed", how=how, detail=detail))
            continue
        micros, currency, known = _price(model, each)
        tokens = each.tokens
        click.echo(
            "  "
            + app.say(
                "cli_models_line",
                how=how,
                first=round(each.first_ms),
                total=round(each.total_ms),
                hit=tokens.hit,
                miss=tokens.miss,
                output=tokens.output,
                price=amount(micros, currency) if known else app.say("cli_models_unpriced"),
            )
        )
    for note in notes(found):
        click.echo(quiet(f"  {app.say(note)}"))
    if said := clean(found[0].text.strip())[:200]:
        click.echo(f"  {said}")
    elif lacks := next(iter(_lacks(app, name)), ""):
        click.echo(f"  {lacks}")


def _lacks(app: App, name: str) -> Iterator[str]:
    """What the settings of a model lack: a variable that is not set, an address."""
    for each in lacking(app.settings):
        if str(each.params.get("key", "")).startswith(f"models.{name}."):
            yield app.say(each.code, **each.params)
