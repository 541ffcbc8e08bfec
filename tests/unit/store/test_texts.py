"""Cleaning text, JSON columns, sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.records import Answer, Passage, Question, Sentence
from dengmi.core.sketches import alike
from dengmi.store import reposts
from dengmi.store.clean import clean, clean_deep
from dengmi.store.jsons import from_json, to_json
from dengmi.store.rows import KINDS, kept_passage, pack_headings, pack_sentences, passage

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_cleaned_text_can_be_stored_and_keeps_its_length(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) == len(text)
    assert "\0" not in cleaned.encode().decode()
    assert clean(cleaned) == cleaned
    for before, after in zip(text, cleaned, strict=True):
        assert before == after or after == "\ufffd"


@given(st.recursive(ANY_TEXT | st.integers(-5, 5), lambda each: st.lists(each) | st.tuples(each)))
def test_json_of_anything_is_clean(value: object) -> None:
    text = to_json(value)
    assert "\\u0000" not in text
    assert from_json(text, object) == clean_deep(value) or isinstance(value, int | tuple)


def test_a_backslash_before_u0000_is_no_nul() -> None:
    assert from_json(to_json(["\\u0000"]), list[str]) == ["\\u0000"]


@given(
    st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 9999), st.sampled_from(KINDS))),
    st.lists(ANY_TEXT.map(clean)),
)
def test_passages_come_back_from_their_columns(
    parts: list[tuple[int, int, str]], headings: list[str]
) -> None:
    sentences = tuple(
        Sentence(n=n, start=start, end=end, kind=kind)
        for n, (start, end, kind) in enumerate(parts, start=1)
    )
    row = ("p_1", 3, "text", pack_sentences(sentences), pack_headings(headings), 4, 5)
    found = passage(row)
    assert kept_passage(row) == kept_passage(row) == found
    assert found == Passage(
        id="p_1", n=3, text="text", sentences=sentences, headings=tuple(headings), block=4, offset=5
    )
    assert isinstance(found.sentences, tuple)
    assert isinstance(found.headings, tuple)


def test_every_field_of_question_and_answer_has_its_column() -> None:
    from dengmi.store.queries import load

    queries = load("sqlite")
    passing = {"deadline", "background", "owed_at"}  # of this moment; what is owed is a delivery
    question = set(Question.__dataclass_fields__) - passing
    assert question <= set(queries["questions_insert"].params)
    answer = set(Answer.__dataclass_fields__) - {"cost", "full_cost"}
    assert answer <= set(queries["answers_insert"].params)


SKETCH = tuple(range(64))


def test_alike_counts_equal_places() -> None:
    assert alike(SKETCH, SKETCH) == 1.0
    assert alike(SKETCH, SKETCH[::-1]) == 0.0
    assert alike(SKETCH, (*SKETCH[:48], *range(900, 916))) == 0.75
    assert alike((), ()) == alike(SKETCH, SKETCH[:10]) == 0.0


@given(st.lists(st.integers(0, 2**32 - 1), max_size=64).map(tuple), st.text(max_size=5))
def test_bands_fit_a_bigint_and_depend_on_the_desk(sketch: tuple[int, ...], desk: str) -> None:
    found = reposts.bands(clean(desk), sketch)
    assert len(found) == min(12, len(sketch) // 5)
    assert all(0 <= band < 2**63 for band in found)
    assert reposts.unpack(reposts.pack(sketch)) == sketch
    assert found == [] or found != reposts.bands(clean(desk) + "x", sketch)


@pytest.mark.parametrize("changed", [0, 6, 12])
def test_alike_sketches_share_a_band_nearly_always(changed: int) -> None:
    import random

    rng = random.Random(changed)
    missed = 0
    for _ in range(500):
        a = [rng.getrandbits(32) for _ in range(64)]
        b = list(a)
        for place in rng.sample(range(64), changed):
            b[place] = rng.getrandbits(32)
        missed += not set(reposts.bands("d", tuple(a))) & set(reposts.bands("d", tuple(b)))
    assert missed <= 10
