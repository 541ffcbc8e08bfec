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


def _task(source: str, policy: Policy = "mark") -> Task:
    return Task(
        question=Question(id="q", desk="d", text="茶园都做什么？"),
        level="quick",
        models=("one",),
        messages=(),
        shown=Shown((article(1, "The Ardmoy ferry", source),)),
        policy=policy,
        max_tokens=200,
    )


def become(draft: str, source: str = FERRY, policy: Policy = "mark") -> Written:
    """What becomes of a draft."""
    begun = Begun(_task(source, policy), lambda *_: False)
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
        "NO ANSWER",
        "**NO\\_ANSWER** [1.2][4.3]",
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


def test_a_model_that_goes_round_in_circles_is_heard_once() -> None:
    tea = (
        "清明前采的茶叫明前茶，芽小。夏天茶农不采茶，只除草和施菜籽饼肥。"
        "冬天要给茶树修剪，并在根部铺上稻草防冻。"
    )
    begun = Begun(_task(tea), lambda *_: False)
    for sentence in begun.heard(
        f"茶园都做什么？\n\n春天：{tea}\n\n春天和秋天：{tea}\n\n春天：{tea}"
    ):
        list(begun.checked(sentence))
        if begun.done:
            break
    assert begun.done
    assert not begun.declined
    written = begun.written([], cut=False)
    assert written.text.count("夏天茶农不采茶") == 1
    assert "？" not in written.text


def test_short_items_and_rows_may_be_said_twice() -> None:
    rows = "| day | dogs |\n|---|---|\n| Monday | on deck |\n| Monday | on deck |"
    assert (
        become(f"{rows}\n- Yes.\n- Yes.\n\nThe crossing takes 18 minutes. [1.2]").text.count("Yes.")
        == 2
    )


def test_half_a_sentence_at_the_end_of_the_room_is_left_out() -> None:
    begun = Begun(_task(FERRY), lambda *_: False)
    draft = "The crossing takes 18 minutes. [1.2] Dogs are allowed on deck but not in"
    for sentence in begun.heard(draft):
        list(begun.checked(sentence))
    for sentence in begun.rest(cut=True):
        list(begun.checked(sentence))
    assert begun.cut
    assert begun.written([], cut=True).text == "The crossing takes 18 minutes. [1]"


def test_half_a_sentence_is_better_than_nothing() -> None:
    begun = Begun(_task(FERRY), lambda *_: False)
    for sentence in (*begun.heard("Dogs are allowed on deck but not"), *begun.rest(cut=True)):
        list(begun.checked(sentence))
    assert begun.written([], cut=True).text.startswith("Dogs are allowed on deck")


@pytest.mark.parametrize(
    "talk",
    [
        "These steps are based on information given in articles [1.1][1.2].",
        "The above information is taken from the sources [1.2].",
        "以上信息来自文章[1.1]。",
    ],
)
def test_where_an_answer_comes_from_is_not_said_twice(talk: str) -> None:
    written = become(f"The crossing takes 18 minutes. [1.2]\n{talk}")
    assert written.text == "The crossing takes 18 minutes. [1]"


def test_no_answers_the_question_and_denies_nothing() -> None:
    written = become("No, dogs are not allowed in the saloon. [1.4]")
    assert [claim.verdict for claim in written.claims] == ["supported"]
    written = become("No, the crossing takes 18 minutes. [1.2]")
    assert written.text == "No, the crossing takes 18 minutes. [1]"


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
