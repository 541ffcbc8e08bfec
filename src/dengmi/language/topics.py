"""Groups questions by what they are about, without a model: the same questions always make the same
groups. Pure.

Questions that ask the same thing in other words (`asking`) are one. Each then joins the group whose
first question shares most of its telling words; a word tells as much as it is rare among the
questions that are grouped.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dengmi.language.asking import asking
from dengmi.language.words import terms

SHARED = 0.5
"""The share of telling words that two questions of one topic have in common at the least (Dice)."""

COMMON = 40
"""A word that so many questions have is no reason to look at a group: what is too common tells
nothing, and would make every question be compared with every group."""


@dataclass(slots=True)
class Topic:
    """Questions about one thing. `members` holds the places of the questions in the order they were
    given, `asked` their wordings with how often each occurred, most often first."""

    members: list[int] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)

    @property
    def title(self) -> str:
        """The wording that occurred most often, the earlier one of equal ones."""
        return self.asked.most_common(1)[0][0]


def topics(questions: Sequence[str]) -> list[Topic]:
    """The topics of questions, those asked most often first, then those whose first question comes
    first."""
    same: dict[str, Topic] = {}
    for place, question in enumerate(questions):
        topic = same.setdefault(asking(question).key or question, Topic())
        topic.members.append(place)
        topic.asked[question.strip()] += 1
    rows = sorted(same.values(), key=_order)
    words = [frozenset(terms(asking(each.title).text)) for each in rows]
    return sorted(_grouped(rows, words, _weights(words)), key=_order)


def _order(topic: Topic) -> tuple[int, int]:
    return -len(topic.members), topic.members[0]


def _weights(words: Iterable[frozenset[str]]) -> Mapping[str, float]:
    """How much each word tells."""
    counts = Counter(word for each in words for word in each)
    total = sum(counts.values())
    return {word: math.log(1 + total / count) for word, count in counts.items()}


def _grouped(
    rows: Sequence[Topic], words: Sequence[frozenset[str]], weights: Mapping[str, float]
) -> list[Topic]:
    """Rows joined into groups, each by its first row's words."""
    groups: list[Topic] = []
    leaders: list[frozenset[str]] = []
    having: dict[str, list[int]] = {}
    for row, own in zip(rows, words, strict=True):
        near = {at for word in own for at in having.get(word, ())}
        best = max(((_shared(own, leaders[at], weights), -at) for at in near), default=(0.0, 0))
        if best[0] >= SHARED:
            group = groups[-best[1]]
            group.members = sorted([*group.members, *row.members])
            group.asked.update(row.asked)
            continue
        for word in own:
            places = having.setdefault(word, [])
            if len(places) < COMMON:
                places.append(len(groups))
        groups.append(row)
        leaders.append(own)
    return groups


def _shared(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> float:
    both = sum(weights[word] for word in one & other)
    whole = sum(weights[word] for word in one) + sum(weights[word] for word in other)
    return 2 * both / whole if whole else 0.0
