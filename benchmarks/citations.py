"""How well a claim's support is told, beside plain containment of words, in the same run.

    python benchmarks/citations.py

Reads WiCE dev, CLIMATE-FEVER and tests/data/planted.jsonl. The shipped trees have seen the first
two and every planted part but "held"; train_judge.py prints cross-validated numbers. Takes a
minute.
"""

import time
from collections.abc import Callable, Sequence

from _judging import MOST, Labelled, auroc, climate_fever, planted, planted_rows, wice, wice_pages

from dengmi.answer.check.judge import best_support, judge
from dengmi.language.words import terms


def contained(each: Labelled) -> float:
    """The plain way: the share of the claim's distinct words that stand in the sentences."""
    mine = frozenset(terms(each.claim))
    there = frozenset().union(*(terms(source.text) for source in each.sources))
    return len(mine & there) / (len(mine) or 1)


def judged(each: Labelled) -> float:
    return judge(each.claim, each.sources).score


def area(score: Callable[[Labelled], float], chosen: Sequence[Labelled]) -> float:
    return auroc([score(each) for each in chosen], [each.label for each in chosen])


def rates(half: str, lang: str) -> tuple[float, float, int]:
    """(made-up claims caught, true ones flagged, how many claims)."""
    chosen = [each for each in planted(half) if each.kind.startswith(lang)]
    passed = [judge(each.claim, each.sources).verdict == "supported" for each in chosen]
    true = [ok for ok, each in zip(passed, chosen, strict=True) if each.label]
    false = [ok for ok, each in zip(passed, chosen, strict=True) if not each.label]
    return 1 - sum(false) / len(false), 1 - sum(true) / len(true), len(chosen)


def speed() -> tuple[float, float]:
    """CPU ms for a claim with all sentences of its page: page read before, and not."""
    first = again = 0.0
    pages = list(wice_pages())[:120]
    for claim, every, _ in pages:
        for warm in (False, True):
            began = time.process_time()
            best = best_support(claim, every, MOST)
            judge(claim, [every[place] for place, _ in best])
            took = (time.process_time() - began) * 1000 / len(pages)
            first, again = (first, again + took) if warm else (first + took, again)
    return again, first


def main() -> None:
    again, first = speed()
    right, wrong, climate = list(wice()), list(wice(wrong=True)), list(climate_fever())
    mixed = [*[each for each in right if each.label], *wrong]
    print("| AUROC | plain containment | Dengmi |\n|---|---|---|")
    for name, chosen in (
        ("WiCE dev, supported against partly and not", right),
        ("a supported claim with the wrong article", mixed),
        ("CLIMATE-FEVER, supports against the rest", climate),
    ):
        print(f"| {name} | {area(contained, chosen):.3f} | {area(judged, chosen):.3f} |")
    print("\n| planted | made-up ones caught | true ones flagged | of |\n|---|---|---|---|")
    for half in dict.fromkeys(row["half"] for row in planted_rows()):
        for lang in ("en", "zh"):
            caught, flagged, count = rates(half, lang)
            print(f"| {half}, {lang} | {caught:.1%} | {flagged:.1%} | {count} |")
    print(f"\n{again:.2f} ms CPU a claim over its whole page; {first:.2f} ms with reading the page")


if __name__ == "__main__":
    main()
