"""A store beside a plain dictionary: whatever is done, both tell the same, and a reader that
follows the change sequence has the same articles."""

import asyncio
import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from dengmi.core.records import Prepared, Source
from dengmi.store.open import open_store
from tests.contract.given import SKETCH, near, prepared
from tests.contract.given import source as given_source

KEYS = st.sampled_from(["a", "b", "c", "d\0", "e" * 300, "灯谜"])
SOURCES = st.sampled_from([("guide", "/one"), ("guide", "/two"), ("news", "/one")])
SKETCHES = st.sampled_from([(), SKETCH, near(SKETCH, 5), near(SKETCH, 50), near(SKETCH, 64, 3)])
TEXTS = st.lists(st.sampled_from(["One.", "Two.", "三。"]), max_size=3, unique=True)


@st.composite
def articles(draw: st.DrawFn) -> Prepared:
    key = draw(KEYS)
    return prepared(
        key,
        *draw(TEXTS),
        sketch=draw(SKETCHES),
        url=draw(st.sampled_from(["", f"http://{len(key)}.example/"])),
        id=draw(st.sampled_from([None, "same", "other"])),
        etag=draw(st.sampled_from(["", "e1", "e2"])),
    )


class Machine(RuleBasedStateMachine):
    """Puts, removes and follows. `address` makes the address of a new store."""

    address = staticmethod(lambda: "")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.store = open_store(type(self).address())
        self.do(self.store.open())
        self.model: dict[tuple[str, str], dict[str, Prepared]] = {}
        self.followed: dict[int, set[str]] = {}
        self.at = 0

    def do(self, work):
        return self.loop.run_until_complete(work)

    def source(self, where: tuple[str, str]) -> Source:
        self.model.setdefault(where, {})
        return self.do(given_source(self.store, *where))

    @rule(where=SOURCES, batch=st.lists(articles(), max_size=4))
    def put(self, where: tuple[str, str], batch: list[Prepared]) -> None:
        source, before = self.source(where), self.do(self.store.last_change())
        kept = self.model[where]
        last = {each.draft.key: each for each in batch}
        changed = [
            key
            for key, each in last.items()
            if key not in kept or kept[key].content_hash != each.content_hash
        ]
        self.do(self.store.put_articles(source, batch))
        assert self.do(self.store.last_change()) == before + len(changed)
        for key, each in last.items():
            if key in changed:
                kept[key] = each
            else:
                draft = replace(kept[key].draft, etag=each.draft.etag)
                kept[key] = replace(kept[key], draft=draft)

    @rule(where=SOURCES, keys=st.lists(KEYS, max_size=3))
    def remove(self, where: tuple[str, str], keys: list[str]) -> None:
        source = self.source(where)
        gone = {key for key in keys if self.model[where].pop(key, None)}
        assert self.do(self.store.remove_articles(source.id, keys)) == len(gone)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def remove_source(self, data: st.DataObject) -> None:
        where = data.draw(st.sampled_from(sorted(self.model)))
        source = self.source(where)
        assert self.do(self.store.remove_source(source.id)) == len(self.model.pop(where))

    @rule(limit=st.integers(1, 5))
    def follow(self, limit: int) -> None:
        while changes := self.do(self.store.changes(self.at, limit)):
            found = self.do(self.store.article_passages([each.article_pk for each in changes]))
            for change in changes:
                assert change.gone == (change.article_pk not in found)
                self.followed.pop(change.article_pk, None)
                if not change.gone:
                    passages = found[change.article_pk][1]
                    self.followed[change.article_pk] = {each.id for each in passages}
            self.at = changes[-1].seq
        assert self.at == self.do(self.store.last_change())
        heads = self.do(self.store.articles(limit=1000))
        assert set(self.followed) == {head.pk for head in heads}
        ids = list(itertools.chain.from_iterable(self.followed.values()))
        assert set(self.do(self.store.passages(ids))) == set(ids)

    @invariant()
    def same_as_the_model(self) -> None:
        sources = {(each.desk, each.address): each for each in self.do(self.store.sources())}
        assert set(sources) == set(self.model)
        for where, kept in self.model.items():
            source = sources[where]
            assert source.articles == len(kept)
            known = self.do(self.store.known(source.id))
            assert {key: (each.content_hash, each.etag) for key, each in known.items()} == {
                key.replace("\0", "\ufffd"): (each.content_hash, each.draft.etag)
                for key, each in kept.items()
            }
        ids = [(head.desk, head.id) for head in self.do(self.store.articles(limit=1000))]
        assert len(set(ids)) == len(ids)

    @invariant()
    def groups_are_consistent(self) -> None:
        heads = self.do(self.store.articles(limit=1000))
        for head in heads:
            mates = [
                each
                for each in heads
                if each.pk == head.pk
                or (head.repost_group and each.repost_group == head.repost_group)
            ]
            assert all(each.desk == head.desk for each in mates)
            assert set(head.addresses) == {each.url for each in mates if each.url}
            assert not head.url or head.addresses[0] == head.url

    def teardown(self) -> None:
        self.do(self.store.close())
        self.loop.close()


def run(address, examples: int) -> None:
    machine = type("Machine", (Machine,), {"address": staticmethod(address)})
    run_machine(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
def test_sqlite_agrees_with_a_dictionary(tmp_path: Path) -> None:
    numbers = itertools.count()
    run(lambda: str(tmp_path / f"{next(numbers)}.sqlite"), 40)


@pytest.mark.slow
def test_postgres_agrees_with_a_dictionary(new_postgres) -> None:
    run(lambda: asyncio.run(new_postgres()), 8)
