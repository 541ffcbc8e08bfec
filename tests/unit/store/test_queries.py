"""The .sql files: every query is named once, described, used, and the same for both dialects."""

import re
import sqlite3
from pathlib import Path

import pytest

from dengmi.store import queries
from dengmi.store.queries import HERE, load

FILES = sorted([*(HERE / "queries").glob("*.sql"), *HERE.glob("*/queries.sql")])


def test_both_dialects_have_the_same_queries_and_parameters() -> None:
    sqlite, postgres = load("sqlite"), load("postgres")
    assert {name: set(query.params) for name, query in sqlite.items()} == {
        name: set(query.params) for name, query in postgres.items()
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_query_is_described(file: Path) -> None:
    _, *parts = re.split(r"^-- name: (\w+)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert parts
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        assert text.lstrip().startswith("-- "), name
        assert text.rstrip().endswith(";"), name


def test_every_query_is_used() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in HERE.parent.glob("*.py"))
    assert [name for name in load("sqlite") if f'"{name}"' not in code] == []


def test_parameters_are_numbered_once_and_lists_translated() -> None:
    text = "SELECT 1 FROM t WHERE a = :a AND (b = :b OR a = :a) AND c IN (:cs::text[])"
    sqlite, postgres = (queries._translate(text, name) for name in ("sqlite", "postgres"))
    assert sqlite.params == postgres.params == ("a", "b", "cs")
    assert sqlite.sql.endswith(
        "a = ?1 AND (b = ?2 OR a = ?1) AND c IN (SELECT value FROM json_each(?3))"
    )
    assert postgres.sql.endswith("a = $1 AND (b = $2 OR a = $1) AND c = ANY($3::text[])")


def test_rows_as_one_list_are_translated() -> None:
    text = "SELECT ROWS (a, b) FROM t WHERE c IN (:cs::bigint[])"
    sqlite, postgres = (queries._translate(text, name) for name in ("sqlite", "postgres"))
    assert sqlite.sql.startswith("SELECT json_group_array(json_array(a, b)) FROM t")
    assert postgres.sql.startswith(
        "SELECT coalesce(json_agg(json_build_array(a, b))::text, '[]') FROM t"
    )


def test_only_plain_inserts_may_go_in_another_way() -> None:
    tables = {name: query.table for name, query in load("postgres").items() if query.table}
    assert tables == {
        "article_insert": "articles",
        "version_insert": "article_versions",
        "passage_insert": "passages",
        "repost_insert": "reposts",
        "band_insert": "bands",
        "questions_insert": "questions",
        "answers_insert": "answers",
        "operator_insert": "operators",
        "invite_insert": "invites",
        "session_insert": "sessions",
        "deed_insert": "deeds",
        "handover_insert": "handovers",
    }


def test_what_grows_with_every_question_is_found_by_an_index_of_its_own() -> None:
    """A conversation does not read all that its desk was asked, nor an answer that serves again all
    that was kept for those who asked with it."""
    base = sqlite3.connect(":memory:")
    base.executescript((HERE / "sqlite" / "schema.sql").read_text(encoding="utf-8"))
    plans = {}
    for name in ("exchange_questions", "reuses_of_key"):
        query = load("sqlite")[name]
        rows = base.execute(f"EXPLAIN QUERY PLAN {query.sql}", [None] * len(query.params))
        plans[name] = [row[-1] for row in rows]
    base.close()
    assert plans["exchange_questions"] == [
        "SEARCH questions USING INDEX questions_conversation"
        " (desk=? AND conversation=? AND asked_at<?)"
    ]
    assert "SEARCH reuses USING COVERING INDEX reuses_key (key=?)" in plans["reuses_of_key"]
