"""Which questions are put to a model though no quote answers them."""

import pytest

from dengmi.answer.quote import quote
from dengmi.answer.worth import HOPELESS, worth_asking
from tests.unit.answer.conftest import evidence_of

GARDEN_ZH = (
    "云岭茶园的一年",
    "春天，清明前后开始采头茬。夏天，工人修剪茶树，还要除草、防虫。"
    "秋天施一次有机肥。冬天，茶树休眠，大家检修炒茶的机器。",
)
INN_ZH = (
    "青石巷民宿常见问题",
    "下午两点以后入住，中午十二点前退房。早餐有豆浆和油条，各种口味都做。",
)
GARDEN = (
    "The nursery of Birkholm",
    "In spring the beds are dug over. In summer everything is watered twice a day."
    " In winter the tools are mended and the catalogue is printed.",
)
SHOP = ("Refunds", "You can return goods within thirty days. We send the money back in each case.")
SHELF = (INN_ZH, GARDEN_ZH, SHOP, GARDEN)


@pytest.mark.parametrize(
    "question",
    [
        "请说说茶园在四季里各做什么",
        "茶园每个季节分别干什么活？",
        "What work does the Birkholm crew have per quarter?",
    ],
)
def test_a_question_that_names_the_article_is_put_to_a_model(question: str) -> None:
    evidence = evidence_of(SHELF, question)
    unsure = quote(question, evidence).confidence
    assert worth_asking(question, evidence, min(unsure, HOPELESS / 2))


@pytest.mark.parametrize(
    "question",
    ["怎么做才能每个季度都赚钱？", "How do I reset my phone in each case?", "北京明天天气怎么样？"],
)
def test_a_question_of_a_stranger_is_not(question: str) -> None:
    evidence = evidence_of(SHELF, question)
    assert not worth_asking(question, evidence, HOPELESS / 2)


def test_quotes_that_may_be_right_are_enough() -> None:
    question = "What is mended in winter?"
    assert worth_asking(question, evidence_of(SHELF, question), HOPELESS)
    nothing = evidence_of(SHELF, "zzz")
    assert not worth_asking("zzz", nothing, 1.0)
