"""Which rewritings of a follow-up are believed."""

import pytest

from dengmi.answer.follow.turns import Turn
from dengmi.answer.rewriting import fits

TOWER = [
    Turn(
        "When was the clock tower of Linmen built?",
        "Adele Brandt built it in 1904. It is 38 metres high.",
        ("Clock tower",),
        "en",
    )
]
TEA = [Turn("老茶厂的院子几点开门？", "老茶厂的院子每天上午九点开门，门票12元。", (), "zh")]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("And the woman?", "Who was the woman Adele Brandt, who built the clock tower of Linmen?"),
        ("And the height?", "What is the height of the clock tower of Linmen?"),
        ("Was it 38?", "Is the clock tower of Linmen 38 metres high?"),
    ],
)
def test_what_the_conversation_holds_is_believed(question: str, text: str) -> None:
    assert fits(text, question, TOWER)


def test_so_it_is_in_chinese() -> None:
    assert fits("老茶厂的院子门票多少钱？", "那门票呢？", TEA)
    assert fits("老茶厂的门票是12元吗？", "真的12元吗？", TEA)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing"),
        ("?", "no words"),
        ("Adele Brandt built the clock tower of Linmen.", "an answer"),
        ("Who was Adele Brandt?\nShe built the tower?", "more than a line"),
        ("Was the clock tower of Linmen built in 1905?", "another number"),
        ("Did Gustave Eiffel build the clock tower of Linmen?", "another name"),
        ("Did Adele Brandt build the clock tower of Paris?", "another place"),
        (
            "Which furniture, gardens, paintings and bridges did Adele Brandt invent?",
            "words that nobody said",
        ),
        ("Where do walruses sleep?", "something else altogether"),
        ("How high is the clock tower of Linmen?", "another question of the conversation"),
        ("林门的钟楼是谁建的？", "another language"),
        ("And the woman?", "the question as it was"),
        (f"Was {'the clock tower of Linmen ' * 30}built?", "far too long"),
    ],
)
def test_what_it_brings_in_is_not_believed(text: str, why: str) -> None:
    assert not fits(text, "And the woman?", TOWER), why


@pytest.mark.parametrize(
    "text", ["老茶厂的门票是15元吗？", "上海的门票多少钱？", "门票是十五元吗？"]
)
def test_nor_in_chinese(text: str) -> None:
    assert not fits(text, "那门票呢？", TEA)


def test_a_number_that_was_asked_about_must_stay() -> None:
    assert not fits("How high is the clock tower of Linmen?", "And in 1999?", TOWER)
    assert fits("How high was the clock tower of Linmen in 1999?", "And in 1999?", TOWER)
