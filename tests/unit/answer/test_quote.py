"""What is quoted, how it stands alone, what is declined."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dengmi.answer.quote import Quoted

Ask = Callable[..., Quoted]

SHOP = (
    "Refund policy",
    "You can return goods within 30 days of delivery. It must be unused and in its box."
    " We send the money back within five working days.\n"
    "To start a refund:\n- Open your orders.\n- Choose the order and press Return.\n"
    "- Print the label.",
)
SETUP = (
    "Setting up the lantern server",
    "The lantern server needs Python 3.11 or newer. It also needs 200 MB of disk space.\n"
    "The backup command writes one file. It can run while the server answers questions.",
)
HISTORY = (
    "The lighthouse of Westport",
    "The lighthouse was built in 1857 by the engineer Anna Keller."
    " In 1902 a storm tore its roof off.\n"
    "Sailors called it the grey lady.",
)
SHOP_ZH = (
    "退货说明",
    "订单签收后七天内可以申请退款。商品须保持原包装。退款会在三个工作日内退回原支付账户。\n"
    "灯笼保修期为两年。它不包括人为损坏。",
)
TABLE = (
    "Fares",
    "| Zone | Price | Valid\n| City | 2.40 euro | 90 minutes\n| Region | 5.10 euro | 3 hours",
)
ALL = (SHOP, SETUP, HISTORY, SHOP_ZH, TABLE)


def test_the_sentence_that_answers_comes_first(ask: Ask) -> None:
    quoted = ask(ALL, "When was the lighthouse of Westport built?")
    assert quoted.grounded
    assert "1857" in quoted.citations[0].quote
    assert quoted.citations[0].head.title == HISTORY[0]


def test_a_header_row_comes_with_the_first_row(ask: Ask) -> None:
    quoted = ask(
        (("Dough", "| Flour | Water\n| 500 g | 350 g\n| 250 g | 175 g"),), "How much flour?"
    )
    assert quoted.citations[0].quote == "| Flour | Water\n| 500 g | 350 g"


def test_chinese_question_over_chinese_article(ask: Ask) -> None:
    quoted = ask(ALL, "签收后几天内可以申请退款？")
    assert quoted.grounded
    assert "七天内可以申请退款" in quoted.citations[0].quote


def test_traditional_question_finds_simplified_text(ask: Ask) -> None:
    quoted = ask(ALL, "簽收後幾天內可以申請退款？")
    assert quoted.grounded
    assert "七天内可以申请退款" in quoted.citations[0].quote


@pytest.mark.parametrize(
    ("articles", "question"),
    [
        (ALL, "refund policy"),
        (ALL, "退款"),
        ((SHOP,), "refund policy"),
        ((SHOP_ZH,), "退款"),
        (ALL, "lantern server"),
        ((HISTORY,), "lighthouse"),
    ],
)
def test_bare_keywords_are_answered(ask: Ask, articles: list, question: str) -> None:
    assert ask(articles, question).grounded


@pytest.mark.parametrize("articles", [ALL, (SHOP,), (SHOP_ZH,), (SETUP, HISTORY)])
@pytest.mark.parametrize(
    "question",
    [
        "hello",
        "Hi there!",
        "thanks",
        "你好",
        "您好！",
        "谢谢",
        "???",
        "……",
        "",
        "   ",
        "👋",
        "What is the capital of France?",
        "best way to lose weight fast",
        "今天天气怎么样",
        "如何申请银行贷款",
        "Who won the football world cup in 1998?",
        "怎么学好英语",
    ],
)
def test_what_the_articles_do_not_hold_is_declined(ask: Ask, articles: list, question: str) -> None:
    quoted = ask(articles, question)
    assert not quoted.grounded
    assert quoted.citations == ()
    assert 0.0 <= quoted.confidence < 0.5


def test_a_greeting_is_declined_even_where_an_article_greets(ask: Ask) -> None:
    article = ("Hello world", "Hello is the first word of every language course. Hello there.")
    assert not ask((article,), "hello").grounded


def test_no_articles_no_answer(ask: Ask) -> None:
    quoted = ask((), "refund policy")
    assert quoted == Quoted((), 0.0, False)


def test_a_leaning_sentence_takes_the_one_before_it(ask: Ask) -> None:
    first = ask(ALL, "How much disk space is needed?", 1)
    assert "The lantern server needs Python" in (first.citations or first.nearest)[0].quote
    second = ask((SHOP_ZH,), "人为损坏包括在内吗？", 1)
    assert (second.citations or second.nearest)[0].quote == "灯笼保修期为两年。它不包括人为损坏。"


def test_a_list_item_takes_the_line_that_leads_in(ask: Ask) -> None:
    quoted = ask(ALL, "choose the order and press Return", 1)
    assert quoted.citations[0].quote.startswith("To start a refund:")
    assert "press Return" in quoted.citations[0].quote


def test_a_table_row_takes_the_header_row(ask: Ask) -> None:
    quoted = ask(ALL, "region 5.10 euro", 1)
    citation = (quoted.citations or quoted.nearest)[0]
    assert citation.first == 1
    assert citation.quote.startswith("| Zone | Price")
    assert "5.10 euro" in citation.quote


def test_quotes_that_touch_become_one(ask: Ask) -> None:
    article = (
        "Moon",
        "Apollo 11 landed on the moon in 1969. Apollo 12 landed on the moon in November 1969."
        " The tides follow the moon.",
    )
    quoted = ask((article,), "When did Apollo land on the moon?")
    ranges = [(c.first, c.last) for c in quoted.citations or quoted.nearest]
    for left in ranges:
        for right in ranges:
            assert left is right or left[1] + 1 < right[0] or right[1] + 1 < left[0]


def test_what_two_articles_say_alike_is_quoted_once(ask: Ask) -> None:
    copies = [
        ("Ferry news", "The night ferry to Skerry Island leaves at 22:40 from pier four."),
        ("Timetable", "The night ferry to Skerry Island leaves at 22:40 from pier four!"),
    ]
    quoted = ask([*copies, *ALL], "When does the night ferry to Skerry Island leave?")
    assert [c.quote for c in quoted.citations if "22:40" in c.quote] == [quoted.citations[0].quote]


def test_a_heading_alone_is_never_quoted(ask: Ask) -> None:
    bare = ("Guide", "Restoring a backup")
    full = ("Commands", "The restore command reads the backup into an empty home.")
    quoted = ask((bare, full), "restoring a backup")
    assert quoted.citations
    assert all(c.quote != "Restoring a backup" for c in quoted.citations)
    assert ask((bare,), "restoring a backup").citations == ()


def test_marks_cover_the_words_that_matched(ask: Ask) -> None:
    citation = ask(ALL, "When was the lighthouse of Westport built?").citations[0]
    marked = [citation.quote[start:end] for start, end in citation.marks]
    assert "lighthouse" in marked
    assert "built" in marked
    assert "was" not in marked
    chinese = ask((SHOP_ZH,), "申请退款").citations[0]
    assert "申请退款" in [chinese.quote[s:e] for s, e in chinese.marks]


def test_the_same_again(ask: Ask) -> None:
    assert ask(ALL, "refund within how many days") == ask(ALL, "refund within how many days")


def test_an_absurdly_long_question_is_read_in_part(ask: Ask) -> None:
    assert not ask(ALL, "zxqv " * 400).grounded


texts = st.text(
    st.sampled_from(
        'abc Refund lighthouse 退款灯笼。！？.!?\n:：-|"“”(1857)\u200d\U0001f44b\ud800İ'
    ),
    max_size=80,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(texts, texts), max_size=4), texts, st.integers(0, 3))
def test_every_quote_is_exact(ask: Ask, articles: list, question: str, most: int) -> None:
    quoted = ask((*articles, SHOP, SHOP_ZH), question, most)
    assert quoted.grounded == bool(quoted.citations)
    shown = quoted.citations or quoted.nearest
    assert len(shown) <= most
    assert [c.n for c in shown] == list(range(1, len(shown) + 1))
    for c in shown:
        text = {**{f"p_{n}": t for n, (_, t) in enumerate((*articles, SHOP, SHOP_ZH), 1)}}[
            c.passage_id
        ]
        assert c.quote
        assert c.quote.replace("\n", "") in text.replace("\n- ", "\n").removeprefix("- ").replace(
            "\n", ""
        )
        assert c.first <= c.last
        last = 0
        for start, end in c.marks:
            assert last <= start < end <= len(c.quote)
            last = end
