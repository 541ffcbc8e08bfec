"""The judge: planted sentences caught, true ones let through, and what must hold for any text."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.answer.check.judge import Source, best_support, judge, states_fact

PLANTED = Path(__file__).parents[3] / "data" / "planted.jsonl"
FIRST = ("tune", *(f"fresh{n}" for n in ("", *range(2, 8))))
LATER = ("sealed", "fresh8", "fresh9", "fresh10")
SENTENCE = "The harbour of Linmen has 120 berths and opened on 3 May 1998."


def _planted(half: str) -> list[tuple[bool, bool]]:
    """(whether it is true, whether it counts as supported) of every planted sentence."""
    found = []
    for line in PLANTED.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["half"] != half:
            continue
        texts = row["article"]
        sources = [
            Source(texts[n - 1], row.get("title", ""), (), texts[n - 2] if n > 1 else "")
            for n in row["cited"]
        ]
        found.append((row["kind"] == "true", judge(row["claim"], sources).verdict == "supported"))
    return found


@pytest.mark.parametrize(
    ("halves", "caught", "flagged"),
    [
        pytest.param(("held",), 0.95, 0.05, id="held"),
        pytest.param(FIRST, 0.93, 0.061, id="first"),
        pytest.param(LATER, 0.89, 0.132, id="later"),
        pytest.param(("sealed2",), 0.89, 0.22, id="sealed2"),
        pytest.param(("sealed3", "sealed4"), 0.77, 0.20, id="by others"),
    ],
)
def test_planted_sentences_are_caught(
    halves: tuple[str, ...], caught: float, flagged: float
) -> None:
    """The aim is 95 and 5 %; these hold what was reached
    (docs/decisions/0044-learning-from-many.md)."""
    counts = Counter(each for half in halves for each in _planted(half))
    false = counts[False, False] + counts[False, True]
    true = counts[True, True] + counts[True, False]
    assert false >= 150
    assert counts[False, False] / false >= caught
    assert counts[True, False] / true <= flagged


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_is_judged_without_an_error(claim: str, sources: list[str]) -> None:
    found = judge(claim, [Source(text) for text in sources])
    assert 0.0 <= found.score <= 1.0
    states_fact(claim)
    assert len(best_support(claim, [Source(text) for text in sources])) <= 2


@given(st.integers(2, 99_999).filter(lambda n: n != 120))
def test_another_number_is_never_supported(number: int) -> None:
    claim = SENTENCE.replace("120", str(number))
    assert judge(claim, [Source(SENTENCE)]).verdict != "supported"


@pytest.mark.parametrize("number", [3, 5, 1998])
def test_a_number_of_the_date_is_no_other_number(number: int) -> None:
    claim = SENTENCE.replace("120", str(number))
    assert judge(claim, [Source(SENTENCE)]).verdict == "unsupported"


def test_the_sentence_itself_is_supported() -> None:
    for sentence in (SENTENCE, "林门港有120个泊位，于1998年5月3日启用。"):
        assert judge(sentence, [Source(sentence)]).verdict == "supported"


def test_a_copy_needs_no_weighing() -> None:
    odd = "Xyzzy 12, not 13: never; 第三 — or so?"
    assert judge(f" {odd}\n", [Source("Something else."), Source(odd)]).score == 1.0
    assert judge(odd.replace("13", "14"), [Source(odd)]).verdict != "supported"


def test_a_denial_is_not_supported() -> None:
    source = Source("The museum is open on Sundays and guests may bring dogs.")
    assert judge("The museum is not open on Sundays.", [source]).verdict == "unsupported"
    zh = Source("游客可以携带宠物进入花园。")
    assert judge("游客不可以携带宠物进入花园。", [zh]).verdict == "unsupported"


@pytest.mark.parametrize(
    ("lead", "said", "turned"),
    [
        (
            "答：",
            "入住前三天取消全额退款，前一天取消退一半，当天取消不退。",
            "入住前三天取消不退，前一天取消退一半，当天取消全额退款。",
        ),
        (
            "根据规定，",
            "平日参观要预约，周末参观不用预约。",
            "平日参观不用预约，周末参观要预约。",
        ),
    ],
)
def test_a_denial_in_one_clause_of_several_is_no_other_denial(
    lead: str, said: str, turned: str
) -> None:
    source = Source(lead + said)
    assert judge(said, [source]).verdict == "supported"
    assert judge(turned, [source]).verdict == "unsupported"


def test_the_best_sentence_is_found_among_many() -> None:
    others = [Source(f"Sentence {n} is about something else entirely.") for n in range(80)]
    ((place, share), *_) = best_support(
        "Linmen's harbour has 120 berths.", [*others, Source(SENTENCE)]
    )
    assert place == 80
    assert share > 0.5


@pytest.mark.parametrize(
    "words",
    [
        *("Here is what the articles say:", "The articles do not say when.", "文章没有提到价格。"),
        *("你好！", "价格是多少？", "**Prices**", ""),
    ],
)
def test_what_states_nothing(words: str) -> None:
    assert not states_fact(words)


def test_what_states_something() -> None:
    assert states_fact("It costs 5 euros.")
    assert states_fact("花园每天开放。")
