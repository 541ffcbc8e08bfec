"""Headings that become questions."""

from dataclasses import replace

import pytest

from dengmi.answer.offered import questions
from dengmi.answer.suggest import MOST, RELATED, candidates
from dengmi.core.records import Evidence, Head, Hit, Passage, SearchQuery
from tests.unit.answer.conftest import written


def evidence_with(*headings: str, title: str = "Guide") -> Evidence:
    hits = tuple(
        Hit(
            rank=n,
            score=1.0,
            head=Head(pk=n, id=f"a{n}", desk="d", source_id="s", title=title),
            passage=Passage(id=f"p{n}", n=1, text="A text.", sentences=(), headings=(heading,)),
        )
        for n, heading in enumerate(headings, 1)
    )
    query = SearchQuery(text="?", desk="d")
    return Evidence(query=query, hits=hits, weights={}, ideal=1.0, seq=1, took_ms=0.0)


@pytest.mark.parametrize(
    ("heading", "lang", "expected"),
    [
        ("Install the package", "en", "How do I install the package?"),
        ("Move to PostgreSQL", "en", "How do I move to PostgreSQL?"),
        ("The default desk", "en", "What is the default desk?"),
        ("Optional extras", "en", "What are optional extras?"),
        ("Can it run offline?", "en", "Can it run offline?"),
        ("Nothing is charged twice", "en", ""),
        ("How money is saved", "en", ""),
        ("What Dengmi is", "en", "What is Dengmi?"),
        ("What it is", "en", ""),
        ("Update", "en", ""),
        ("Version 2.0", "en", ""),
        ("Visitor handbook", "en", ""),
        ("读者须知", "zh", ""),
        ("Prices", "en", "What are the prices?"),
        ("Opening hours", "en", "What are the opening hours?"),
        ("House rules", "en", "What are the house rules?"),
        ("Entrance fee", "en", "What is the entrance fee?"),
        ("Prime numbers", "en", "What are prime numbers?"),
        ("开放时间", "zh", "开放时间是什么时候？"),
        ("门票价格", "zh", "门票价格是多少？"),
        ("集合地点", "zh", "集合地点在哪里？"),
        ("入住规则", "zh", "入住规则有哪些？"),
        ("借书", "zh", "怎么借书？"),
        ("安装软件包", "zh", "怎么安装软件包？"),
        ("附加组件", "zh", "什么是附加组件？"),
        ("网页无法获取时", "zh", "网页无法获取时怎么办？"),
        ("怎样备份数据", "zh", "怎样备份数据？"),
        ("安装软件包", "en", ""),
    ],
)
def test_a_heading_as_a_person_would_ask_it(heading: str, lang: str, expected: str) -> None:
    found = candidates("Something else?", "Yes.", evidence_with(heading), lang)
    assert [one.question for one in found] == ([expected] if expected else [])


def test_the_name_of_a_page_is_no_thing_to_ask_about() -> None:
    evidence = evidence_with("借阅办法", title="借阅办法（2022年）")
    assert not candidates("能借几本？", "五本。", evidence, "zh")
    evidence = evidence_with("Set up the pump", title="Set up the pump")
    (one,) = candidates("Is it loud?", "No.", evidence, "en")
    assert one.question == "How do I set up the pump?"


def test_what_stands_in_other_articles_is_suggested_only_where_they_are_near() -> None:
    evidence = evidence_with("The telescope", "The barrier", "The dome")
    scores = (1.0, RELATED + 0.1, RELATED - 0.1)
    hits = tuple(replace(h, score=s) for h, s in zip(evidence.hits, scores, strict=True))
    found = candidates("When is it dark?", "At ten.", replace(evidence, hits=hits), "en")
    assert [one.article for one in found] == [1, 2]


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        (
            "Q: How long does shipping take? A: Two days. Q: Do you ship decaf? A: Yes. Really?",
            "en",
            ["How long does shipping take?", "Do you ship decaf?"],
        ),
        (
            "问：可以带宠物吗？\n答：小型犬可以。\n问：早餐包含吗？\n答：包含。",
            "zh",
            ["可以带宠物吗？", "早餐包含吗？"],
        ),
    ],
    ids=["en", "zh"],
)
def test_questions_of_a_page_of_questions_are_suggested(
    text: str, lang: str, expected: list[str]
) -> None:
    head, passage = written(1, "FAQ", text)
    hit = Hit(rank=1, score=1.0, head=head, passage=passage)
    found = candidates("Else?", "Yes.", replace(evidence_with(), hits=(hit,)), lang)
    assert sorted(one.question for one in found) == sorted(expected)


def test_what_was_asked_is_not_suggested() -> None:
    evidence = evidence_with("Install the package", "The default desk")
    found = candidates("How do I install the package?", "With pip.", evidence, "en")
    assert [one.question for one in found] == ["What is the default desk?"]


def test_no_more_than_a_few_are_tried() -> None:
    evidence = evidence_with(*(f"The {name} desk" for name in "abcdefghijkl"))
    assert len(candidates("How does it go?", "Well.", evidence, "en")) <= MOST


def test_what_is_offered_out_of_the_blue_names_something() -> None:
    offered = questions(["History"], ["The telescopes", "Set up the pump"], "en")
    assert offered == ["How do I set up the pump?", "What are the telescopes?"]
