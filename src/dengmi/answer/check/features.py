"""The numbers that the judge sees of a claim beside the sentences it cites, and what they say."""

from collections.abc import Sequence
from dataclasses import dataclass

from dengmi.answer.check import manner

HELD = (
    "held", "kin", "context", "lost", "lost_share", "strange", "strange_share", "substituted",
    "copied", "worst", "single", "reverse", "terms", "contained", "met", "length", "sources",
    "given",
)  # fmt: skip
"""How much of the claim the words of its sentences hold (`overlap.held`)."""

TURNING = (
    "negation", "opposite", "swapped", "crossed", "edited", "wide", "reversed", "mispaired",
    "rivals", "sure",
)  # fmt: skip
"""What turns it round (`turning.turning`)."""

SPELLED = ("spelled", "gap", "first_lost", "last_lost", "denials")
"""How much of it is spelled as there (`overlap.spelled`)."""

WAYS = ("told", "near", "sum", "ratio", "product", "few")
"""The ways of reckoning that its numbers can be had by."""

ORDERED = ("order", "first_at", "last_at", "named", "clauses")
"""Whether its words follow each other as there (`overlap.ordered`)."""

NAMES = (
    *HELD,
    *("numbers", "dates", "units", "bounds", "mistaken", "names"),
    *TURNING,
    *("facts", "anchors", "foreign", "han"),
    *SPELLED,
    "beyond",
    *WAYS,
    *("unsaid", "about"),
    *ORDERED,
    *manner.NAMES,
)
"""The names of the numbers, in order: what was learned (judge.json) goes by their places."""

_PLACES = {name: place for place, name in enumerate(NAMES)}

LATER = NAMES[NAMES.index("beyond") :]
"""Numbers that only the verdict looks at."""

RISING = frozenset((
    "held", "kin", "context", "copied", "worst", "single", "reverse", "terms", "contained", "met",
    "anchors", "spelled",
))  # fmt: skip
"""Numbers that, all else equal, can only speak for a claim; training keeps to it."""

CONTRARY = frozenset((
    "numbers", "dates", "units", "bounds", "mistaken", "names", "negation", "opposite", "swapped",
    "crossed", "edited", "wide", "reversed", "mispaired", "rivals", "beyond",
))  # fmt: skip
"""Numbers of what disagrees."""

FALLING = CONTRARY | {"lost", "lost_share", "strange", "strange_share", "substituted"}
"""Numbers that, all else equal, can only speak against a claim; training keeps to it."""

_DOUBTFUL = (
    ("number", "numbers"),
    ("number", "mistaken"),
    ("number", "mispaired"),
    ("name", "names"),
    ("name", "rivals"),
    ("negation", "negation"),
    ("negation", "reversed"),
    ("comparison", "opposite"),
    ("comparison", "wide"),
    ("comparison", "bounds"),
    ("comparison", "swapped"),
    ("comparison", "crossed"),
)
"""What speaks against a claim without deciding: how much, the trees have learned."""

_WRONG = (
    ("number", "beyond"),
    ("date", "dates"),
    ("unit", "units"),
)
"""What no other words outweigh: exact facts that neither stand in the sentences nor follow from them."""

OWN_WORDS = 0.1
"""Share of lost words up to which a claim is told in the words of its sentences."""

_DENIED_COPY = 0.7
_TURNED = ("reversed", "crossed", "opposite", "wide", "bounds")


@dataclass(frozen=True, slots=True)
class Laid:
    """A claim laid beside its sentences: the numbers of NAMES; whether it tells of a state that they
    do not tell of (`unsaid`), or of something else; whether it is a label that lets in whom they let
    in (`said`)."""

    numbers: tuple[float, ...]
    unsaid: bool = False
    elsewhere: bool = False
    said: bool = False

    def number(self, name: str) -> float:
        """One of the numbers, by its name."""
        return self.numbers[_PLACES[name]]

    @property
    def wrong(self) -> tuple[str, ...]:
        """Reasons that no other words outweigh."""
        return self._reasons(_WRONG)

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Reasons that speak against the claim without deciding."""
        return self._reasons(_DOUBTFUL)

    @property
    def turned(self) -> bool:
        """Whether the claim turns round what its sentences say with their own words: of such claims
        only every ninth is true (docs/decisions/0044-learning-from-many.md)."""
        if self.number("foreign"):
            return False
        if self.number("copied") >= _DENIED_COPY and self.number("negation") > 0:
            return True
        own = self.number("lost_share") <= OWN_WORDS
        return own and any(self.number(name) > 0 for name in _TURNED)

    @property
    def exchanged(self) -> bool:
        """Whether the claim copies a sentence but for one word, which no list knows as kindred:
        "goats keep the grass short" beside "sheep keep the grass short"."""
        put = self.number("substituted")
        if self.number("edited"):
            return True
        return self.number("copied") >= 0.7 and put >= 0.7 and self.number("lost") <= put + 0.3

    def _reasons(self, rules: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(reason for reason, name in rules if self.number(name) > 0))
