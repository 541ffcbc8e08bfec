"""Makes `src/dengmi/answer/check/judge.json`: the trees that say how likely it is that sentences
bear a claim out.

    python benchmarks/train_judge.py [--folds-only]

Needs lightgbm. Reads WiCE, CLIMATE-FEVER, claims made of SQuAD and CMRC, and the half "tune" of
tests/data/planted.jsonl; the half "held" is only measured. Prints numbers cross-validated by claim.
Takes about three minutes.
"""

import argparse
import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import lightgbm
import numpy as np
from _judging import Labelled, auroc, climate_fever, made, planted, wice

from dengmi.answer.check.features import FALLING, NAMES, RISING
from dengmi.answer.check.judge import laid

FOLDS = 5
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
    "monotone_constraints": [1 if n in RISING else -1 if n in FALLING else 0 for n in NAMES],
    "monotone_constraints_method": "advanced",
    "verbose": -1,
    "num_threads": 1,
    "seed": 1,
    "deterministic": True,
}
TREES = 140
WEIGHTS = {"wice": 4.0, "wice wrong": 1.0, "climate": 1.0, "squad": 0.3, "cmrc": 0.3}
PLANTED = 6.0
"""What one claim of each kind counts, so that no set drowns the others."""


def weight(each: Labelled) -> float:
    kind = each.kind if each.kind in WEIGHTS else each.kind.split()[0]
    return WEIGHTS.get(kind, PLANTED)


def train(rows: np.ndarray, chosen: Sequence[Labelled]) -> lightgbm.Booster:
    labels = np.array([each.label for each in chosen], float)
    weights = np.array([weight(each) for each in chosen])
    return lightgbm.train(SETTINGS, lightgbm.Dataset(rows, labels, weight=weights), TREES)


def fold_of(each: Labelled) -> int:
    return zlib.crc32(each.group.encode()) % FOLDS


def nodes(model: lightgbm.Booster) -> list[object]:
    def node(tree: dict) -> object:
        if "leaf_value" in tree:
            return round(tree["leaf_value"], 5)
        return [
            tree["split_feature"],
            float(f"{tree['threshold']:.5g}"),
            node(tree["left_child"]),
            node(tree["right_child"]),
        ]

    return [node(tree["tree_structure"]) for tree in model.dump_model()["tree_info"]]


def report(every: Sequence[Labelled], scores: np.ndarray) -> None:
    def area(right: str, wrong: str) -> float:
        good = [s for s, e in zip(scores, every, strict=True) if e.kind == right and e.label]
        bad = [
            s
            for s, e in zip(scores, every, strict=True)
            if e.kind == wrong and not (wrong == right and e.label)
        ]
        return auroc(good + bad, [True] * len(good) + [False] * len(bad))

    print(f"WiCE: {area('wice', 'wice'):.4f}; wrong article: {area('wice', 'wice wrong'):.4f}")
    print(f"CLIMATE-FEVER: {area('climate', 'climate'):.4f}")
    for lang in ("en", "zh"):
        here = [n for n, e in enumerate(every) if e.kind.startswith(lang + " ")]
        good = scores[[n for n in here if every[n].label]]
        bad = scores[[n for n in here if not every[n].label]]
        area_here = auroc([*good, *bad], [True] * len(good) + [False] * len(bad))
        print(
            f"planted, held half, {lang}: {area_here:.4f}; at 0.28: {np.mean(good >= 0.28):.3f} of"
            f" true and {np.mean(bad >= 0.28):.3f} of made-up ones kept"
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folds-only", action="store_true")
    chosen = options.parse_args()
    every = [*wice(), *wice(wrong=True), *climate_fever(), *made(), *planted("tune")]
    held = list(planted("held"))
    rows = np.array([laid(e.claim, e.sources).numbers for e in every], np.float32)
    held_rows = np.array([laid(e.claim, e.sources).numbers for e in held], np.float32)
    folds = np.array([fold_of(e) for e in every])
    scores = np.zeros(len(every))
    for fold in range(FOLDS):
        inn, out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        scores[out] = train(rows[inn], [every[n] for n in inn]).predict(rows[out])
    model = train(rows, every)
    print("cross-validated:")
    report(
        [*every[: len(every) - len(list(planted("tune")))], *held],
        np.concatenate(
            [scores[: len(every) - len(list(planted("tune")))], model.predict(held_rows)]
        ),
    )
    gains = sorted(zip(model.feature_importance("gain"), NAMES, strict=True), reverse=True)
    print(", ".join(f"{name} {gain:.0f}" for gain, name in gains))
    if not chosen.folds_only:
        data = {"names": NAMES, "trees": nodes(model)}
        OUT.write_text(json.dumps(data, separators=(",", ":")) + "\n", "utf-8")
        print(f"{OUT.name}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
