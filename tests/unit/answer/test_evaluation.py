"""Measures of search and answers, and what two runs differ in."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.answer.evaluation import (
    Expected,
    citations,
    compare,
    contains,
    f1,
    measures,
    retrieval,
    summary,
)
from dengmi.core.records import (
    Answer,
    Citation,
    Claim,
    Cost,
    Evidence,
    Head,
    Hit,
    Passage,
    SearchQuery,
    Sentence,
)

LINES = ("The bridge opened in 1932.", "It carries eight lanes.", "A toll is paid southbound.")
TEXT = "\n".join(LINES)


def _head(pk: int, title: str = "") -> Head:
    return Head(pk=pk, id=f"a{pk}", desk="d", source_id="s", title=title or f"Title {pk}")


def _passage() -> Passage:
    sentences, start = [], 0
    for n, line in enumerate(LINES, 1):
        sentences.append(Sentence(n=n, start=start, end=start + len(line)))
        start += len(line) + 1
    return Passage(id="p1", n=1, text=TEXT, sentences=tuple(sentences))


def _evidence(*heads: Head) -> Evidence:
    hits = tuple(
        Hit(rank=n, score=1.0, head=head, passage=_passage()) for n, head in enumerate(heads, 1)
    )
    query = SearchQuery(text="?", desk="d")
    return Evidence(query=query, hits=hits, weights={}, ideal=1.0, seq=1, took_ms=1.0)


def _answer(*sentences: tuple[str, int], **fields: object) -> Answer:
    """An answer whose sentences each cite a sentence of the passage, 0 none."""
    text, claims = "", []
    for words, n in sentences:
        start = len(text)
        claims.append(
            Claim(start=start, end=start + len(words), cited=(n,) if n else (), verdict=None)
        )
        text += words + (f" [{n}] " if n else " ")
    cited = tuple(
        Citation(n=n, head=_head(1), passage_id="p1", first=n, last=n, quote=LINES[n - 1])
        for n in sorted({n for _, n in sentences if n})
    )
    made: dict[str, object] = {
        "id": "x", "question_id": "q", "desk": "d", "question": "?", "level": "quick",
        "wanted": "auto", "text": text, "grounded": True, "confidence": 1.0,
        "claims": tuple(claims), "citations": cited, "cost": Cost(micros=3),
        "full_cost": Cost(micros=5), "took_ms": 7.0,
    }  # fmt: skip
    return Answer(**(made | fields))


KNOWN = {"p1": (_head(1), _passage())}


def test_ranks_of_articles_by_hand() -> None:
    found = retrieval(["a2", "Title 4"], _evidence(_head(1), _head(2), _head(2), _head(3)))
    assert found["hit@1"] == 0
    assert found["hit@10"] == 1
    assert found["mrr"] == 0.5
    gain = 1 / math.log2(3)
    assert found["ndcg@10"] == pytest.approx(gain / (1 + gain))
    assert set(retrieval(["zz"], _evidence(_head(1))).values()) == {0.0}
    assert set(retrieval(["zz"], _evidence()).values()) == {0.0}


def test_an_article_counts_once_whatever_names_it() -> None:
    same = _evidence(_head(1, "News"), _head(2, "News"), _head(3, "News"))
    assert retrieval(["News"], same)["ndcg@10"] == 1.0
    far = _evidence(*(_head(n) for n in range(12)))
    assert retrieval(["a10"], far)["hit@10"] == 0


@given(st.lists(st.integers(1, 30), max_size=40), st.sets(st.integers(1, 30), min_size=1))
def test_measures_of_search_lie_between_nothing_and_all(found: list[int], wanted: set[int]) -> None:
    values = retrieval([f"a{n}" for n in wanted], _evidence(*map(_head, found)))
    assert all(0 <= value <= 1 for value in values.values())
    assert values["hit@1"] <= values["mrr"] <= values["hit@10"]


def test_an_expected_answer_is_found_as_whole_words() -> None:
    assert contains("It opened in 1932.", ["1932"])
    assert not contains("Number 19320", ["1932"])
    assert contains("价格是2025年的3.5元", ["3.5元", "无"])
    assert contains("價格在臺灣", ["价格在台湾"])
    assert contains("Ｔｈｅ Sydney Harbour-Bridge", ["the sydney harbour bridge"])
    assert not contains("anything", ["", "…"])


def test_overlap_of_words_and_of_chinese_characters() -> None:
    assert f1("the Eight lanes", "eight lanes") == 1.0
    assert f1("北京大学", "北京") == pytest.approx(2 * 0.5 * 1 / 1.5)
    assert f1("one two", "three") == f1("", "x") == 0.0


def test_citations_by_hand() -> None:
    answer = _answer(
        ("The bridge opened in 1932.", 1),
        ("The bridge opened in 1945.", 1),
        ("It carries eight lanes.", 0),
        ("I hope this helps.", 0),
    )
    found = citations(answer, KNOWN)
    assert found["cite_precision"] == 0.5
    assert found["cite_recall"] == pytest.approx(1 / 3)
    assert citations(answer, {}) == found  # the quotes alone say the same here
    assert citations(_answer(("Hello!", 0)), KNOWN) == {}


def test_measures_leave_out_what_nothing_was_expected_of() -> None:
    bare = measures(Expected(question="?"), _evidence(), _answer(), {})
    assert set(bare) == {"failed", "declined", "took_ms", "micros", "full_micros"}
    assert (bare["micros"], bare["full_micros"]) == (3, 5)
    expected = Expected(question="?", answers=("1932", "year"), articles=("a1",))
    good = _answer(("The bridge opened in 1932.", 1))
    found = measures(expected, _evidence(_head(1)), good, KNOWN)
    assert found["contains"] == found["hit@1"] == found["cite_recall"] == 1.0
    declined = measures(expected, _evidence(), _answer(grounded=False, text="1932"), {})
    assert (declined["contains"], declined["f1"], declined["declined"]) == (0, 0, 1)
    failed = measures(expected, _evidence(_head(1)), None, {})
    assert (failed["failed"], failed["contains"], failed["hit@1"]) == (1, 0, 1)
    assert "took_ms" not in failed


def test_numbers_of_citations_are_no_words_of_the_answer() -> None:
    expected = Expected(question="?", answers=("7",))
    answer = _answer(text="There are lanes. [7] [?]", claims=())
    assert measures(expected, _evidence(), answer, {})["contains"] == 0


def test_means_medians_and_percentiles() -> None:
    rows = [{"took_ms": float(n), "f1": n / 20, "micros": 5.0} for n in range(1, 21)]
    found = summary([*rows, {"failed": 1.0}])
    assert found["questions"] == 21
    assert (found["median_ms"], found["p95_ms"]) == (10, 19)
    assert found["f1"] == pytest.approx(0.525)
    assert found["failed"] == 1.0
    assert "micros" not in found
    assert summary([]) == {"questions": 0.0}


def test_what_two_runs_differ_in() -> None:
    pairs = [({"f1": 0.0}, {"f1": 1.0})] * 30 + [({"f1": 1.0}, {"f1": 1.0})] * 70
    change = compare([*pairs, ({}, {"f1": 0.0})], "f1")
    assert (change.before, change.now, change.questions) == (0.7, 1.0, 100)
    assert change.mean == pytest.approx(0.3)
    assert 0.19 < change.low < 0.25 < 0.35 < change.high < 0.41
    assert compare(pairs, "f1") == compare(pairs, "f1")
    same = compare([({"f1": 0.4}, {"f1": 0.4})] * 9, "f1")
    assert (same.mean, same.low, same.high) == (0, 0, 0)
    assert compare(pairs, "unknown").questions == 0


def test_few_and_many_questions_give_about_the_same_interval() -> None:
    few = compare([({"x": 0.0}, {"x": n % 5 / 4}) for n in range(1_999)], "x")
    many = compare([({"x": 0.0}, {"x": n % 5 / 4}) for n in range(2_000)], "x")
    assert many.low == pytest.approx(few.low, abs=0.003)
    assert many.high == pytest.approx(few.high, abs=0.003)
