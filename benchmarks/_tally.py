"""What became of a surge, phase by phase: counts from what askers saw, what the endpoint wrote
down, and what is in Dengmi's store."""

import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any

from _plan import HEAVY, Phase

from dengmi.ledger.prices import price_at

WITHIN = 60.0
"""Seconds within which a model's answer counts."""

FREE = 4.0
"""Seconds from the beginning of a phase in which calls begin that found a slot free."""

SEVERAL = 3
"""Questions that make an ordinary asker an active one."""

OFF_PEAK = datetime(2026, 11, 28, tzinfo=UTC).timestamp()
"""Whose prices are taken, whenever the run is."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What Dengmi's store knows. `written`: by question id, when an answer by a model was there."""

    written: Mapping[str, float] = field(default_factory=dict)
    calls: Sequence[tuple[str, float, int]] = ()
    """(asker, when it began, tokens) of each call."""
    open: int = 0
    """Questions without a final state."""
    doubled: int = 0
    """Questions with more than one answer of a level."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One run of one way. Times in seconds since `start`, which is Unix time."""

    name: str
    start: float
    results: Sequence[Row]
    calls: Sequence[Row]
    kept: Kept
    ours: bool

    def written(self, row: Row) -> float | None:
        """Seconds until a model's answer to the question was there; None where there is none."""
        if not self.ours:
            return row["ended"] - row["sent"] if row["whole"] and row["first"] else None
        at = self.kept.written.get(row["id"])
        if at is not None:
            return max(0.0, at - self.start - row["sent"])
        return row["ended"] - row["sent"] if row["whole"] and row["level"] != "quote" else None


@dataclass(frozen=True, slots=True)
class Part:
    """A phase in numbers; see `HEAD` for what they are."""

    name: str
    asked: int
    useful: float
    median: float
    p99: float
    levels: Mapping[str, float]
    lost: int
    refused: int
    busy: float
    within: float
    bound: float
    jain: float
    shed: float
    best: float
    heavy: float
    rate: float
    cost: float
    up: float
    heavy_up: float


def kept_in(home: Path) -> Kept:
    """Read the store of a home."""
    with sqlite3.connect(home / "dengmi.sqlite") as base:
        written = base.execute(
            "SELECT question_id, min(created_at) FROM answers"
            " WHERE level NOT IN ('quote', 'reuse') GROUP BY question_id"
        ).fetchall()
        calls = base.execute(
            "SELECT q.asker, c.at, c.hit + c.miss + c.output FROM charges c"
            " JOIN questions q ON q.id = c.question_id WHERE c.purpose = 'answer'"
        ).fetchall()
        open_ = base.execute("SELECT count(*) FROM questions WHERE state = 'asked'").fetchone()[0]
        twice = base.execute(
            "SELECT count(*) FROM (SELECT 1 FROM answers GROUP BY question_id, level"
            " HAVING count(*) > 1)"
        ).fetchone()[0]
    told = [(asker.rpartition(":")[2], at, int(n or 0)) for asker, at, n in calls]
    return Kept(dict(written), told, open_, twice)


def parts(seen: Seen, phases: Sequence[Phase], capacity: float, slots: int) -> list[Part]:
    """The phases that had questions."""
    found, begin = [], 0.0
    for number, phase in enumerate(phases):
        rows = [row for row in seen.results if row["phase"] == number]
        end = begin + phase.seconds
        if rows:
            found.append(_part(seen, phase.name, rows, (begin, end), capacity, slots))
        begin = end
    if len(found) > 1:
        found.append(_part(seen, "all", seen.results, (0.0, begin), capacity, slots))
    return found


def _part(
    seen: Seen,
    name: str,
    rows: Sequence[Row],
    span: tuple[float, float],
    capacity: float,
    slots: int,
) -> Part:
    firsts = sorted(row["first"] - row["sent"] for row in rows if row["first"])
    times = [seen.written(row) for row in rows]
    answered = [time is not None and time <= WITHIN for time in times]
    ordinary = [(row["asker"], yes) for row, yes in zip(rows, answered, strict=True)]
    ordinary = [each for each in ordinary if each[0] != HEAVY]
    share = sum(yes for _, yes in ordinary) / max(len(ordinary), 1)
    calls = int(capacity * (span[1] - span[0] + WITHIN))
    part, rate = heavy(seen, rows, span)
    return Part(
        name=name,
        asked=len(rows),
        useful=sum(time <= 1.0 for time in firsts) / len(rows),
        median=_at(firsts, 0.5),
        p99=_at(firsts, 0.99) if len(firsts) == len(rows) else _missing(firsts, len(rows)),
        levels=_levels(seen, rows),
        lost=sum(not row["whole"] and not _refused(row) for row in rows),
        refused=sum(map(_refused, rows)),
        busy=_busy(seen, span, slots),
        within=sum(answered) / len(rows),
        bound=bound(rows, calls),
        jain=jain(ordinary),
        shed=shed(ordinary, share),
        best=best_of(ordinary),
        heavy=part,
        rate=rate,
        cost=_cost(seen.calls, seen.start, span) / len(rows),
        up=_up(row["sent"] - span[0] for row in rows if _lowered(row) and not _is_heavy(row)),
        heavy_up=_up(row["sent"] - span[0] for row in rows if _lowered(row) and _is_heavy(row)),
    )


def _up(lowered: Iterable[float]) -> float:
    """When the last of them was asked; 0 where nobody was lowered."""
    return max(lowered, default=0.0)


def _is_heavy(row: Row) -> bool:
    return bool(row["asker"] == HEAVY)


def _lowered(row: Row) -> bool:
    """Whether somebody did not get at once what was asked for."""
    return bool(row["late"] or not row["whole"] or row["level"] == "quote")


def _refused(row: Row) -> bool:
    return bool(row["status"] >= 400)


def _missing(firsts: Sequence[float], asked: int) -> float:
    """The 99th percentile where some never had a reply: infinite once they are one in a hundred."""
    place = int(asked * 0.99)
    return firsts[place] if place < len(firsts) else float("inf")


def _at(times: Sequence[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)] if times else float("inf")


def _levels(seen: Seen, rows: Sequence[Row]) -> Mapping[str, float]:
    names: Counter[str] = Counter()
    for row in rows:
        if not row["whole"]:
            continue
        if not seen.ours:
            names["written"] += 1
        elif row["level"] == "quote":
            late = seen.written(row) is not None
            names["late" if late else "quote"] += 1
        else:
            names["reuse" if row["reused"] else "written"] += 1
    return {name: count / len(rows) for name, count in names.items()}


def _busy(seen: Seen, span: tuple[float, float], slots: int) -> float:
    """The part of the slots' time that went to answers somebody waited for."""
    waits: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in seen.results:
        until = row["ended"]
        if seen.ours and row["late"]:  # the answer is waited for beyond the first reply
            late = seen.written(row)
            until = inf if late is None else max(until, row["sent"] + late)
        waits[row["question"]].append((row["sent"], until))
    used = 0.0
    for call in seen.calls:
        if call["status"] != 200:
            continue
        begin = max(call["began"] - seen.start, span[0])
        end = min(call["ended"] - seen.start, span[1])
        used += _covered(begin, end, waits[call["question"]]) if end > begin else 0.0
    return used / (slots * (span[1] - span[0]))


def _covered(begin: float, end: float, spans: Iterable[tuple[float, float]]) -> float:
    covered = 0.0
    for first, last in sorted(spans):
        if last > begin and first < end:
            covered += min(last, end) - max(first, begin)
            begin = max(begin, min(last, end))
    return covered


def bound(rows: Sequence[Row], calls: int) -> float:
    """The most questions that so many calls can answer, if each answers all who ask the same."""
    asked = Counter(row["question"] for row in rows)
    return sum(count for _, count in asked.most_common(calls)) / len(rows)


def jain(asked: Sequence[tuple[str, bool]]) -> float:
    """Jain's index over answered/asked of each asker: 1 where all fare alike."""
    total: Counter[str] = Counter()
    got: Counter[str] = Counter()
    for asker, yes in asked:
        total[asker] += 1
        got[asker] += yes
    shares = [got[asker] / count for asker, count in total.items()]
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 0.0


def best_of(asked: Sequence[tuple[str, bool]]) -> float:
    """Jain's index if as many answers were spread as evenly as whole answers can be."""
    total = Counter(asker for asker, _ in asked)
    left = sum(yes for _, yes in asked)
    got = {asker: int(count * left / len(asked)) for asker, count in total.items()}
    spare = left - sum(got.values())
    for asker in sorted(total, key=lambda each: got[each] / total[each])[:spare]:
        got[asker] += 1
    return jain([(a, n < got[a]) for a, count in total.items() for n in range(count)])


def shed(asked: Sequence[tuple[str, bool]], share: float, times: int = 40) -> float:
    """The same where chance alone answers as many."""
    rng = random.Random(1)
    tries = [jain([(asker, rng.random() < share) for asker, _ in asked]) for _ in range(times)]
    return sum(tries) / times


def heavy(seen: Seen, rows: Sequence[Row], span: tuple[float, float]) -> tuple[float, float]:
    """The heavy asker's share of the tokens of the calls that began in the phase, and how many
    times the mean of the ordinary askers a model was called for; of those who asked several times
    in the phase, where most did. Not of the first calls, whose slots were free."""
    tokens: Counter[str] = Counter()
    asked = Counter(row["asker"] for row in rows)
    several = {asker for asker, count in asked.items() if count >= SEVERAL and asker != "heavy"}
    active = several if 2 * len(several) > len(asked) else asked.keys() - {"heavy"}
    begin = span[0] + FREE if span[1] - span[0] > 2 * FREE else span[0]
    if seen.ours:
        for asker, at, count in seen.kept.calls:
            if begin <= at - seen.start < span[1]:
                tokens[asker] += count
    else:
        for row in rows:
            tokens[row["asker"]] += bool(row["whole"]) and row["sent"] >= begin
    total = tokens.total()
    others = [count for asker, count in tokens.items() if asker in active and count]
    if not total or not others:
        return 0.0, 0.0
    return tokens["heavy"] / total, tokens["heavy"] / (sum(others) / len(others))


def _cost(calls: Sequence[Row], start: float, span: tuple[float, float]) -> float:
    """Millionths of a yuan of the calls that began in a phase."""
    price = price_at("deepseek-flash", OFF_PEAK)
    micros = 0.0
    for call in calls:
        if call["status"] == 200 and span[0] <= call["began"] - start < span[1]:
            micros += call["hit"] * price.hit + call["miss"] * price.miss
            micros += call["output"] * price.output
    return micros / 1e6
