"""When an earlier answer may serve again: only while the same evidence is found."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta, timezone

import msgspec
import pytest

from dengmi.answer import reusing as reusing_module
from dengmi.answer.reuse import (
    Basis,
    basis_from,
    basis_of,
    choose,
    reuse_key,
    still_stands,
    way_of,
)
from dengmi.answer.reusing import Reusing
from dengmi.core.errors import Unavailable
from dengmi.core.records import (
    Answer,
    Citation,
    Evidence,
    Head,
    Hit,
    Passage,
    Question,
    SearchQuery,
    Sentence,
)
from dengmi.core.reuses import Reusable, ReuseState
from dengmi.language.asking import asking

MILL = "The tide mill was built in 1820. It grinds wheat twice a day. Visits are free."
QUAY = "The quay is older than the mill. It was paved in 1790."
LAMP = "Lanterns hang along the quay. Each carries a riddle."
NOON = 1_700_000_000.0  # 22:13 UTC


def passage(name: str, text: str) -> Passage:
    ends = [at + 1 for at, sign in enumerate(text) if sign == "."]
    starts = [0, *(end + 1 for end in ends[:-1])]
    return Passage(
        id=name,
        n=1,
        text=text,
        sentences=tuple(
            Sentence(n=n, start=start, end=end)
            for n, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
        ),
    )


def evidence(*passages: tuple[str, str], question: str = "q") -> Evidence:
    hits = tuple(
        Hit(rank=rank, score=10.0 - rank,
            head=Head(pk=rank, id=f"a_{name}", desk="d", source_id="s", title=name),
            passage=passage(name, text))
        for rank, (name, text) in enumerate(passages, 1)
    )  # fmt: skip
    query = SearchQuery(text=question, desk="d")
    return Evidence(query=query, hits=hits, weights={}, ideal=10.0, seq=7, took_ms=1.0)


def answer(found: Evidence, *cited: tuple[str, int, int], **fields: object) -> Answer:
    hits = {hit.passage.id: hit for hit in found.hits}
    citations = tuple(
        Citation(n=n, head=hits[name].head, passage_id=name, first=first, last=last,
                 quote=hits[name].passage.quote(first, last))
        for n, (name, first, last) in enumerate(cited, 1)
    )  # fmt: skip
    made: dict[str, object] = {
        "id": "an_1", "question_id": "q_1", "desk": "d", "question": "q", "level": "quote",
        "wanted": "auto", "text": "t", "grounded": True, "confidence": 0.9,
        "citations": citations, "created_at": NOON,
    }  # fmt: skip
    return Answer(**(made | fields))


FOUND = evidence(("mill", MILL), ("quay", QUAY), ("lamp", LAMP))
ASKED = "When was the tide mill built?"


def basis(
    question: str = ASKED, cited: Sequence[tuple[str, int, int]] = (("mill", 1, 1),)
) -> Basis:
    made = basis_of(asking(question), answer(FOUND, *cited), FOUND)
    assert made is not None
    return made


def test_the_same_evidence_serves_the_same_question() -> None:
    assert still_stands(basis(), asking(ASKED), FOUND, NOON) == "stands"
    again = asking("Please tell me when the tide mill was built!")
    assert still_stands(basis("when the tide mill was built"), again, FOUND, NOON) == "stands"


def test_another_question_is_never_served() -> None:
    other = asking("When was the quay paved?")
    assert still_stands(basis(), other, FOUND, NOON) == "another_question"


MOVED = evidence(("mill", "A note. " + MILL), ("quay", QUAY))
REWORDED = evidence(("mill", MILL.replace("1820", "1821")), ("quay", QUAY))
SHORT = evidence(("mill", "It burnt."), ("quay", QUAY))
LOWER = evidence(("mill", MILL + " It burnt in 1900."), ("quay", QUAY))
NEWER = evidence(("news", "The mill was rebuilt in 1999."), ("mill", MILL), ("quay", QUAY))
BELOW = evidence(("mill", MILL), ("news", "The mill was rebuilt in 1999."), ("quay", QUAY))


@pytest.mark.parametrize(
    ("found", "standing"),
    [
        (evidence(("quay", QUAY), ("lamp", LAMP)), "gone"),
        (evidence(), "gone"),
        (REWORDED, "changed"),
        (MOVED, "changed"),
        (SHORT, "changed"),
        (LOWER, "stands"),
        (NEWER, "outranked"),
        (BELOW, "stands"),
        (evidence(("quay", QUAY + " It is long."), ("mill", MILL)), "outranked"),
        (evidence(("quay", QUAY), ("lamp", LAMP), ("mill", MILL)), "stands"),
    ],
)
def test_what_the_articles_say_now_decides(found: Evidence, standing: str) -> None:
    assert still_stands(basis(), asking(ASKED), found, NOON) == standing


def test_every_citation_must_stand() -> None:
    two = basis(cited=[("mill", 1, 2), ("quay", 2, 2)])
    assert still_stands(two, asking(ASKED), FOUND, NOON) == "stands"
    assert still_stands(two, asking(ASKED), BELOW, NOON) == "outranked"
    assert still_stands(two, asking(ASKED), evidence(("mill", MILL)), NOON) == "gone"


def test_a_paraphrase_must_find_the_answer_among_the_first() -> None:
    wide = evidence(("quay", QUAY), ("lamp", LAMP), ("x", "X."), ("mill", MILL))
    made = basis_of(asking("How do I visit the mill?"), answer(wide, ("mill", 3, 3)), wide)
    assert made is not None
    assert still_stands(made, asking("How do I visit the mill?"), wide, NOON) == "stands"
    assert still_stands(made, asking("How can you visit the mill?"), wide, NOON) == "sank"


def test_a_question_about_now_holds_for_its_day() -> None:
    today = "What is open at the mill today?"
    made = basis(today)
    assert made.day == "2023-11-14"
    assert still_stands(made, asking(today), FOUND, NOON + 3_600) == "stands"
    assert still_stands(made, asking(today), FOUND, NOON + 7_200) == "another_day"
    china = timezone(timedelta(hours=8))
    there = basis_of(asking(today), answer(FOUND, ("mill", 1, 1)), FOUND, china)
    assert there is not None
    assert still_stands(there, asking(today), FOUND, NOON + 7_200, china) == "stands"
    assert basis().day == ""
    assert still_stands(basis(), asking(ASKED), FOUND, NOON + 1e8) == "stands"


@pytest.mark.parametrize(
    "made",
    [
        answer(FOUND, ("mill", 1, 1), grounded=False),
        answer(FOUND, ("mill", 1, 1), reused=True),
        answer(FOUND),
        answer(evidence(("elsewhere", MILL)), ("elsewhere", 1, 1)),
    ],
)
def test_some_answers_never_serve_again(made: Answer) -> None:
    assert basis_of(asking(ASKED), made, FOUND) is None


def test_a_basis_survives_its_record() -> None:
    made = basis("What changed on 3 May at node.js 5?", [("mill", 1, 2), ("quay", 1, 1)])
    assert basis_from(msgspec.json.decode(msgspec.json.encode(made.plain()))) == made
    with pytest.raises(ValueError, match="asking"):
        basis_from({"of": "another version"})


def reusable(name: str, made: Basis, **fields: object) -> tuple[Reusable, Answer]:
    kept = Reusable(answer_id=name, key="k", desk="d", basis=made.plain(), **fields)
    return kept, replace(answer(FOUND, ("mill", 1, 1)), id=name)


def test_the_first_that_stands_is_chosen() -> None:
    fallen = basis_of(asking(ASKED), answer(NEWER, ("news", 1, 1)), NEWER)
    assert fallen is not None
    kept = [reusable("fallen", fallen), reusable("good", basis())]
    chosen = choose(kept, asking(ASKED), FOUND, NOON)
    assert (chosen.answer and chosen.answer.id, chosen.standing) == ("good", "stands")
    chosen = choose(kept[:1], asking(ASKED), FOUND, NOON)
    assert (chosen.answer, chosen.standing) == (None, "gone")
    assert choose([], asking(ASKED), FOUND, NOON).standing == "none"


def test_a_pinned_answer_serves_whatever_the_articles_say() -> None:
    kept = [reusable("pin", basis(), state="pinned")]
    chosen = choose(kept, asking(ASKED), evidence(), NOON)
    assert (chosen.answer and chosen.answer.id, chosen.standing) == ("pin", "pinned")
    other = choose(kept, asking("Who built the tide mill?"), evidence(), NOON)
    assert (other.answer, other.standing) == (None, "another_question")


def test_a_basis_of_another_version_is_passed_over() -> None:
    old = Reusable(answer_id="old", key="k", desk="d", basis={"of": "another version"})
    kept = [(old, answer(FOUND)), reusable("good", basis())]
    assert choose(kept, asking(ASKED), FOUND, NOON).standing == "stands"


def test_keys_tell_desks_levels_and_ways_apart() -> None:
    read = asking(ASKED)
    keys = {
        reuse_key(read, "d", "quick", way_of("voice", "flash")),
        reuse_key(read, "d", "deep", way_of("voice", "flash")),
        reuse_key(read, "e", "quick", way_of("voice", "flash")),
        reuse_key(read, "d", "quick", way_of("voicef", "lash")),
        reuse_key(asking("When was the quay paved?"), "d", "quick", way_of("voice", "flash")),
    }
    assert len(keys) == 5
    polite = asking("Could you tell me when was the tide mill built?")
    assert reuse_key(polite, "d", "quick", "w") == reuse_key(read, "d", "quick", "w")


class Kept:
    """A store of one reusable answer."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.kept: list[Reusable] = []
        self.looks = 0

    async def keep_reusable(self, reusable: Reusable) -> None:
        self.kept.append(reusable)

    async def reusables(self, key: str, limit: int) -> list[tuple[Reusable, Answer]]:
        self.looks += 1
        return [(each, self.answer) for each in self.kept if each.key == key][:limit]

    async def set_reuse(self, answer_id: str, state: ReuseState, reason: str = "") -> bool:
        raise AssertionError(answer_id)


@pytest.mark.parametrize(("zone", "serves"), [(timezone(timedelta(hours=8)), True), (UTC, False)])
async def test_days_begin_where_the_asker_is(zone: timezone, serves: bool) -> None:
    today = "What is open at the mill today?"
    given = answer(FOUND, ("mill", 1, 1))
    reusing = Reusing(Kept(given), zone)
    made = reusing.reusable(today, "quick", "way", given, FOUND)
    assert made is not None
    await reusing.keep(made)
    assert await reusing.find(today, "quick", "way", FOUND, NOON + 3_600) is given
    later = await reusing.find(today, "quick", "way", FOUND, NOON + 7_200)
    assert (later is given) is serves


async def test_where_the_newest_has_fallen_the_others_are_looked_at() -> None:
    fallen = basis_of(asking(ASKED), answer(NEWER, ("news", 1, 1)), NEWER)
    assert fallen is not None
    key = reuse_key(asking(ASKED), "d", "quick", "way")
    store = Kept(answer(FOUND, ("mill", 1, 1)))
    for name, made in (("fallen", fallen), ("good", basis())):
        await store.keep_reusable(replace(reusable(name, made)[0], key=key))
    found = await Reusing(store, UTC).find(ASKED, "quick", "way", FOUND, NOON)
    assert found is store.answer
    del store.kept[1]
    assert await Reusing(store, UTC).find(ASKED, "quick", "way", FOUND, NOON) is None


async def begun(store: Kept, text: str = ASKED) -> Reusing:
    """Answers of a store, in which a question has begun to look and has not asked yet."""
    reusing = Reusing(store, UTC)
    reusing.expect(Question(id="q1", desk="d", text=text), "quick", "way")
    await asyncio.sleep(0)
    assert store.looks == 1
    return reusing


async def test_a_look_begun_ahead_does_once_for_who_began_it() -> None:
    store = Kept(answer(FOUND, ("mill", 1, 1)))
    reusing = await begun(store)
    assert await reusing.find(ASKED, "quick", "way", FOUND, NOON, question="q1") is None
    assert store.looks == 1
    assert await reusing.find(ASKED, "quick", "way", FOUND, NOON, question="q1") is None
    assert store.looks == 2


async def test_a_look_begun_ahead_gives_what_there_is() -> None:
    store = Kept(answer(FOUND, ("mill", 1, 1)))
    made = Reusing(store, UTC).reusable(ASKED, "quick", "way", store.answer, FOUND)
    assert made is not None
    await store.keep_reusable(made)
    reusing = await begun(store)
    assert await reusing.find(ASKED, "quick", "way", FOUND, NOON, question="q1") is store.answer
    assert store.looks == 1


async def test_what_was_made_here_since_the_look_is_found() -> None:
    store = Kept(answer(FOUND, ("mill", 1, 1)))
    reusing = await begun(store)
    made = reusing.reusable(ASKED, "quick", "way", store.answer, FOUND)
    assert made is not None
    await reusing.keep(made)
    assert await reusing.find(ASKED, "quick", "way", FOUND, NOON, question="q1") is store.answer
    reusing.expect(Question(id="q2", desk="d", text=ASKED), "quick", "way")
    assert store.looks == 2  # it is known that there is one: no look ahead


async def test_a_look_for_another_question_or_long_ago_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Kept(answer(FOUND, ("mill", 1, 1)))
    reusing = await begun(store, "And how old is that?")  # what it means came from before
    assert await reusing.find(ASKED, "quick", "way", FOUND, NOON, question="q1") is None
    assert store.looks == 2
    monkeypatch.setattr(reusing_module, "SOON", 0.0)
    store = Kept(store.answer)
    assert (
        await (await begun(store)).find(ASKED, "quick", "way", FOUND, NOON, question="q1") is None
    )
    assert store.looks == 2


async def test_a_look_ahead_that_fails_is_told_to_who_asks_only() -> None:
    class Away(Kept):
        async def reusables(self, key: str, limit: int) -> list[tuple[Reusable, Answer]]:
            self.looks += 1
            raise Unavailable("store_closed")

    store = Away(answer(FOUND))
    reusing = await begun(store)  # and never asks: that warns nobody
    reusing = await begun(Away(store.answer))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await reusing.find(ASKED, "quick", "way", FOUND, NOON, question="q1")


async def test_looks_nobody_asks_for_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reusing_module, "MOST_AHEAD", 2)
    store = Kept(answer(FOUND, ("mill", 1, 1)))
    reusing = Reusing(store, UTC)
    for n in range(4):
        reusing.expect(Question(id=f"q{n}", desk="d", text=ASKED), "quick", "way")
    await asyncio.sleep(0)
    assert store.looks == 4
    for n in range(4):
        await reusing.find(ASKED, "quick", "way", FOUND, NOON, question=f"q{n}")
    assert store.looks == 6
