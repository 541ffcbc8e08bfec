"""Which questions an earlier answer serves again, through the real path: store, index, search,
quote, basis, check.

    python benchmarks/reuse.py [near] [clothes] [labelled] [--every N] [--print N]

near      every pair of different questions about one passage of SQuAD-dev and CMRC-dev whose
          answers differ, asked one after the other, both ways round: how often the second is
          served the first one's answer.
clothes   every Nth question asked again in other clothes (_clothes.py): how often it is served
          the answer it had.
labelled  pairs labelled as the same question or not (QQP, BQ): hits and labelled-false hits by
          words alone, which is all that decides where there are no articles, beside plain normal
          forms and, where sentence embeddings are installed, GPTCache's default (MiniLM 0.8).

Answers are quote answers; where the quotes would rather decline, near misses take the nearest
sentences as if they had been given, which is harder.
"""

import argparse
import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import _clothes
import _data
import _minilm
from _desk import DESK, desk

from dengmi.answer.quote import quote
from dengmi.answer.reuse import Basis, basis_of, still_stands
from dengmi.core.records import Answer, Evidence, SearchQuery
from dengmi.language.asking import Asking, asking, same_question
from dengmi.language.normal import normal_form
from dengmi.search.searcher import Searcher

LIMIT = 6
EMBEDDED = 4_000
"""Pairs compared by embedding as well, which takes minutes for all."""

SETS = {"squad": (_data.squad, _clothes.ENGLISH), "cmrc": (_data.cmrc, _clothes.CHINESE)}


@dataclass(frozen=True, slots=True)
class Known:
    """A question with what was found for it and, if it may serve again, its answer's basis."""

    asked: _data.Asked
    asking: Asking
    evidence: Evidence
    basis: Basis | None
    grounded: bool


async def _known(search: Searcher, asked: _data.Asked) -> Known:
    read = asking(asked.text)
    evidence = await _found(search, read)
    quoted = quote(asked.text, evidence)
    answer = Answer(
        id="a", question_id="q", desk=DESK, question=asked.text, level="quote", wanted="auto",
        text="", grounded=True, confidence=quoted.confidence,
        citations=quoted.citations or quoted.nearest,
    )  # fmt: skip
    return Known(asked, read, evidence, basis_of(read, answer, evidence), quoted.grounded)


async def _found(search: Searcher, read: Asking) -> Evidence:
    return await search.search(SearchQuery(text=read.text, desk=DESK, limit=LIMIT, marked=False))


def _near_pairs(data: _data.Set, known: Sequence[Known]) -> Iterator[tuple[Known, Known]]:
    """Ordered pairs of different questions about one passage that have no answer in common."""
    about: dict[str, list[Known]] = defaultdict(list)
    for one in known:
        about[min(data.qrels[one.asked.id])].append(one)
    for those in about.values():
        for first, second in combinations(those, 2):
            plain = [{a.casefold().strip(" .") for a in k.asked.answers} for k in (first, second)]
            if first.asked.text != second.asked.text and plain[0].isdisjoint(plain[1]):
                yield first, second
                yield second, first


def show_near(name: str, data: _data.Set, known: Sequence[Known]) -> None:
    """Print how near misses fare."""
    pairs = served = evidence_alone = words_alone = 0
    for first, second in _near_pairs(data, known):
        pairs += 1
        if first.basis is None:
            continue
        same = same_question(first.asking, second.asking)
        words_alone += same
        blind = still_stands(first.basis, first.asking, second.evidence, 0.0) == "stands"
        evidence_alone += blind
        if still_stands(first.basis, second.asking, second.evidence, 0.0) == "stands":
            served += 1
            print(f"  served: {first.asked.text!r} for {second.asked.text!r}")
    print(f"{name}: {pairs} near misses, {served} served the other's answer "
          f"({served / pairs:.4%}); words alone {words_alone / pairs:.4%}, "
          f"evidence alone {evidence_alone / pairs:.1%}", flush=True)  # fmt: skip


async def show_clothes(
    name: str, search: Searcher, known: Sequence[Known], changes: dict[str, _clothes.Change],
    examples: int,
) -> None:  # fmt: skip
    """Print how often a question in other clothes is served the answer it had."""
    total: Counter[str] = Counter()
    print(f"{name}: the same question in other clothes, of {len(known)} answered questions")
    for kind, change in changes.items():
        asked = hit = 0
        why: Counter[str] = Counter()
        for one in known:
            other = change(one.asked.text)
            if other == one.asked.text or one.basis is None:
                continue
            asked += 1
            read = asking(other)
            standing = still_stands(one.basis, read, await _found(search, read), 0.0)
            hit += standing == "stands"
            why[standing] += 1
            if standing != "stands" and why[standing] <= examples:
                print(f"    {standing}: {one.asked.text!r} / {other!r}")
        missed = ", ".join(f"{n} {w}" for w, n in why.most_common() if w != "stands")
        share = f"{hit / asked:.3f}" if asked else "-"
        print(f"  {kind:14} {asked:6} asked again, {share} served   {missed}", flush=True)
        total.update(asked=asked, hit=hit)
    print(
        f"  {'all':14} {total['asked']:6} asked again, {total['hit'] / total['asked']:.3f} served"
    )


def show_labelled(name: str, pairs: Sequence[tuple[bool, str, str]], examples: int) -> None:
    """Print hits by words alone."""
    texts = sorted({text for _, *both in pairs for text in both})
    began = time.process_time()
    read = {text: asking(text) for text in texts}
    spent = (time.process_time() - began) / len(read) * 1000
    print(f"{name}: {len(pairs)} pairs; reading a question takes {spent:.3f} ms of one core")
    forms = {text: normal_form(text) for text in read}
    _row("plain normal forms", pairs, lambda one, other: forms[one] == forms[other])
    false = _row("asking", pairs, lambda one, other: same_question(read[one], read[other]))
    for one, other in false[:examples]:
        print(f"    {one} | {other}")
    ways = [(text, other) for text in texts if (other := _clothes.best_way(text)) != text]
    if ways:
        hits = sum(same_question(read[text], asking(other)) for text, other in ways)
        print(f"  other ways to ask how: {len(ways)} asked again, {hits / len(ways):.3f} the same")
    folder = _minilm.model_folder()
    if folder is not None and name == "QQP":
        part = pairs[:: len(pairs) // EMBEDDED]
        texts = sorted({text for _, *both in part for text in both})
        place = {text: n for n, text in enumerate(texts)}
        vectors = _minilm.embed(folder, texts)
        print(f"  of every {len(pairs) // EMBEDDED}th pair, {len(part)} in all:")
        for least in (0.8, 0.95):
            _row(
                f"MiniLM, cosine >= {least}",
                part,
                lambda one, other: vectors[place[one]] @ vectors[place[other]] >= least,  # noqa: B023
            )
        _row("asking", part, lambda one, other: same_question(read[one], read[other]))


def _row(
    way: str, pairs: Sequence[tuple[bool, str, str]], same: Callable[[str, str], bool]
) -> list[tuple[str, str]]:
    hits = [(label, one, other) for label, one, other in pairs if same(one, other)]
    false = [(one, other) for label, one, other in hits if not label]
    right = len(hits) - len(false)
    duplicates = sum(label for label, _, _ in pairs)
    print(
        f"  {way:24} {right / duplicates:6.1%} of duplicates hit, {len(hits)} hits, "
        f"{len(false)} of them labelled false ({len(false) / max(1, len(hits)):.1%})",
        flush=True,
    )
    return false


async def run(parts: Sequence[str], sets: Sequence[str], every: int, examples: int) -> None:
    for name in sets:
        load, changes = SETS[name]
        data = load()
        if not {"near", "clothes"}.isdisjoint(parts):
            async with desk(data.articles) as search:
                step = 1 if "near" in parts else every
                known = [await _known(search, asked) for asked in data.queries[::step]]
                if "near" in parts:
                    show_near(name, data, known)
                if "clothes" in parts:
                    answered = [one for one in known[:: every // step] if one.grounded]
                    await show_clothes(name, search, answered, dict(changes), examples)
    if "labelled" in parts:
        for name, pairs in (("QQP", _data.qqp_pairs()), ("BQ", _data.bq_pairs())):
            show_labelled(name, pairs, examples)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("parts", nargs="*", default=["near", "clothes", "labelled"])
    options.add_argument("--only", default="squad,cmrc")
    options.add_argument("--every", type=int, default=4, help="clothes: take every Nth question")
    options.add_argument("--print", type=int, default=0, help="examples of what went wrong")
    chosen = options.parse_args()
    parts = chosen.parts or ["near", "clothes", "labelled"]
    asyncio.run(run(parts, chosen.only.split(","), chosen.every, chosen.print))


if __name__ == "__main__":
    main()
