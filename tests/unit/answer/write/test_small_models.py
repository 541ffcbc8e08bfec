"""What small models really wrote, and what is made of it. The drafts are those of a model of 1.5 B
parameters over articles like these, some shortened."""

import time

import pytest

from dengmi.answer.check.judge import warm
from dengmi.answer.check.silence import declines, is_silent
from dengmi.answer.common import commonness
from dengmi.answer.write.begun import Begun, Task, Written
from dengmi.answer.write.marks import any_number, without_marks
from dengmi.answer.write.shown import Shown
from dengmi.core.records import Policy, Question
from tests.unit.answer.conftest import written as article

FERRY = (
    "The ferry between Ardmoy and Skell Island runs every 40 minutes. The crossing takes 18 "
    "minutes. A single ticket costs €4.50. Dogs are allowed on deck but not in the saloon."
)
MUSEUM = "博物馆每周二至周日9:00至17:00开放，周一闭馆。成人票每张30元。馆内可以拍照。"


@pytest.fixture(scope="module", autouse=True)
def ready() -> None:
    """What judging needs is read from files."""
    warm()
    commonness("ferry")


def become(draft: str, source: str = FERRY, policy: Policy = "mark") -> Written:
    """What becomes of a draft."""
    task = Task(
        question=Question(id="q", desk="d", text="?"),
        level="quick",
        models=("one",),
        messages=(),
        shown=Shown((article(1, "The Ardmoy ferry", source),)),
        policy=policy,
        max_tokens=200,
    )
    begun = Begun(task, lambda *_: False)
    for sentence in (*begun.heard(draft), *begun.rest()):
        list(begun.checked(sentence))
    return begun.written([], cut=False)


@pytest.mark.parametrize("policy", ["mark", "drop", "off"])
@pytest.mark.parametrize(
    "draft",
    [
        "The mayor of Ardmoy is not mentioned in the given articles.",
        "The articles do not mention the mayor. NO_ANSWER",
        "I'm sorry, but there is no information about the mayor in the text.",
        "The information about the mayor is not provided.",
        "NO_ANSWER.",
        "文章中没有提到馆长的电话。",
        "根据提供的信息，无法确定馆长的电话。",
    ],
)
def test_a_polite_refusal_is_one(draft: str, policy: Policy) -> None:
    written = become(draft, MUSEUM if not draft.isascii() else FERRY, policy)
    assert (written.declined, written.text) == (True, "")


def test_a_refusal_behind_an_answer_to_the_other_part_is_none() -> None:
    written = become(
        "The crossing takes 18 minutes. [1.2] The articles do not mention the mayor. NO_ANSWER"
    )
    assert not written.declined
    assert written.text.startswith("The crossing takes 18 minutes. [1]")
    assert "NO_ANSWER" not in written.text


def test_a_made_up_answer_is_no_refusal() -> None:
    written = become("The mayor of Ardmoy is Duncan Reid, elected in 2019.")
    assert (written.declined, written.text) == (False, "")


def test_a_fact_about_what_is_not_known_is_checked() -> None:
    told = "The age of the bridge could not be determined."
    assert declines(told)
    assert not is_silent(told)


def test_an_answer_without_numbers_gets_them() -> None:
    written = become("The crossing to Skell Island takes 18 minutes. A single ticket costs €4.50.")
    assert [claim.verdict for claim in written.claims] == ["supported", "supported"]
    assert all(claim.cited for claim in written.claims)


@pytest.mark.parametrize("filler", [" ", "\t", "[1.1", "(1.1) ", "根据", "** "])
def test_long_lines_cost_their_length(filler: str) -> None:
    def took(length: int) -> float:
        line = (filler * length)[:length] + "[1.1"
        began = time.process_time()
        without_marks(line, any_number)
        return time.process_time() - began

    took(1_000)
    short, long = (min(took(length) for _ in range(3)) for length in (2_000, 16_000))
    assert long < 40 * max(short, 0.0005), "eight times as long, not sixty-four times as much"
