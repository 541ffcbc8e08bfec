"""`dengmi ask` and `dengmi search`."""

import pytest

HOURS = "The library opens at nine in the morning and closes at eight in the evening."


def test_quote_with_its_article(asking) -> None:
    outcome = asking("ask", "When does the library open?")
    assert outcome.status == 0
    assert HOURS in outcome.out
    assert "[1] Opening hours of the library — 2025-03-31 — https://library.example/hours" in (
        outcome.out
    )
    assert "\x1b" not in outcome.out


def test_chinese_question(asking) -> None:
    outcome = asking("ask", "学生可以免费参观博物馆吗？", lang="zh_CN.UTF-8")
    assert "学生凭学生证可以免费参观博物馆。" in outcome.out


def test_words_need_no_quotation_marks(asking) -> None:
    assert HOURS in asking("ask", "When", "does", "the", "library", "open").out


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_question_from_standard_input(asking, encoding: str) -> None:
    words = "请问博物馆里面可以用闪光灯拍照吗，学生可以免费参观吗？"
    assert "博物馆" in asking("ask", "-", stdin=words.encode(encoding)).out


def test_json(asking) -> None:
    answer = asking("ask", "When does the library open?", "--json").json
    assert answer["grounded"] is True
    assert answer["level"] == "quote"
    assert answer["wanted"] == "auto"
    assert answer["question"] == "When does the library open?"
    first = answer["citations"][0]
    assert first["quote"].startswith(HOURS)
    assert first["title"] == "Opening hours of the library"
    assert first["verdict"] == "supported"
    assert all(first["quote"][start:end].strip() for start, end in first["match"])


def test_higher_level_falls_back_with_a_notice(asking) -> None:
    outcome = asking("ask", "When does the library open?", "--level", "deep")
    assert outcome.status == 0
    assert HOURS in outcome.out
    assert outcome.err.strip()


def test_a_greeting(asking) -> None:
    assert asking("ask", "Hello!").out.startswith("Hello! Ask me what")
    assert asking("ask", "谢谢").out.startswith("不客气！")


def test_what_the_articles_do_not_say(asking) -> None:
    outcome = asking("ask", "Which alloy do submarine propellers contain?")
    assert outcome.status == 0
    assert outcome.out.startswith("The articles do not answer this")
    chinese = asking("ask", "潜艇螺旋桨用什么合金制造？", lang="zh_CN.UTF-8")
    assert chinese.out.startswith("这些文章没有回答这个问题")
    shape = asking("ask", "Which alloy do submarine propellers contain?", "--json").json
    assert shape["grounded"] is False
    assert shape["citations"] == []


def test_empty_home_says_how_to_begin(dengmi, home) -> None:
    outcome = dengmi("ask", "anything")
    assert outcome.status == 2
    assert "dengmi add" in outcome.err
    assert not home.exists()


def test_unknown_desk_names_the_known(asking) -> None:
    outcome = asking("ask", "anything", "--desk", "mian")
    assert outcome.status == 2
    assert "“mian”" in outcome.err
    assert "Desks here: main." in outcome.err
    assert "现有：main。" in asking("ask", "x", "--desk", "mian", lang="zh_CN.UTF-8").err


def test_empty_and_endless_questions(asking) -> None:
    assert asking("ask", " ").status == 2
    outcome = asking("ask", "-", stdin=b"why " * 5000)
    assert outcome.status == 2
    assert "2000" in outcome.err.replace(",", "")


def test_the_hall(asking) -> None:
    assert HOURS in asking("ask", "When does the library open?", "--desk", "*").out


def test_search(asking) -> None:
    outcome = asking("search", "borrow", "books")
    assert outcome.status == 0
    assert outcome.out.startswith("1. Borrowing books — 2024-11-02")


def test_search_json(asking) -> None:
    found = asking("search", "borrow books", "--limit", "2", "--json").json
    assert found["took_ms"] >= 0
    hit = found["hits"][0]
    assert hit["rank"] == 1
    assert hit["title"] == "Borrowing books"
    assert "".join(hit["text"].split()) == "".join(
        part for sentence in hit["sentences"] for part in sentence["text"].split()
    )
    marked = {
        sentence["text"][start:end].lower()
        for sentence in hit["sentences"]
        for start, end in sentence["match"]
    }
    assert marked & {"borrow", "books"}


def test_search_by_date_and_source(asking) -> None:
    after = asking("search", "library books", "--since", "2025", "--json").json["hits"]
    assert {hit["published"][:4] for hit in after} == {"2025"}
    before = asking("search", "books", "--until", "2024-12", "--json").json["hits"]
    assert [hit["title"] for hit in before] == ["Borrowing books"]
    source = asking("sources", "--json").json["sources"][0]["id"]
    assert asking("search", "books", "--source", source, "--json").json["hits"]
    assert not asking("search", "books", "--source", "src_none", "--json").json["hits"]


def test_search_finds_nothing(asking) -> None:
    outcome = asking("search", "zzyzx")
    assert outcome.status == 0
    assert outcome.out == "Nothing found.\n"
