"""Labelled claims beside sentences, for training and measuring the judge."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import _data

from dengmi.answer.check.judge import Source, best_support
from dengmi.answer.check.kin import groups_of
from dengmi.language.sentences import sentences

PLANTED = Path(__file__).resolve().parents[1] / "tests" / "data" / "planted.jsonl"
PAIRS = Path(__file__).resolve().parent / "pairs.jsonl"
"""Thousands of true and made-up sentences, one line an article: {"half", "lang", "topic", "title",
"article": [sentence], "claims": [[cited, kind, claim]]}. A language model wrote them one by one, no
script, in five independent turns ("pairs1" to "pairs5"), without knowing the judge or the planted
sentences; samples were read."""

MOST = 4
"""Sentences of a WiCE page that a claim is judged by: those `best_support` finds."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A claim with the sentences it is judged by. `group`: claims that belong together; `kind`:
    the data set, or what was done to the claim."""

    claim: str
    sources: tuple[Source, ...]
    label: bool
    group: str
    kind: str


def wice(wrong: bool = False) -> Iterator[Labelled]:
    """WiCE dev: a claim beside the sentences of its page (or of the next claim's) that support it
    best; true where the page supports it wholly."""
    path = _data.folder() / "wice" / "claim_dev.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for n, row in enumerate(rows):
        page = rows[(n + 1) % len(rows)] if wrong else row
        every = [Source(text) for text in page["evidence"]]
        chosen = tuple(every[place] for place, _ in best_support(row["claim"], every, MOST))
        label = row["label"] == "supported" and not wrong
        yield Labelled(row["claim"], chosen, label, f"w{n}", "wice wrong" if wrong else "wice")


def wice_pages() -> Iterator[tuple[str, list[Source], bool]]:
    """The claims of WiCE dev with every sentence of their pages."""
    path = _data.folder() / "wice" / "claim_dev.jsonl"
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        every = [Source(text) for text in row["evidence"]]
        yield row["claim"], every, row["label"] == "supported"


def climate_fever() -> Iterator[Labelled]:
    """Claims with single sentences of Wikipedia; true where the sentence supports the claim."""
    path = _data.folder() / "climate_fever" / "climate-fever.jsonl"
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        for each in row["evidences"]:
            source = Source(each["evidence"], title=each["article"])
            label = each["evidence_label"] == "SUPPORTS"
            yield Labelled(row["claim"], (source,), label, f"c{row['claim_id']}", "climate")


def planted(half: str) -> Iterator[Labelled]:
    """The half "tune" or "held" of the sentences written for this, true and made up."""
    for row in planted_rows():
        if row["half"] == half:
            sources = tuple(planted_source(row, n) for n in row["cited"])
            kind = f"{row['lang']} {row['kind']}"
            yield Labelled(row["claim"], sources, row["kind"] == "true", row["title"], kind)


def pairs() -> Iterator[tuple[str, Labelled]]:
    """(half, claim) of the sentences in PAIRS."""
    for line in PAIRS.read_text("utf-8").splitlines():
        row = json.loads(line)
        for cited, kind, claim in row["claims"]:
            sources = tuple(planted_source(row, n) for n in cited)
            yield (
                row["half"],
                Labelled(claim, sources, kind == "true", row["title"], f"{row['lang']} {kind}"),
            )


def planted_rows() -> list[dict]:
    """Every planted claim as it stands in the file."""
    return [json.loads(line) for line in PLANTED.read_text("utf-8").splitlines()]


def planted_source(row: dict, n: int) -> Source:
    """Sentence n (from 1) of a planted claim's article."""
    article = row["article"]
    return Source(article[n - 1], title=row["title"], before=article[n - 2] if n > 1 else "")


def made(seed: int = 7, most: int = 1200) -> Iterator[Labelled]:
    """Claims made of sentences of SQuAD and CMRC: shortened ones and ones with a kindred word are
    true; other sentences of the same passage, and halves of two sentences, are not."""
    rng = random.Random(seed)
    for name, data in (("squad", _data.squad()), ("cmrc", _data.cmrc())):
        texts = rng.sample(data.articles, min(most, len(data.articles)))
        for article in texts:
            found = [article.text[a:b] for a, b in sentences(article.text)]
            found = [s for s in found if 20 < len(s) < 400]
            if len(found) < 3:
                continue
            mine, other = rng.sample(found, 2)
            source = (Source(mine, title=article.title),)
            group = f"m{article.id}"
            short = _shortened(mine, rng)
            if short:
                yield Labelled(_kindred(short, rng), source, True, group, f"{name} short")
            yield Labelled(_kindred(mine, rng), source, True, group, f"{name} whole")
            yield Labelled(other, source, False, group, f"{name} other")
            half = _shortened(mine, rng)
            tail = _shortened(other, rng)
            if half and tail:
                joint = "，" if name == "cmrc" else ", and "
                mixed = half.rstrip(".。，, ") + joint + tail
                yield Labelled(mixed, source, False, group, f"{name} mixed")


def _shortened(sentence: str, rng: random.Random) -> str:
    parts = [part.strip() for part in re.split(r"[,，;；]", sentence)]
    parts = [part for part in parts if len(part) > (12 if sentence.isascii() else 7)]
    return rng.choice(parts) if len(parts) > 1 else ""


def _kindred(sentence: str, rng: random.Random) -> str:
    """The sentence with up to two words exchanged for kindred ones."""
    words = kin_words()
    for _ in range(2):
        spots = [
            hit
            for hit in re.finditer(r"[a-z]{4,}|[\u4e00-\u9fff]{2}", sentence)
            if groups_of(hit.group()) and hit.group() in words
        ]
        if spots:
            hit = rng.choice(spots)
            new = rng.choice(words[hit.group()])
            sentence = sentence[: hit.start()] + new + sentence[hit.end() :]
    return sentence


def kin_words() -> dict[str, list[str]]:
    """Every listed word with those it may be exchanged for."""
    if not _KIN:
        path = Path(__file__).resolve().parents[1] / "src/dengmi/answer/check/kin.txt"
        for line in path.read_text("utf-8").splitlines():
            group = [] if line[:1] in "#=~+" else line.replace("-", " ").split()
            for word in group:
                _KIN.setdefault(word, []).extend(w for w in group if w != word)
    return {word: others for word, others in _KIN.items() if others}


_KIN: dict[str, list[str]] = {}


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """The chance that a true one scores above a false one; ties count half."""
    order = sorted(zip(scores, labels, strict=True))
    ranks: list[float] = [0.0] * len(order)
    at = 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and order[end + 1][0] == order[at][0]:
            end += 1
        for n in range(at, end + 1):
            ranks[n] = (at + end) / 2 + 1
        at = end + 1
    good = sum(label for _, label in order)
    bad = len(order) - good
    total = sum(rank for rank, (_, label) in zip(ranks, order, strict=True) if label)
    return (total - good * (good + 1) / 2) / (good * bad)
