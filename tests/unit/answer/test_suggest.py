"""Headings that become questions."""

import pytest

from dengmi.answer.suggest import MOST, candidates
from dengmi.core.records import Evidence, Head, Hit, Passage, SearchQuery


def evidence_with(*headings: str) -> Evidence:
    hits = tuple(
        Hit(
            rank=n,
            score=1.0,
            head=Head(pk=n, id=f"a{n}", desk="d", source_id="s", title="Guide"),
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
        ("安装软件包", "zh", "怎么安装软件包？"),
        ("附加组件", "zh", "什么是附加组件？"),
        ("网页无法获取时", "zh", "网页无法获取时怎么办？"),
        ("怎样备份数据", "zh", "怎样备份数据？"),
        ("安装软件包", "en", ""),
    ],
)
def test_a_heading_as_a_person_would_ask_it(heading: str, lang: str, expected: str) -> None:
    found = candidates("Something else?", "Yes.", evidence_with(heading), lang)
    assert found == ((expected,) if expected else ())


def test_what_was_asked_is_not_suggested() -> None:
    evidence = evidence_with("Install the package", "The default desk")
    found = candidates("How do I install the package?", "With pip.", evidence, "en")
    assert found == ("What is the default desk?",)


def test_no_more_than_a_few_are_tried() -> None:
    evidence = evidence_with(*(f"The {name} desk" for name in "abcdefghijkl"))
    assert len(candidates("How does it go?", "Well.", evidence, "en")) <= MOST
