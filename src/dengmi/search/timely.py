"""Prefers the articles of the time a question asks about."""

from collections.abc import Sequence

from dengmi.language.dates import DateWish
from dengmi.search.index.lexical import day_number
from dengmi.search.rank import Found

INSIDE = 0.2
"""What an article dated inside the wished time gains, as a share of the best score. A wish is
never a filter: what happened in a year is often told later, and many articles have no date."""

NEWEST = 0.3
"""What the newest of the relevant articles gains; older ones less, by their place."""

RELEVANT = 0.55
"""Share of the best score from which on a passage counts as relevant when the newest is wanted."""

Scored = tuple[float, Found]


def timely(scored: Sequence[Scored], wish: DateWish) -> list[Scored]:
    """The same passages with their own scores, in the order the wish asks for."""
    if not scored or not (wish.newest or wish.since or wish.until):
        return list(scored)
    best = scored[0][0]
    days = sorted({one.day for score, one in scored if one.day and score >= RELEVANT * best})
    place = {day: (n + 1) / len(days) for n, day in enumerate(days)}
    first = day_number(wish.since) if wish.since else 1
    last = day_number(wish.until, late=True) if wish.until else 99_999_999

    def gain(score: float, one: Found) -> float:
        gained = 0.0
        if (wish.since or wish.until) and one.day and first <= one.day <= last:
            gained += INSIDE * best
        if wish.newest and score >= RELEVANT * best:
            gained += NEWEST * best * place.get(one.day, 0.0)
        return score + gained

    return sorted(scored, key=lambda pair: (-gain(*pair), -pair[0], pair[1].passage_id))
