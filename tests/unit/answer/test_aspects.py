"""Questions whose words say little and ask for a price or a way."""

from collections.abc import Callable

import pytest

from dengmi.answer.aspects import aspects_of
from dengmi.answer.quote import Quoted

Ask = Callable[..., Quoted]

TEMPLE = (
    "云台寺参观指南",
    "云台寺每天上午八点开放，下午五点半停止入园。门票价格是三十元，六十岁以上老人半价。"
    "停车场在山门东侧，前两个小时免费。从市区坐12路公交车到云台站下车，全程约五十分钟。",
)
POOL = (
    "城东游泳馆",
    "城东游泳馆周一闭馆检修。年卡一千二百元，单次二十五元。深水区水深两米二，需要持深水证。",
)
CASTLE = (
    "Visiting Harrow Castle",
    "Harrow Castle opens at ten. A ticket for adults is 12 euros."
    " Take bus 40 from the harbour to the gate. The garden has four hundred roses.",
)
ALL = (TEMPLE, POOL, CASTLE)

SPRING = (
    "灵山寺参观指南",
    "灵山寺位于灵山南麓，始建于唐代。斋堂每天中午供应素面，每碗十元。门票在东门售票处出售。"
    "山下的民宿每晚二百元。自驾的游客可以停到山门东侧。",
)
TOWER = (
    "Visiting the Amber Tower",
    "The Amber Tower stands on a hill above the river. The tea room in the east wing serves soup."
    " Entry is sold at the gate. Cars are left in the field behind the church."
    " The Crown is a small inn at the foot of the hill.",
)
PLACES = (
    SPRING,
    TOWER,
    POOL,
    ("Lakeside walks", "The lake has three paths. Swans nest in the reeds."),
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("门票多少钱？", "门票价格是三十元"),
        ("門票多少錢？", "门票价格是三十元"),
        ("停车要钱吗", "前两个小时免费"),
        ("停车收费吗？", "前两个小时免费"),
        ("云台寺怎么去", "坐12路公交车"),
        ("怎么去云台寺？", "坐12路公交车"),
        ("坐什么车去云台寺", "坐12路公交车"),
        ("年卡多少钱", "年卡一千二百元"),
        ("How much is a ticket for adults?", "12 euros"),
        ("How do I get to Harrow Castle?", "Take bus 40"),
    ],
)
def test_the_sentence_that_tells_comes_first(ask: Ask, question: str, told: str) -> None:
    quoted = ask(ALL, question)
    assert quoted.grounded
    assert told in quoted.citations[0].quote


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("灵山寺在哪里吃饭", "斋堂每天中午供应素面"),
        ("靈山寺在哪裡吃飯？", "斋堂每天中午供应素面"),
        ("灵山寺哪里可以停车？", "停到山门东侧"),
        ("灵山寺附近住哪里", "民宿每晚二百元"),
        ("灵山寺门票在哪买", "东门售票处"),
        ("灵山寺在哪里", "位于灵山南麓"),
        ("Where can I eat at the Amber Tower?", "The tea room"),
        ("Where can we park at the Amber Tower?", "Cars are left in the field"),
        ("Where to stay near the Amber Tower?", "a small inn"),
        ("Where can I buy tickets for the Amber Tower?", "Entry is sold at the gate"),
        ("Where is the Amber Tower?", "stands on a hill"),
    ],
)
def test_where_to_do_something_is_told_by_such_a_place(ask: Ask, question: str, told: str) -> None:
    quoted = ask(PLACES, question)
    assert quoted.grounded
    assert told in quoted.citations[0].quote


@pytest.mark.parametrize(
    "question",
    [
        "游泳馆在哪里吃饭",
        "游泳馆哪里可以停车",
        "Where can I eat by the lake?",
        "Where to stay at the lake?",
    ],
)
def test_where_alone_does_not_answer_where_to_do_something(ask: Ask, question: str) -> None:
    assert not ask(PLACES, question).grounded


@pytest.mark.parametrize(
    "question", ["宠物寄养多少钱？", "轮椅要钱吗", "How much is a guided tour?", "怎么去火车站？"]
)
def test_what_is_not_told_is_not_answered(ask: Ask, question: str) -> None:
    assert not ask(ALL, question).grounded


@pytest.mark.parametrize(
    ("question", "aspects"),
    [
        ("how much is the fish?", {"\x00price"}),
        ("how much of the fish is bone?", set()),
        ("how much water does the tank hold?", set()),
        ("怎么走最快", {"\x00way"}),
        ("怎么做红烧肉", set()),
        ("多少人参加", set()),
        ("灵山寺在哪里吃饭", {"\x00food"}),
        ("车停哪儿？", {"\x00parking"}),
        ("有住宿的地方吗", {"\x00bed"}),
        ("熊猫在哪里吃竹子", set()),
        ("李白住在哪里？", set()),
        ("公司在哪里买的股票", set()),
        ("where do penguins eat", set()),
    ],
)
def test_what_asks_for_an_aspect(question: str, aspects: set[str]) -> None:
    assert set(aspects_of(question)) == aspects
