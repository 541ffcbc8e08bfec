"""Loaders of the evaluation data sets that the benchmarks read (see its own README for licences).

The folder is `../shared/data` beside the repository, or what `DENGMI_TEST_DATA` names.
Nothing of it is part of Dengmi.
"""

import csv
import json
import os
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Text:
    """An article of a data set."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a data set, with its gold answers where it has any."""

    id: str
    text: str
    answers: tuple[str, ...] = ()


class Set(NamedTuple):
    """Articles, questions, and by question id the relevant article ids with their grades."""

    articles: Sequence[Text]
    queries: Sequence[Asked]
    qrels: Mapping[str, Mapping[str, int]]


def folder() -> Path:
    """Where the data sets lie. Ends the program with a clear message when they are absent."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    path = Path(os.environ.get("DENGMI_TEST_DATA") or default)
    if not path.is_dir():
        sys.exit(f"no data sets in {path}; set DENGMI_TEST_DATA to their folder")
    return path


def squad() -> Set:
    """SQuAD 1.1 dev: 2,067 English passages, 10,570 questions."""
    return _set(
        "squad/squad1.1_dev.corpus", "squad/squad1.1_dev.queries", "squad/squad1.1_dev.qrels"
    )


def cmrc() -> Set:
    """CMRC 2018 dev: 848 Chinese passages, 3,219 questions."""
    return _set("cmrc2018/dev.corpus", "cmrc2018/dev.queries", "cmrc2018/dev.qrels")


def scifact() -> Set:
    """SciFact: 5,183 English abstracts, 809 claims of the training split."""
    return _set("scifact/corpus", "scifact/claims_train", "scifact/qrels_train")


def news(limit: int | None = None) -> Sequence[Text]:
    """Chinese news articles without titles, 10,879 of them or the first `limit`."""
    rows = []
    for row in _lines("crud_news/docs.jsonl"):
        rows.append(Text(row["_id"], row.get("title", ""), row["text"]))
        if limit is not None and len(rows) >= limit:
            break
    return rows


def news_questions() -> Sequence[Asked]:
    """Questions about the news articles (written by a model: for load, not for scores)."""
    return [
        Asked(f"{row['_id']}-{n}", question, (answer,))
        for row in _lines("crud_news/events_qa.jsonl")
        for n, (question, answer) in enumerate(zip(row["questions"], row["answers"], strict=False))
    ]


def qqp() -> Sequence[str]:
    """Distinct questions people asked on Quora, in file order."""
    return _questions("qqp/pairs.tsv")


def bq() -> Sequence[str]:
    """Distinct questions of bank customers in Chinese, in file order."""
    return _questions("bq/dev.tsv")


def qqp_pairs() -> Sequence[tuple[bool, str, str]]:
    """Pairs of QQP: whether they are labelled the same question, one, other."""
    return _pairs("qqp/pairs.tsv")


def bq_pairs() -> Sequence[tuple[bool, str, str]]:
    """The same of BQ."""
    return _pairs("bq/dev.tsv")


def halves(data: Set) -> tuple[list[Asked], list[Asked]]:
    """Questions in two fixed halves that share no relevant article: tune on one, check on two."""
    both: tuple[list[Asked], list[Asked]] = ([], [])
    for asked in data.queries:
        first = min(data.qrels[asked.id])
        both[zlib.crc32(first.encode()) & 1].append(asked)
    return both


def _set(articles: str, queries: str, qrels: str) -> Set:
    grades: dict[str, dict[str, int]] = {}
    for query, article, grade in _rows(f"{qrels}.tsv"):
        if int(grade) > 0:
            grades.setdefault(query, {})[article] = int(grade)
    return Set(
        [Text(row["_id"], row["title"], row["text"]) for row in _lines(f"{articles}.jsonl")],
        [
            Asked(row["_id"], row["text"], tuple(row.get("answers", ())))
            for row in _lines(f"{queries}.jsonl")
            if row["_id"] in grades
        ],
        grades,
    )


def _questions(name: str) -> list[str]:
    seen: dict[str, None] = {}
    for row in _rows(name):
        seen.update(dict.fromkeys(text.strip() for text in row[1:3]))
    return list(seen)


def _pairs(name: str) -> list[tuple[bool, str, str]]:
    return [(label == "1", one, other) for label, one, other in _rows(name)]


def _lines(name: str) -> Iterator[dict]:
    with (folder() / name).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _rows(name: str) -> Iterator[list[str]]:
    with (folder() / name).open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        yield from rows
