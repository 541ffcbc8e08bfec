"""Which time a question asks about, seen from Thursday, 5 March 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.language.dates import DateWish, wanted_dates

TODAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("question", "newest", "since", "until"),
    [
        ("最新消息", True, None, None),
        ("the latest release", True, None, None),
        ("最近有什麼新聞", True, None, None),
        ("2025年发生了什么", False, "2025-01-01", "2025-12-31"),
        ("二〇二四年的预算", False, "2024-01-01", "2024-12-31"),
        ("2024年3月的新闻", False, "2024-03-01", "2024-03-31"),
        ("2024 年 2 月 29 日", False, "2024-02-29", "2024-02-29"),
        ("2024年第一季度", False, "2024-01-01", "2024-03-31"),
        ("2024年下半年", False, "2024-07-01", "2024-12-31"),
        ("what happened in March 2024", False, "2024-03-01", "2024-03-31"),
        ("on March 5, 2024", False, "2024-03-05", "2024-03-05"),
        ("on the 5th of March 2024", False, "2024-03-05", "2024-03-05"),
        ("Q1 2024 results", False, "2024-01-01", "2024-03-31"),
        ("2024-03-05", False, "2024-03-05", "2024-03-05"),
        ("news of 2024", False, "2024-01-01", "2024-12-31"),
        ("since 2023", False, "2023-01-01", None),
        ("2023年以来", False, "2023-01-01", None),
        ("今年以来", False, "2026-01-01", None),
        ("after March 2024", False, "2024-04-01", None),
        ("before 2024", False, None, "2023-12-31"),
        ("2024年以前", False, None, "2023-12-31"),
        ("until 2024", False, None, "2024-12-31"),
        ("截至2024年", False, None, "2024-12-31"),
        ("from 2020 to 2023", False, "2020-01-01", "2023-12-31"),
        ("between 2020 and 2023", False, "2020-01-01", "2023-12-31"),
        ("2020年到2023年", False, "2020-01-01", "2023-12-31"),
        ("2020-2023", False, "2020-01-01", "2023-12-31"),
        ("2022和2024年的对比", False, "2022-01-01", "2024-12-31"),
        ("今天", False, "2026-03-05", "2026-03-05"),
        ("yesterday", False, "2026-03-04", "2026-03-04"),
        ("上周", False, "2026-02-23", "2026-03-01"),
        ("this week", False, "2026-03-02", "2026-03-05"),
        ("上个月", False, "2026-02-01", "2026-02-28"),
        ("last year", False, "2025-01-01", "2025-12-31"),
        ("前年", False, "2024-01-01", "2024-12-31"),
        ("3月3日", False, "2026-03-03", "2026-03-03"),
        ("12月份", False, "2025-12-01", "2025-12-31"),
        ("最近三天", True, "2026-03-02", "2026-03-05"),
        ("过去两周", False, "2026-02-19", "2026-03-05"),
        ("in the last 2 weeks", False, "2026-02-19", "2026-03-05"),
        ("the past week", False, "2026-02-26", "2026-03-05"),
        ("2000 people in 3.5 hours", False, None, None),
        ("version 2024.13.1", False, None, None),
        ("2024年13月45日", False, None, None),
        ("what is the current of a river", False, None, None),
        ("什么是灯谜", False, None, None),
        ("", False, None, None),
    ],
)
def test_wishes(question: str, newest: bool, since: str | None, until: str | None) -> None:
    assert wanted_dates(question, TODAY) == DateWish(newest, since, until)


PIECES = st.sampled_from(
    [
        *(
            "2024",
            "年",
            "3",
            "月",
            "5",
            "日",
            "最近",
            "三",
            "天",
            "两",
            "十",
            "个",
            "内",
            "以来",
            "之前",
        ),
        *(
            "last",
            "week",
            "past",
            "since",
            "before",
            "to",
            "from",
            "in",
            "March",
            "Feb",
            "Q1",
            "第",
        ),
        *("2020", "-", "/", "13", "31", "29", "9999", "去年", "二〇二四", "季度", "之前", "第"),
    ]
)


@given(
    st.lists(PIECES, max_size=8), st.dates(min_value=date(1970, 1, 1)), st.sampled_from(["", " "])
)
def test_any_question_gives_whole_days(pieces: list[str], today: date, glue: str) -> None:
    wish = wanted_dates(glue.join(pieces), today)
    for day in (wish.since, wish.until):
        assert day is None or date.fromisoformat(day)
