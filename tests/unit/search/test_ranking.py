"""Reading questions, ordering, folding, dates, marks: the pure parts of search."""

from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.records import Head, Passage, Sentence
from dengmi.language.dates import DateWish
from dengmi.search.asked import LONGEST, MOST_TERMS, asked
from dengmi.search.fold import folded
from dengmi.search.index.lexical import day_number, entry
from dengmi.search.marks import marks
from dengmi.search.rank import Found, ranked
from dengmi.search.timely import timely

WORDS = st.sampled_from(["a", "b", "c", "d", "灯谜", "元宵"])
LINES = st.lists(st.lists(WORDS, max_size=6).map(" ".join), min_size=2, max_size=6)
FOUND = st.builds(
    Found,
    passage_id=st.text("abc", min_size=1, max_size=3),
    bm25=st.floats(0, 20),
    day=st.sampled_from([0, 20240101, 20250101]),
    terms=LINES.map(lambda lines: "\n".join(f" {line} " for line in lines)),
)


def passage(text: str, name: str = "p_1") -> Passage:
    return Passage(id=name, n=1, text=text, sentences=(Sentence(n=1, start=0, end=len(text)),))


def head(pk: int, *addresses: str, desk: str = "d") -> Head:
    return Head(pk=pk, id=f"a_{pk}", desk=desk, source_id="s", title="T", addresses=addresses)


def found(name: str, terms: str, bm25: float = 1.0, day: int = 0) -> Found:
    lines = "\n".join(f" {line} " for line in terms.split("\n"))
    return Found(passage_id=name, bm25=bm25, day=day, terms=lines)


def test_words_that_only_ask_weigh_less() -> None:
    question = asked("Who was the first riddle master? 谁发明了灯谜？")
    assert question.terms["riddl"] == 1.0
    assert all(weight < 1 for term, weight in question.terms.items() if term in ("who", "谁"))
    assert ("first", "riddl") in question.pairs


def test_a_long_question_is_cut() -> None:
    question = asked(" ".join(f"word{n}" for n in range(5_000)))
    assert len(question.terms) <= MOST_TERMS
    assert asked("x" * LONGEST * 500).terms


@given(st.text(max_size=50))
def test_any_question_can_be_read(text: str) -> None:
    question = asked(text)
    assert all(weight > 0 and not any(map(str.isspace, t)) for t, weight in question.terms.items())
    assert all(a in question.terms and b in question.terms for a, b in question.pairs)


@given(st.lists(FOUND, max_size=8, unique_by=lambda one: one.passage_id), st.permutations(range(8)))
def test_the_order_does_not_depend_on_the_order_found(some: list[Found], order: list[int]) -> None:
    weights = {"a": 2.0, "b": 1.0, "灯谜": 3.0}
    pairs = [("a", "b")]
    mixed = [some[at] for at in order if at < len(some)]
    assert ranked(some, weights, pairs) == ranked(mixed, weights, pairs)
    assert len(ranked(some, weights, pairs)) == len(some)


def test_equal_scores_are_ordered_by_id() -> None:
    row = [found(name, "\n\nx y") for name in ("p_3", "p_1", "p_2")]
    assert [one.passage_id for _, one in ranked(row, {"x": 1.0})] == ["p_1", "p_2", "p_3"]


def test_one_sentence_beats_scattered_words() -> None:
    row = [found("p_1", "\n\na x x\nb x x"), found("p_2", "\n\na b x\nx x x")]
    assert ranked(row, {"a": 1.0, "b": 1.0})[0][1].passage_id == "p_2"


def test_a_title_hit_and_a_phrase_count() -> None:
    titled = [found("p_1", "z\n\nx x\na y"), found("p_2", "a\n\nx x\na y")]
    assert ranked(titled, {"a": 1.0})[0][1].passage_id == "p_2"
    phrase = [found("p_1", "\n\nb a x"), found("p_2", "\n\na b x")]
    assert ranked(phrase, {"a": 1.0, "b": 1.0}, [("a", "b")])[0][1].passage_id == "p_2"


def test_reposts_and_equal_texts_are_folded() -> None:
    hits = [
        (9.0, head(1, "u1", "u2"), passage("One text.", "p_1")),
        (8.0, head(2, "u2", "u1"), passage("Its repost, changed a little.", "p_2")),
        (7.0, head(1, "u1", "u2"), passage("More of the first.", "p_3")),
        (6.0, head(3), passage("one  TEXT.", "p_4")),
        (5.0, head(4, "u1"), passage("Another article at the same address.", "p_5")),
        (4.0, head(5, "u1", "u2", desk="other"), passage("Another desk.", "p_6")),
    ]
    assert [p.id for _, _, p in folded(hits)] == ["p_1", "p_3", "p_5", "p_6"]


def test_the_newest_of_the_relevant_comes_first() -> None:
    row = [
        (10.0, found("p_old", "", day=20200101)),
        (9.0, found("p_new", "", day=20250601)),
        (8.5, found("p_undated", "")),
        (2.0, found("p_beside", "", day=20251231)),
    ]
    assert [one.passage_id for _, one in timely(row, DateWish(newest=True))] == [
        "p_new",
        "p_old",
        "p_undated",
        "p_beside",
    ]
    assert timely(row, DateWish()) == row
    in_2025 = timely(row, DateWish(since="2025-01-01", until="2025-12-31"))
    assert in_2025[0][1].passage_id == "p_new"
    assert sorted(in_2025) == sorted(row)


def test_day_numbers() -> None:
    assert day_number("2024-01-31") == day_number("2024-01-31T10:00:00Z") == 20240131
    assert day_number("2024") == 20240101
    assert day_number("2024-05") == 20240501
    assert day_number("2024", late=True) > day_number("2024-12-31")
    assert day_number("2024-05", late=True) < day_number("2024-06-01")
    assert day_number(None) == day_number("") == day_number("soon") == 0


def test_marks_are_inside_their_sentences() -> None:
    text = "灯谜挂在灯笼上。Riddles hang on lanterns."
    two = Passage(
        id="p",
        n=1,
        text=text,
        sentences=(Sentence(n=1, start=0, end=8), Sentence(n=2, start=8, end=len(text))),
    )
    first, second = marks(two, frozenset(asked("灯谜 lantern").terms))
    assert [text[:8][start:end] for start, end in first] == ["灯谜"]
    assert [text[8:][start:end] for start, end in second] == ["lanterns"]


def test_an_entry_has_a_line_for_each_part() -> None:
    whole = Passage(
        id="p",
        n=1,
        text="First one.\nSecond one.",
        sentences=(Sentence(n=1, start=0, end=10), Sentence(n=2, start=11, end=22)),
        headings=("Top", "Below"),
    )
    lines = [" t ", " top below ", " first one ", " second one "]
    assert entry(head(1), whole).split("\n") == lines


def test_a_compound_as_a_whole_weighs_less_than_its_parts() -> None:
    weights = asked("self-renewing cells in max_tokens 灯谜大会").terms
    assert weights["selfrenew"] == weights["maxtoken"] == 0.5
    assert {
        weight for term, weight in weights.items() if term not in ("selfrenew", "maxtoken")
    } == {1.0}


def test_a_word_that_begins_alike_counts_for_a_part() -> None:
    row = [
        found("p_kin", "\n\ndiagnosi x"),
        found("p_same", "\n\ndiagnost x", bm25=3.0),
        found("p_none", "\n\ndiamet x"),
    ]
    scores = {one.passage_id: score for score, one in ranked(row, {"diagnost": 2.0})}
    assert scores["p_same"] > scores["p_kin"] > scores["p_none"] == 1.0


def test_numbers_identifiers_and_short_words_have_no_kin() -> None:
    row = [found("p_1", "\n\n20245 covid20 rates 灯谜会员 x")]
    for term in ("20241", "covid19", "rate", "灯谜会场地"):
        assert ranked(row, {term: 2.0})[0][0] == 1.0
