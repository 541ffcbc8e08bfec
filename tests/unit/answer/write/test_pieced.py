"""Found sentences must hold more of a claim than a word each; labels that let something in."""

import pytest

from dengmi.answer.write.citing import Citing
from dengmi.answer.write.draft import Sentenced
from dengmi.answer.write.shown import Shown
from dengmi.core.records import Verdict
from tests.unit.answer.conftest import written

SAUNA = ("The sauna", "The sauna opens at 15:00 every day. Towels cost two euros.")
BIKES = (
    "Bikes",
    "In summer we rode to the lake twice a week; the cold water still surprises visitors.",
)


def _verdict(
    articles: list[tuple[str, str]], claim: str, *cites: tuple[int, int]
) -> Verdict | None:
    shown = Shown(tuple(written(n, *each) for n, each in enumerate(articles, 1)))
    found = Citing(shown, "mark").weigh(Sentenced("", "", claim, cites)).found
    return found.verdict if found else None


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("Visitors from abroad love the sauna very much.", False),
        ("Visitors may use the sauna every day from 15:00.", True),
        ("The sauna is open daily from 3 p.m., and towels are two euros.", True),
        ("The sauna opens at 15:00 every day, and the cold lake surprises visitors.", True),
    ],
)
def test_a_word_from_each_of_two_articles_bears_nothing_out(claim: str, supported: bool) -> None:
    assert (_verdict([SAUNA, BIKES], claim) == "supported") == supported


@pytest.mark.parametrize(
    ("claim", "sentence", "verdict"),
    [
        ("狗：允许", "欢迎带狗入园。", "supported"),
        ("狗：允许。", "可以带狗，须牵绳。", "supported"),
        ("猫：允许", "欢迎带狗入园。", "unsupported"),
        ("狗：允许", "狗必须留在园外。", "unsupported"),
        ("狗：允许", "谢绝带狗入园。", "unsupported"),
        ("Dogs: allowed", "Dogs must stay outside.", "unsupported"),
        ("Dogs: allowed", "Dogs are to be left at the gate.", "unsupported"),
        ("Dogs: allowed", "Dogs are welcome on a lead.", "supported"),
        ("Dogs: allowed", "Dogs are not welcome.", "unsupported"),
    ],
)
def test_labels_that_let_something_in(claim: str, sentence: str, verdict: Verdict) -> None:
    assert _verdict([("Rules / 须知", sentence)], claim, (1, 1)) == verdict
