"""The stand-in for a model copies what answers, and declines where nothing does."""

from dengmi.core.chat import DECLINED, Message
from dengmi.models.extractive import extract

FAQ = """\
[1.1] Q: How long does shipping take?
[1.2] A: Two to three working days.
[1.3] 问：发票怎么开？
[1.4] 答：退房后在小程序里填抬头。
[1.5] * bonfires only in October
"""
TABLE = """\
[2.1] Ticket | Adults | Children
[2.2] Single visit | €5.50 | €3.00
[2.3] Ten visits | €48.00 | €26.00
[2.4] On holidays the Sunday hours apply.
[3.1] The pool lies at 14 Mill Lane.
"""


def answer(articles: str, question: str) -> str:
    return extract([Message("user", f"Articles:\n{articles}\nQuestion: {question}\n(Shortly.)")])


def test_the_sentence_behind_a_question_answers_it() -> None:
    assert answer(FAQ, "How long does shipping take?") == "Two to three working days. [1.2]"
    assert answer(FAQ, "发票怎么开？") == "退房后在小程序里填抬头。[1.4]"
    assert answer(FAQ, "When are bonfires allowed?") == "bonfires only in October [1.5]"


def test_the_first_row_of_a_table_is_no_answer() -> None:
    asked = answer(TABLE, "What does an adult pay for a single ticket?")
    assert asked == "Single visit | €5.50 | €3.00 [2.2]"


def test_rows_stand_on_lines_of_their_own() -> None:
    told = answer(TABLE, "Single visit or ten visits?").split("\n")
    assert sorted(told) == [
        "Single visit | €5.50 | €3.00 [2.2]",
        "Ten visits | €48.00 | €26.00 [2.3]",
    ]


def test_only_what_answers_nearly_as_well_stands_beside_the_best() -> None:
    assert answer(TABLE, "Where in Mill Lane does the pool lie?").count("[") == 1


def test_what_nothing_answers_is_declined() -> None:
    assert answer(TABLE, "Who composed this symphony?") == DECLINED
    assert answer("", "Who?") == DECLINED
    assert extract([]) == DECLINED
