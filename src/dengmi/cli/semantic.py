"""What the terminal says of the embedder, the reranker, the NLI model and the vectors."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from dengmi.cli.app import App
from dengmi.cli.opening import opened_for_reading
from dengmi.cli.progress import meter
from dengmi.cli.terminal import clean, print_json
from dengmi.core.errors import NotFound

if TYPE_CHECKING:
    from dengmi.models.probe_meaning import Probed
    from dengmi.server.parts import Parts


def configured(app: App) -> tuple[str, ...]:
    """The tables with one model each that the settings have."""
    settings = app.settings
    there = {
        "embedding": settings.embedding.kind,
        "reranking": settings.reranking.kind,
        "nli": settings.nli.model,
    }
    return tuple(name for name, value in there.items() if value)


async def tried(app: App, names: Sequence[str]) -> "Mapping[str, Probed]":
    """Call each once. Raises BadSettings."""
    from dengmi.models.probe_meaning import probe_embedder, probe_reranker
    from dengmi.models.semantic import open_embedder, open_reranker

    found = {}
    settings = app.settings
    if "embedding" in names and (embedder := open_embedder(settings.embedding, settings.home)):
        found["embedding"] = await probe_embedder(embedder)
        await embedder.close()
    if "reranking" in names and (reranker := open_reranker(settings.reranking, settings.home)):
        found["reranking"] = await probe_reranker(reranker)
        await reranker.close()
    if "nli" in names:
        found |= await _tried_nli(app)
    return found


async def _tried_nli(app: App) -> "Mapping[str, Probed]":
    from dengmi.models.nli import open_nli
    from dengmi.models.probe_meaning import probe_nli

    model = open_nli(app.settings.nli, app.settings.home)
    if model is None:
        return {}
    try:
        return {"nli": await probe_nli(model)}
    finally:
        await model.close()


def tried_shape(app: App, found: "Probed") -> dict[str, object]:
    """What `dengmi models test --json` prints of one."""
    trouble = found.trouble
    return {
        "name": found.name,
        "works": trouble is None,
        "trouble": trouble.trouble if trouble else None,
        "detail": app.say(trouble.code, **trouble.params) if trouble else "",
        "dimensions": found.dimensions or None,
        "first_ms": round(found.first_ms, 1),
        "next_ms": round(found.next_ms, 1),
        "finds": found.finds,
        "worth": found.worth,
    }


def show_tried(app: App, table: str, found: "Probed") -> None:
    """The same for people."""
    click.echo(click.style(table, bold=True) + f"  {clean(found.name)}")
    if found.trouble is not None:
        click.echo(f"  {app.say(found.trouble.code, **found.trouble.params)}")
        return
    times = {"first": round(found.first_ms), "next": round(found.next_ms)}
    nli = table == "nli"
    scores = "cli_tried_nli" if nli else "cli_tried_scores"
    key = "cli_tried_vectors" if found.dimensions else scores
    click.echo(f"  {app.say(key, dimensions=found.dimensions, **times)}")
    for language, finds in found.finds.items():
        key = f"cli_tried_{'entails' if nli else 'finds'}{'' if finds else '_not'}"
        line = app.say(key, language=app.say(f"cli_language_{language}"))
        if language in found.worth:
            line += " " + app.say("cli_tried_worth", worth=f"{found.worth[language]:g}")
        click.echo(f"  {line}")


async def vectors_shape(parts: "Parts") -> dict[str, object] | None:
    """How far the vectors are; None where none are configured."""
    if parts.vectors is None:
        return None
    standing = await parts.vectors.standing()
    total = (await parts.store.counts())["passages"]
    own = standing.live == standing.wanted
    made = standing.making if standing.making is not None else standing.count if own else 0
    return {
        "model": standing.wanted,
        "complete": standing.complete or not total,
        "made": made,
        "passages": total,
        "refused": standing.refused if own else 0,
        "answering": standing.live,
    }


async def tell_vectors(app: App, parts: "Parts") -> None:
    """Say how far the vectors are, where something is left to make."""
    shape = await vectors_shape(parts)
    if shape is not None and not shape["complete"]:
        numbers = {"made": int(str(shape["made"])), "total": int(str(shape["passages"]))}
        click.echo(app.say("cli_vectors_left", **numbers), err=True)


def embed(app: App, *, as_json: bool) -> None:
    """Make the missing vectors now. Raises NotFound, ModelFailed, BadSettings."""
    asyncio.run(_embed(app, as_json=as_json))


async def _embed(app: App, *, as_json: bool) -> None:
    async with opened_for_reading(app) as parts:
        if parts.vectors is None:
            raise NotFound("cli_embedding_none")
        await parts.search.catch_up()
        total = (await parts.store.counts())["passages"]
        with meter(app, "passages") as bar:
            await parts.vectors.catch_up(lambda made: bar.tell(made, total))
        shape = await vectors_shape(parts)
        assert shape is not None
    if as_json:
        print_json({"vectors": shape})
        return
    key = "cli_vectors_made" if shape["complete"] else "cli_vectors_elsewhere"
    made, refused = int(str(shape["made"])), int(str(shape["refused"]))
    click.echo(app.say(key, made=made, model=str(shape["model"])))
    if refused:
        click.echo(app.say("cli_vectors_refused", count=refused), err=True)
