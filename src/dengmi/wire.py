"""The one place where the parts are chosen and joined."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dengmi.answer.climb import DeskWay, LevelWay, Ways
from dengmi.answer.desks import Desks
from dengmi.answer.ladder import Ladder
from dengmi.answer.late.made import runner_of, waits_of
from dengmi.answer.pins import Pinned
from dengmi.core.clock import Clock, SystemClock
from dengmi.core.counts import Counts
from dengmi.core.errors import Unavailable
from dengmi.core.home import make_home
from dengmi.core.ports import Search, Store
from dengmi.core.records import Level
from dengmi.core.talk import Talk
from dengmi.core.turns import Turns
from dengmi.corpus.corpus import Corpus
from dengmi.ledger.life import Life
from dengmi.models.open import Models
from dengmi.search.searcher import Searcher
from dengmi.server.parts import Parts
from dengmi.settings.lacking import empty
from dengmi.settings.live import Made, Those
from dengmi.settings.options import DeskSettings, Settings
from dengmi.settings.tuned import Tuned
from dengmi.store.open import open_store

if TYPE_CHECKING:
    from dengmi.answer.late.waits import Waits
    from dengmi.answer.upper import Upper
    from dengmi.core.published import Publisher
    from dengmi.gate.gate import Gate
    from dengmi.gate.keeper import Keeping
    from dengmi.gate.quota import Plans
    from dengmi.models.meaning import Meaning
    from dengmi.models.nli import NliModel


@asynccontextmanager
async def open_parts(settings: Settings, talk: Talk | None = None) -> AsyncIterator[Parts]:
    """Everything a command or the server works with, opened; closed again at the end.

    Args:
        talk: the line to the parent of this process; None where it serves alone.

    Raises:
        Unavailable: the home cannot be made, or the store cannot be reached.
    """
    await _make_home(settings)
    clock, counts = SystemClock(), Counts()
    store = open_store(settings.store_address)
    await store.open()
    try:
        tuned, pinned = await _operated(settings, store, clock)
        settings = tuned.settings
        meaning = _meaning(settings, store)
        search = _search(settings, store, clock, meaning, counts)
        await search.open()
        models = Models(settings.models, settings.home)
        nli = _nli(settings)
        life, waiting = Life(settings.home / "lives"), Life(settings.home / "late")
        levels = _levels(settings)
        served = {name: level.models for name, level in levels.items()}
        door = await _door(settings, clock, counts, talk)
        gate = door.gate if door else None
        waits = waits_of(settings, store, clock, room=gate if levels else None)
        shared = (store, search, clock)
        upper = await _upper(
            settings, levels, *shared, models=models, nli=nli, life=life, door=door, counts=counts
        )
        ladder = _ladder(
            settings, *shared, upper=upper, waits=waits, counts=counts, lives=life, pinned=pinned
        )
        try:
            yield Parts(
                settings=settings, tuned=tuned, pinned=pinned,
                clock=clock, store=store, search=search,
                desks=Desks(store, settings.default_desk, settings=settings.desks),
                ladder=ladder, waits=waits,
                late=runner_of(served, store, waits, ladder, room=gate, lives=waiting),
                corpus=_corpus(settings, store, search, clock),
                counts=counts, vectors=meaning.vectors if meaning else None,
            )  # fmt: skip
        finally:
            await _left(ladder, (models, nli, meaning), life, waiting)
            await search.close()
    finally:
        await store.close()


async def _operated(settings: Settings, store: Store, clock: Clock) -> tuple[Tuned, Pinned]:
    """The settings with what operators changed, and what they pinned."""
    edits = await store.edits()
    tuned = await asyncio.to_thread(Tuned, settings, edits) if edits else Tuned(settings)
    pinned = Pinned(store, clock)
    await pinned.look()
    return tuned, pinned


async def _left(
    ladder: Ladder, opened: "Sequence[Models | NliModel | Meaning | None]", *lives: Life
) -> None:
    """This process ends: whoever comes may go on with what it leaves."""
    await ladder.leave()
    for each in opened:
        if each is not None:
            await each.close()
    for life in lives:
        await asyncio.to_thread(life.close)


def _corpus(settings: Settings, store: Store, search: Search, clock: Clock) -> Corpus:
    def publisher(name: str) -> "Publisher":
        return _publisher(settings, clock, name)

    return Corpus(store, search, settings, clock, publisher)


def _publisher(settings: Settings, clock: Clock, name: str) -> "Publisher":
    """What lists the articles of a WeChat account; imported here, because few homes have one."""
    from dengmi.channels.wechat.client import WeChat
    from dengmi.channels.wechat.published import WeChatPublisher

    account = settings.wechat[name]
    if not account.secret:
        raise empty(settings, f"wechat.{name}.secret")
    api = WeChat(account.api, account.app_id, account.secret, clock)
    return WeChatPublisher(api, account.list_calls)


async def _make_home(settings: Settings) -> None:
    try:
        await asyncio.to_thread(make_home, settings.home)
    except OSError as error:
        raise Unavailable(
            "home_unusable", path=str(settings.home), reason=error.strerror or ""
        ) from None


def _ladder(
    settings: Settings,
    store: Store,
    search: Search,
    clock: Clock,
    *,
    upper: "Upper | None",
    waits: "Waits",
    counts: Counts,
    lives: Life,
    pinned: Pinned,
) -> Ladder:
    return Ladder(
        store,
        search,
        clock,
        upper,
        waits=waits,
        lives=lives if upper else None,
        counts=counts,
        pinned=pinned,
        most_quotes=settings.ask.quotes,
        most_chars=settings.ask.max_chars,
        history=settings.writing.history,
    )


def _search(
    settings: Settings, store: Store, clock: Clock, meaning: "Meaning | None", counts: Counts
) -> Searcher:
    return Searcher(
        store,
        settings.index_folder,
        clock,
        private=Those(settings.desks, lambda desk: not desk.public),
        vectors=meaning.vectors if meaning else None,
        reranker=meaning.reranker if meaning else None,
        counts=counts,
    )


def _meaning(settings: Settings, store: Store) -> "Meaning | None":
    """What searching by meaning takes; None where neither of its models is configured."""
    if not (settings.embedding.kind or settings.reranking.kind):
        return None
    from dengmi.models.meaning import Meaning

    return Meaning(settings, store)


async def _upper(
    settings: Settings,
    levels: dict[Level, LevelWay],
    store: Store,
    search: Search,
    clock: Clock,
    *,
    models: Models,
    nli: "NliModel | None",
    life: Life,
    door: "_Door | None",
    counts: Counts,
) -> "Upper | None":
    """The levels that use a model; None where no model is configured."""
    if not levels or door is None:
        return None
    return await asyncio.to_thread(
        _made_upper,
        *(settings, levels, store, search, clock),
        models=models,
        nli=nli,
        life=life,
        door=door,
        counts=counts,
    )


def _made_upper(
    settings: Settings,
    levels: dict[Level, LevelWay],
    store: Store,
    search: Search,
    clock: Clock,
    *,
    models: Models,
    nli: "NliModel | None",
    life: Life,
    door: "_Door",
    counts: Counts,
) -> "Upper":
    """Imported here: what writes and checks takes half a second, and a home without a model
    needs none of it. Blocks."""
    from dengmi.answer.reusing import Reusing
    from dengmi.answer.rewriting import Rewriting
    from dengmi.answer.suggesting import Suggesting
    from dengmi.answer.upper import Upper
    from dengmi.answer.write.writer import Writer
    from dengmi.gate.open import limits_of
    from dengmi.ledger.ledger import Ledger

    models.warm()
    turns = Turns()
    limits = limits_of(settings, clock, door.plans)
    ledger = Ledger(store, clock, settings.models, life, limits, counts=counts)
    first = (*settings.levels.quick, *settings.levels.deep)[0]
    judges = {"model": settings.levels.judge or first, "nli": nli.name if nli else ""}

    def way(_: str, desk: DeskSettings) -> DeskWay:
        asked = judges.get(desk.judge, "")
        return DeskWay(voice=desk.voice, language=desk.language, policy=desk.check, judge=asked)

    return Upper(
        Ways(levels=levels, desks=Made(settings.desks, way)),
        Writer(models.get, ledger, door.gate, turns, nli),
        ledger,
        store,
        clock,
        reusing=Reusing(store) if settings.writing.reuse else None,
        suggesting=Suggesting(search),
        rewriting=Rewriting(models.get, ledger, first, gate=door.gate)
        if settings.writing.rewrite
        else None,
        turns=turns,
    )


def _nli(settings: Settings) -> "NliModel | None":
    """What tells whether sentences entail a claim; None where none is configured. It is loaded
    when a desk needs it. Raises BadSettings."""
    if not settings.nli.model:
        return None
    from dengmi.models.nli import NliModel

    return NliModel(settings.nli, settings.home)


@dataclass(frozen=True, slots=True)
class _Door:
    """What lets calls of models begin, and who has which plan."""

    gate: "Gate"
    plans: "Plans"


async def _door(
    settings: Settings, clock: Clock, counts: Counts, talk: Talk | None
) -> _Door | None:
    """One process keeps its slots itself; several have them kept by their parent. None where no
    model is configured."""
    if not settings.models:
        return None
    keeper, plans = await asyncio.to_thread(_kept, settings, clock, talk)
    from dengmi.gate.gate import Gate

    patience = settings.writing.patience
    gate = Gate(keeper, clock, patience, rank=lambda question: plans.rank(question.payer))
    keeper.begin()
    counts.watch("gate", gate.load)
    return _Door(gate, plans)


def _kept(settings: Settings, clock: Clock, talk: Talk | None) -> "tuple[Keeping, Plans]":
    """What keeps the slots, and who has which plan. Imported here: a home without a model has
    nothing to hold. Blocks."""
    from dengmi.gate.open import plans_of, shares_of, slots_of

    if talk is not None:
        from dengmi.gate.apart import Apart

        return Apart(talk, shares_of(settings), clock), plans_of(settings)
    from dengmi.gate.keeper import Keeper

    return Keeper(slots_of(settings), clock), plans_of(settings)


def _levels(settings: Settings) -> dict[Level, LevelWay]:
    writing, levels = settings.writing, settings.levels
    offered: dict[Level, LevelWay] = {}
    if levels.quick:
        offered["quick"] = LevelWay(
            models=levels.quick, evidence=writing.quick_evidence, tokens=writing.quick_tokens
        )
    if levels.deep:
        offered["deep"] = LevelWay(
            models=levels.deep,
            evidence=writing.deep_evidence,
            tokens=writing.deep_tokens,
            thinking=True,
            passages=16,
        )
    return offered
