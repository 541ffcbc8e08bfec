"""Labelled claims beside sentences, for training and measuring the judge."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import _data


@dataclass(frozen=True, slots=True)
class Labelled:
    """A claim with the sentences it is judged by. `group`: claims that belong together."""

    claim: str
    sources: tuple[str, ...]
    label: bool
    group: str
    title: str = ""


def wice(name: str = "claim_dev") -> Iterator[tuple[str, list[str], str, list[list[int]]]]:
    """(claim, sentences of the cited page, label, supporting sentences) of WiCE."""
    path = _data.folder() / "wice" / f"{name}.jsonl"
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield row["claim"], row["evidence"], row["label"], row["supporting_sentences"]


def climate_fever() -> Iterator[Labelled]:
    """Claims with single sentences of Wikipedia; true where the sentence supports the claim."""
    path = _data.folder() / "climate_fever" / "climate-fever.jsonl"
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        for each in row["evidences"]:
            yield Labelled(
                row["claim"],
                (each["evidence"],),
                each["evidence_label"] == "SUPPORTS",
                f"c{row['claim_id']}",
                each["article"],
            )


def auroc(scores: list[float], labels: list[bool]) -> float:
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
