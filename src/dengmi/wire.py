"""The one place where the parts are chosen and joined."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from dengmi.answer.desks import Desks
from dengmi.answer.examples import Examples
from dengmi.answer.greeting import Greeter
from dengmi.answer.ladder import Ladder
from dengmi.answer.late.standby import Standby
from dengmi.answer.late.waits import Waits
from dengmi.answer.pins import Pinned
from dengmi.core.clock import Clock, SystemClock
from dengmi.core.counts import Counts
from dengmi.core.errors import Unavailable
from dengmi.core.home import make_home
from dengmi.core.life import Life
from dengmi.core.ports import Search, Store
from dengmi.core.talk import Talk
from dengmi.corpus.corpus import Corpus
from dengmi.search.searcher import Searcher
from dengmi.server.parts import Parts
from dengmi.settings.desks import private_of
from dengmi.settings.lacking import empty
from dengmi.settings.options import Settings
from dengmi.settings.tuned import Tuned
from dengmi.store.open import open_store
from dengmi.writing import Around, Writing

if TYPE_CHECKING:
    from dengmi.core.published import Publisher
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
        life, waiting = Life(settings.home / "lives"), Life(settings.home / "late")
        examples = Examples(store, search, clock, settings.desks)
        greeter = Greeter(store, clock, examples, settings.desks)
        ladder, waits = _ladder(
            settings, store, search, clock, counts=counts, pinned=pinned, greeter=greeter
        )
        late, nli = Standby() if settings.late.on else None, _nli(settings)
        around = Around(
            store=store, search=search, clock=clock, counts=counts, ladder=ladder, waits=waits,
            late=late, life=life, waiting=waiting, nli=nli, talk=talk,
        )  # fmt: skip
        writing = Writing(settings, around)
        await writing.become(settings)
        try:
            yield Parts(
                tuned=tuned, writing=writing, pinned=pinned, examples=examples,
                clock=clock, store=store, search=search,
                desks=Desks(store, settings.default_desk, settings=settings.desks),
                ladder=ladder, waits=waits, late=late,
                corpus=_corpus(settings, store, search, clock),
                counts=counts, vectors=meaning.vectors if meaning else None,
            )  # fmt: skip
        finally:
            await _left(ladder, (examples, writing, nli, meaning), life, waiting)
            await search.close()
    finally:
        await store.close()


async def _operated(settings: Settings, store: Store, clock: Clock) -> tuple[Tuned, Pinned]:
    """The settings with what operators changed, and what they pinned."""
    edits = await store.edits()
    tuned = await asyncio.to_thread(Tuned, settings, edits) if edits else Tuned(settings)
    pinned = Pinned(store, clock, private_of(tuned.settings.desks))
    await pinned.look()
    return tuned, pinned


async def _left(
    ladder: Ladder, opened: "Sequence[Examples | Writing | NliModel | Meaning | None]", *lives: Life
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
    counts: Counts,
    pinned: Pinned,
    greeter: Greeter,
) -> tuple[Ladder, Waits]:
    """What answers with quotes; `writing` has it write where there is a model."""
    waits = Waits(store, clock, workers=settings.server.workers)
    ladder = Ladder(
        store,
        search,
        clock,
        waits=waits,
        counts=counts,
        pinned=pinned,
        greeter=greeter,
        most_quotes=settings.ask.quotes,
        most_chars=settings.ask.max_chars,
        history=settings.writing.history,
        private=private_of(settings.desks),
    )
    return ladder, waits


def _search(
    settings: Settings, store: Store, clock: Clock, meaning: "Meaning | None", counts: Counts
) -> Searcher:
    return Searcher(
        store,
        settings.index_folder,
        clock,
        private=private_of(settings.desks),
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


def _nli(settings: Settings) -> "NliModel | None":
    """What tells whether sentences entail a claim; None where none is configured. It is loaded
    when a desk needs it. Raises BadSettings."""
    if not settings.nli.model:
        return None
    from dengmi.models.nli import NliModel

    return NliModel(settings.nli, settings.home)
