"""Bodies to blocks: what each kind of markup becomes, and that every body gives clean blocks."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.corpus.blocks import Block, blocks, joined

MARKDOWN = """# Hello *there*

A [link](http://example.com) and `code`,
across lines. 中文
续行。

First line\\
second line

1. one
   - inner

2. two

| name | price |
|------|-------|
| pear \\| apple | **2** |
|      | 3 |

> quoted
> text

```py
a = 1

b = 2
```

<div align="center">Words in <b>HTML</b><!-- not this --></div>

![a picture](x.png) text &amp; <b>more</b>
"""


def test_every_kind_of_markdown() -> None:
    assert blocks(MARKDOWN, "markdown") == [
        Block("heading", "Hello there", 1),
        Block("paragraph", "A link and code, across lines. 中文续行。"),
        Block("paragraph", "First line"),
        Block("paragraph", "second line"),
        Block("item", "one", 1, 1),
        Block("item", "inner", 2),
        Block("item", "two", 1, 2),
        Block("row", "name | price", 1),
        Block("row", "pear | apple | 2"),
        Block("row", "| 3"),
        Block("quote", "quoted text"),
        Block("code", "a = 1\n\nb = 2"),
        Block("paragraph", "Words in HTML"),
        Block("paragraph", "a picture text & more"),
    ]


def test_plain_text_goes_by_lines() -> None:
    assert blocks("# no heading\n\n  two\twords \r\n*三*", "text") == [
        Block("paragraph", "# no heading"),
        Block("paragraph", "two words"),
        Block("paragraph", "*三*"),
    ]


def test_invisible_characters_are_dropped() -> None:
    assert blocks("\ufeff中\u200b国\0 a\u00adb", "text") == [Block("paragraph", "中国 ab")]


def test_lines_join_without_a_space_between_han_characters() -> None:
    assert joined(["你好，", "世界", "and", "more"]) == "你好，世界 and more"


@given(st.text(max_size=300))
@pytest.mark.parametrize("form", ["markdown", "text"])
def test_any_body_gives_clean_blocks(form: str, body: str) -> None:
    found = blocks(body, form)  # type: ignore[arg-type]
    assert found == blocks(body, form)  # type: ignore[arg-type]
    for block in found:
        assert block.text.strip("\n")
        if block.kind != "code":
            assert block.text == block.text.strip()
            assert len(block.text.splitlines()) == 1


@pytest.mark.parametrize(
    "body", ["[" * 50_000, "*a" * 30_000, "> " * 5_000 + "x", "`" * 50_000, "<" * 100_000]
)
def test_hostile_bodies_take_little_time(body: str) -> None:
    start = time.process_time()
    blocks(body, "markdown")
    assert time.process_time() - start < 5
