"""Makes `src/dengmi/answer/check/judge.json`: the trees that say how likely it is that sentences
bear a claim out.

    python benchmarks/train_judge.py [--folds-only] [--curve]

Needs lightgbm. Reads WiCE, CLIMATE-FEVER, claims made of SQuAD and CMRC, pairs.jsonl and the parts
TRAINED of tests/data/planted.jsonl; the other parts are measured and never trained on. Prints
numbers cross-validated by claim, and those of written sentences also by when they were written:
each set judged without what was written at the same time. --curve prints these for other points of
operation; --folds-only leaves the file as it is. Takes four minutes.
"""

import argparse
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
from _judging import (
    TRAINED,
    WRITTEN,
    Labelled,
    auroc,
    climate_fever,
    made,
    pairs,
    planted,
    planted_rows,
    wice,
)
from _trees import nodes

from dengmi.answer.check.features import CONTRARY, FALLING, LATER, NAMES, RISING, Laid
from dengmi.answer.check.judge import LEAN, SUPPORTED, laid, lean, refused

FOLDS = 5
POINTS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
OUT = Path(__file__).resolve().parents[1] / "src" / "dengmi" / "answer" / "check" / "judge.json"
SETTINGS = {
    "objective": "binary",
    "num_leaves": 6,
    "learning_rate": 0.08,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "monotone_constraints_method": "advanced",
    "verbose": -1,
    "num_threads": 1,
    "seed": 1,
    "deterministic": True,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two models: its settings, and what one claim of each data set counts in it.

    The score orders claims by how much of them is borne out. The verdict is about planted
    sentences: among those, few words are lost where one is exchanged, and many where the truth is
    told anew, so that one model for both would be worse at each. In its verdict more of the words
    may also tell against a claim, so only what disagrees has a fixed direction there. `without`:
    numbers that it is not to look at.
    """

    settings: Mapping[str, object]
    trees: int
    weights: Mapping[str, float]
    leans: bool
    without: frozenset[str] = frozenset()


SHAPE = frozenset(
    ["spelled", "gap", "first_lost", "last_lost", "denials", "reversed", "mispaired", "rivals"]
).union(LATER)
"""Numbers that help the verdict; in the score they cost more with the wrong article (0.998) than
they bring on other texts."""

KINDS = {
    "score": Kind(
        {
            **SETTINGS,
            "num_leaves": 3,
            "learning_rate": 0.05,
            "feature_fraction": 0.4,
            "monotone_constraints": [
                1 if n in RISING else -1 if n in FALLING else 0 for n in NAMES
            ],
        },
        300,
        {"wice": 4.0, "wice wrong": 3.0, "climate": 1.5, "squad": 0.03, "cmrc": 0.03},
        leans=True,
        without=SHAPE,
    ),
    "verdict": Kind(
        {
            **SETTINGS,
            "num_leaves": 8,
            "learning_rate": 0.05,
            "feature_fraction": 0.4,
            "min_data_in_leaf": 60,
            "monotone_constraints": [-1 if n in CONTRARY else 0 for n in NAMES],
        },
        500,
        {"wice": 0.3, "wice wrong": 1.0, "climate": 0.0, "squad": 0.5, "cmrc": 0.5}
        | {"en": 1.0, "zh": 1.0},
        leans=False,
    ),
}


def weight(each: Labelled, kind: Kind) -> float:
    weights = kind.weights
    return weights.get(each.kind, weights.get(each.kind.split()[0], 0.0))


class Model:
    """A trained model."""

    def __init__(self, kind: Kind, seen: Sequence[Laid], chosen: Sequence[Labelled]) -> None:
        self._leans = kind.leans
        weights = np.array([weight(each, kind) for each in chosen])
        used = np.flatnonzero(weights)
        labels = np.array([chosen[n].label for n in used], float)
        given = np.array([LEAN * seen[n].number("terms") for n in used]) if kind.leans else None
        data = lightgbm.Dataset(
            _rows([seen[n] for n in used], kind.without),
            labels,
            weight=weights[used],
            init_score=given,
        )
        self.booster = lightgbm.train(dict(kind.settings), data, kind.trees)

    def predict(self, seen: Sequence[Laid]) -> np.ndarray:
        raw = np.asarray(self.booster.predict(_rows(seen), raw_score=True))
        if self._leans:
            raw = raw + np.array([lean(each) for each in seen])
        return 1 / (1 + np.exp(-raw))


def _rows(seen: Sequence[Laid], without: frozenset[str] = frozenset()) -> np.ndarray:
    rows = np.array([each.numbers for each in seen], np.float32)
    rows[:, [n for n, name in enumerate(NAMES) if name in without]] = 0.0
    return rows


def fold_of(each: Labelled) -> int:
    return zlib.crc32(each.group.encode()) % FOLDS


def report(every: Sequence[Labelled], scores: np.ndarray) -> None:
    def area(right: str, wrong: str) -> float:
        pairs = list(zip(scores, every, strict=True))
        good = [s for s, e in pairs if e.kind == right and e.label]
        bad = [s for s, e in pairs if e.kind == wrong and not e.label]
        return auroc(good + bad, [True] * len(good) + [False] * len(bad))

    print(f"WiCE: {area('wice', 'wice'):.4f}; wrong article: {area('wice', 'wice wrong'):.4f}")
    print(f"CLIMATE-FEVER: {area('climate', 'climate'):.4f}")


def report_planted(
    every: Sequence[Labelled], seen: Sequence[Laid], looks: np.ndarray, point: float = SUPPORTED
) -> None:
    for lang in ("en", "zh"):
        here = [n for n, each in enumerate(every) if each.kind.startswith(lang + " ")]
        if not here:
            continue
        kept = {n: not refused(seen[n], float(looks[n]), point) for n in here}
        good = [kept[n] for n in here if every[n].label]
        bad = [kept[n] for n in here if not every[n].label]
        print(
            f"  {lang}: {1 - np.mean(bad):.1%} of {len(bad)} made-up ones caught,"
            f" {1 - np.mean(good):.1%} of {len(good)} true ones flagged"
        )


def crossed(
    kind: Kind, every: Sequence[Labelled], seen: Sequence[Laid], folds: np.ndarray
) -> np.ndarray:
    """What the model says of each claim when trained without the claims of its fold; a fold below
    0 is in every training and asked about by none."""
    said = np.zeros(len(every))
    for fold in range(folds.max() + 1):
        inn, out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        model = Model(kind, [seen[n] for n in inn], [every[n] for n in inn])
        said[out] = model.predict([seen[n] for n in out])
    return said


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folds-only", action="store_true")
    options.add_argument("--curve", action="store_true")
    chosen = options.parse_args()
    sets = [*wice(), *wice(wrong=True), *climate_fever(), *made()]
    many = list(pairs())
    halves = tuple((half,) for half in dict.fromkeys(half for half, _ in many))
    turns = (*WRITTEN, *halves)
    written = [
        *((n, each) for n, parts in enumerate(WRITTEN) for part in parts for each in planted(part)),
        *((turns.index((half,)), each) for half, each in many),
    ]
    every = [*sets, *(each for _, each in written)]
    seen = [laid(each.claim, each.sources) for each in every]
    folds = np.array([fold_of(each) for each in every])
    print("cross-validated:")
    report(every, crossed(KINDS["score"], every, seen, folds))
    print(f"pairs and planted, {' and '.join(TRAINED)}, cross-validated by article:")
    report_planted(every, seen, crossed(KINDS["verdict"], every, seen, folds))
    by_set = np.array([-1] * len(sets) + [n for n, _ in written])
    looks = crossed(KINDS["verdict"], every, seen, by_set)
    print("the same, cross-validated by when they were written:")
    report_planted(every, seen, looks)
    for n, parts in enumerate(turns):
        here = np.flatnonzero(by_set == n)
        print(f" {' and '.join(parts)}:")
        report_planted([every[at] for at in here], [seen[at] for at in here], looks[here])
    for point in POINTS if chosen.curve else ():
        print(f" all, supported from {point:.2f}:")
        report_planted(every, seen, looks, point)
    models = {name: Model(kind, seen, every) for name, kind in KINDS.items()}
    for part in dict.fromkeys(row["half"] for row in planted_rows()):
        if part not in TRAINED:
            held = list(planted(part))
            laid_out = [laid(each.claim, each.sources) for each in held]
            print(f"planted, {part}, not trained on:")
            report_planted(held, laid_out, models["verdict"].predict(laid_out))
    for name, model in models.items():
        gains = zip(model.booster.feature_importance("gain"), NAMES, strict=True)
        print(name, ", ".join(f"{n} {gain:.0f}" for gain, n in sorted(gains, reverse=True)))
    if not chosen.folds_only:
        trees = {name: nodes(model.booster) for name, model in models.items()}
        OUT.write_text(json.dumps({"names": NAMES, **trees}, separators=(",", ":")) + "\n", "utf-8")
        print(f"{OUT.name}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
