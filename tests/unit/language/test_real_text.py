"""On real text: sentence ends that people marked, and quotes left whole."""

import json
from pathlib import Path
from typing import Any

from dengmi.language.sentences import sentences
from dengmi.language.words import spans, terms


def records(path: Path, most: int) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line, _ in zip(lines, range(most), strict=False)]


def marked_ends(article: dict[str, Any]) -> set[int]:
    """Where the sentences end that came with an abstract; empty when one cannot be found."""
    ends: set[int] = set()
    at = 0
    for sentence in article["sentences"]:
        start = article["text"].find(sentence.strip(), at)
        if start < 0:
            return set()
        at = start + len(sentence.strip())
        ends.add(at)
    return ends


def test_sentence_ends_agree_with_marked_ones(data: Path) -> None:
    right = ours = theirs = 0
    for article in records(data / "scifact" / "corpus.jsonl", 2000):
        marked = marked_ends(article)
        if marked:
            found = {end for _, end in sentences(article["text"])}
            right, ours, theirs = (
                right + len(found & marked),
                ours + len(found),
                theirs + len(marked),
            )
    assert right / ours > 0.97
    assert right / theirs > 0.97


def test_chinese_quotes_stay_whole(data: Path) -> None:
    torn = total = 0
    for article in records(data / "cmrc2018" / "dev.corpus.jsonl", 800):
        text = article["text"]
        if text.count("“") == text.count("”"):
            parts = [text[start:end] for start, end in sentences(text)]
            torn += sum(part.count("“") != part.count("”") for part in parts)
            total += len(parts)
    assert torn / total < 0.01


def test_terms_of_real_text_have_ranges(data: Path) -> None:
    for name in ("cmrc2018/dev.corpus.jsonl", "squad/squad1.1_dev.corpus.jsonl"):
        for article in records(data / name, 200):
            assert terms(article["text"]) == [term for term, _, _ in spans(article["text"])]
