"""Sets two runs of the same questions side by side."""

from collections.abc import Sequence

from dengmi.answer.evaluation import MONEY, Change, compare
from dengmi.cli.evaluating import Row, Run

_LEADING = ("contains", "ndcg@10", "cite_recall", "declined")
"""By the first of these that both runs have, questions became better or worse."""

_LESS_IS_BETTER = frozenset(("declined",))


def pairs_of(earlier: Run, run: Run) -> list[tuple[Row, Row]]:
    """The rows of the same question at the same desk, the first with the first, and so on."""
    left: dict[tuple[str, str], list[Row]] = {}
    for row in earlier.rows:
        left.setdefault((row.desk, row.question), []).append(row)
    pairs = []
    for row in run.rows:
        if same := left.get((row.desk, row.question)):
            pairs.append((same.pop(0), row))
    return pairs


def changes(pairs: Sequence[tuple[Row, Row]]) -> dict[str, Change]:
    """By measure; money only of the pairs that were paid in the first currency there is."""
    names = dict.fromkeys(name for _, row in pairs for name in row.measures)
    paid = currency_of(pairs)
    found = {}
    for name in names:
        own = [
            (before.measures, now.measures)
            for before, now in pairs
            if name not in MONEY or {before.currency, now.currency} <= {paid, ""}
        ]
        change = compare(own, name)
        if change.questions:
            found[name] = change
    return found


def currency_of(pairs: Sequence[tuple[Row, Row]]) -> str:
    """The first currency that anything was paid in; "" where nothing was."""
    return next((row.currency for pair in pairs for row in pair if row.currency), "")


def moved(pairs: Sequence[tuple[Row, Row]]) -> tuple[str, list[Row], list[Row]]:
    """(the measure, what became better by it, what became worse)."""
    for name in _LEADING:
        both = [(a, b) for a, b in pairs if name in a.measures and name in b.measures]
        if both:
            sign = -1 if name in _LESS_IS_BETTER else 1
            gains = [(sign * (b.measures[name] - a.measures[name]), b) for a, b in both]
            return name, [row for gain, row in gains if gain > 0], [r for g, r in gains if g < 0]
    return "", [], []
