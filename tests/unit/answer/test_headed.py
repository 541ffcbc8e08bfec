"""Sections whose heading says the question; evidence in the asker's language; weak quotes."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from dengmi.answer.asked import read_question
from dengmi.answer.headed import headed
from dengmi.answer.quote import Quoted, quote
from dengmi.answer.tongue import own_language
from dengmi.core.records import Evidence
from tests.unit.answer.conftest import evidence_of

Ask = Callable[..., Quoted]

SECTIONS = (
    ("Does it work offline?", "Only adding pages from the internet takes a connection."),
    ("Remove a source", "The command lantern rm ID drops it. Its articles go with it."),
    ("怎样备份数据？", "运行命令 lantern save 即可。服务可以照常运行。"),
    ("怎样修改端口？", "在 lantern.toml 里写上数字。"),
    ("Opening hours", "The hall opens at nine and closes at six."),
)
NAMED = (
    "Desks and the hall",
    "A desk is one assistant with its own sources. The hall is all desks asked together.",
)
OTHERS = (
    ("Settings", "The data folder is named by a setting. A connection is made at the start."),
    ("备份", "命令 lantern save 写出一个文件。"),
    ("Asking", "A question names a desk. The default desk is asked when it names none."),
)


def sections(question: str, articles: Sequence[tuple[str, str]] = SECTIONS) -> Evidence:
    """Evidence in which each article's title is the heading of a section."""
    evidence = evidence_of([*articles, *OTHERS], question)
    hits = tuple(
        replace(
            hit,
            head=replace(hit.head, title="Manual"),
            passage=replace(hit.passage, headings=(hit.head.title,)),
        )
        for hit in evidence.hits
    )
    return replace(evidence, hits=hits)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Does it work offline?", "Only adding pages"),
        ("does this work offline", "Only adding pages"),
        ("How do I remove a source?", "The command lantern rm ID"),
        ("怎么备份数据", "运行命令 lantern save"),
        ("怎么改端口", "在 lantern.toml"),
    ],
)
def test_the_section_whose_heading_says_the_question(question: str, expected: str) -> None:
    quoted = quote(question, sections(question))
    assert quoted.grounded
    assert quoted.citations[0].quote.startswith(expected)
    assert {c.head.title for c in quoted.citations} == {"Manual"}


def test_a_heading_that_says_part_of_it_is_passed_over() -> None:
    for question in ("How do I remove a coffee stain?", "Does a lawnmower work offline?"):
        evidence = sections(question)
        assert headed(read_question(question, evidence.weights), evidence.hits) == []


def test_a_title_answers_what_something_is(ask: Ask) -> None:
    quoted = ask((NAMED, *OTHERS), "What is a desk?")
    assert quoted.citations[0].quote.startswith("A desk is one assistant")


LAMPS = (
    ("The lamp", "The lamp weighs 480 grams. It burns for nine hours."),
    ("灯", "灯的重量是 480 克，英文叫 lamp。它可以亮九个小时。"),
)


def in_two_languages(question: str) -> Evidence:
    evidence = evidence_of(LAMPS, question)
    langs = {"The lamp": "en", "灯": "zh-Hans"}
    hits = tuple(replace(h, head=replace(h.head, lang=langs[h.head.title])) for h in evidence.hits)
    return replace(evidence, hits=hits)


def test_articles_in_the_language_of_the_question() -> None:
    for question, title in (("How heavy is the lamp?", "The lamp"), ("灯 lamp 有多重？", "灯")):
        evidence = in_two_languages(question)
        assert len(evidence.hits) == 2
        assert [h.head.title for h in own_language(question, evidence).hits] == [title]


def test_another_language_is_better_than_nothing() -> None:
    evidence = in_two_languages("lamp 灯")
    only = replace(evidence, hits=tuple(h for h in evidence.hits if h.head.lang == "en"))
    assert own_language("灯有多重？", only) is only
    assert own_language("12 + 34", evidence) is evidence


def test_what_is_much_weaker_is_left_out(ask: Ask) -> None:
    articles = (
        ("Westport", "The lighthouse was built in 1857 by the engineer Anna Keller."),
        ("Harbour", "The harbour was widened for larger ships by a company from abroad."),
        ("Fish", "Fresh fish is sold at the harbour every morning until it is gone."),
    )
    quoted = ask(articles, "Which engineer built the lighthouse in 1857?")
    assert [c.head.title for c in quoted.citations] == ["Westport"]
