"""Printing: no control character gets through, nothing else is lost."""

import re
import unicodedata

import click
from hypothesis import given
from hypothesis import strategies as st

from dengmi.cli.progress import WIDTH, duration, filled, fitting
from dengmi.cli.terminal import clean, marked, table

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)


@given(st.text())
def test_clean_keeps_length_and_drops_control_characters(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) == len(text)
    assert not [
        char for char in cleaned if unicodedata.category(char) == "Cc" and char not in "\n\t"
    ]
    assert cleaned == clean(cleaned)


@given(st.text(max_size=40), SPANS)
def test_marks_change_nothing_but_colour(text: str, spans: list[tuple[int, int]]) -> None:
    spans = [(start, end) for start, end in spans if start < end <= len(text)]
    assert click.unstyle(marked(text, spans)) == clean(text)


def test_marks_are_styled() -> None:
    styled = marked("red lanterns", [(4, 12)])
    assert re.fullmatch(r"red \x1b\[.*mlanterns\x1b\[0m", styled)


def test_columns_line_up_with_chinese() -> None:
    assert list(table([("来源", "x"), ("abcd", "y"), ("a", "z")])) == [
        "来源  x",
        "abcd  y",
        "a     z",
    ]


def test_duration() -> None:
    assert [duration(7), duration(750), duration(3723)] == ["0:07", "12:30", "1:02:03"]


@given(st.integers(0, 10**6), st.none() | st.integers(0, 10**6))
def test_bar_keeps_its_width(done: int, total: int | None) -> None:
    assert len(filled(done, total)) == WIDTH


def test_words_beside_the_bar_fit() -> None:
    assert fitting("已处理 3 篇", 6) == "已处理"
    assert fitting("已处理 3 篇", 5) == "已处"
    assert fitting("short", 80) == "short"


def test_marks_that_turn_the_line_around_do_not_reach_the_terminal() -> None:
    assert clean("a\u202eb\u2066c\x1bd\ne") == "a b c d\ne"
    assert clean("👨\u200d👩 שלום") == "👨\u200d👩 שלום"
