"""What a model for natural language inference is asked, and what comes of its odds."""

from collections.abc import Sequence

import pytest

from dengmi.answer.check.judge import Source
from dengmi.answer.write.entailed import entailed, pair_of, verdict_of
from dengmi.answer.write.second import Doubt, SecondLook
from dengmi.core.clock import SystemClock
from dengmi.core.entailment import Odds, Pair
from dengmi.ledger.ledger import Ledger
from tests.unit.answer.write.test_writer import Lines

SURE = Odds(0.9, 0.05)


class Sure:
    """Finds everything entailed, or whatever it is told; keeps what it was asked."""

    name = "nli sure"
    threshold = 0.7
    refuting = 0.95
    decides = False

    def __init__(
        self,
        odds: Odds | None = SURE,
        languages: tuple[str, ...] = (),
        late: bool = False,
    ) -> None:
        self.languages = languages
        self.asked: list[Pair] = []
        self._odds = odds
        self._late = late

    async def open(self) -> None: ...

    async def odds(self, pairs: Sequence[Pair]) -> Sequence[Odds | None] | None:
        self.asked += pairs
        return None if self._late else [self._odds] * len(pairs)


def doubt(claim: str, *reasons: str) -> Doubt:
    verdict = "unsupported" if reasons else "supported"
    return Doubt(claim, (Source("She built towers."),), verdict, reasons)


async def test_only_words_are_put_to_it() -> None:
    nli = Sure()
    reasons = ("number", "date", "unit", "name", "negation", "comparison", "role")
    asked = [doubt(f"{reason} differs", reason, "words") for reason in reasons]
    found = await entailed(nli, [*asked, doubt("She had a gift for it.", "words")])
    assert found == (*[None] * len(reasons), "supported")
    assert [claim for _, claim in nli.asked] == ["She had a gift for it."]
    assert await entailed(nli, asked) == (None,) * len(reasons)
    assert len(nli.asked) == 1


async def test_only_its_languages_are_put_to_it() -> None:
    nli = Sure(languages=("en",))
    found = await entailed(nli, [doubt("她很会建塔。", "words"), doubt("She could.", "words")])
    assert found == (None, "supported")


def test_an_answer_waits_only_for_what_is_asked() -> None:
    nli = Sure(languages=("en",))
    look = SecondLook({}.__getitem__, Ledger(Lines(), SystemClock(), {}), nli=nli)
    asked = {
        reasons: look.asks(nli.name, doubt("She could.", *reasons))
        for reasons in [("words",), ("name",), ("name", "words")]
    }
    assert asked == {("words",): True, ("name",): False, ("name", "words"): False}
    assert not look.asks(nli.name, doubt("她很会建塔。", "words"))
    assert look.asks("second", doubt("She could.", "name"))
    assert look.asks(nli.name, doubt("She built towers well.")), "what seems borne out is read too"
    assert not look.asks("second", doubt("She built towers well."))
    assert not look.asks("", doubt("She could.", "words"))


async def test_without_its_word_the_verdicts_stand() -> None:
    assert await entailed(Sure(late=True), [doubt("She could.", "words")]) == (None,)
    assert await entailed(Sure(None), [doubt("She could.", "words")]) == (None,)


@pytest.mark.parametrize(
    ("odds", "doubtful", "borne_out"),
    [
        (Odds(0.7, 0.1), "supported", None),
        (Odds(0.69, 0.31), None, None),
        (Odds(0.1, 0.2), None, None),
        (Odds(0.1, 0.8), "unsupported", None),
        (Odds(0.02, 0.95), "unsupported", "unsupported"),
    ],
    ids=["sure", "not sure", "neither", "contradicted", "surely contradicted"],
)
def test_odds_are_verdicts_where_they_are_sure(
    odds: Odds, doubtful: str | None, borne_out: str | None
) -> None:
    assert verdict_of(odds, "partial", Sure()) == doubtful
    assert verdict_of(odds, "supported", Sure()) == borne_out


async def test_one_that_decides_is_believed_but_for_numbers() -> None:
    class Decides(Sure):
        decides = True

    asked = [
        doubt("She could."),
        doubt("She could not.", "negation"),
        doubt("She had 9.", "number"),
    ]
    assert await entailed(Decides(), asked) == ("supported", "supported", None)
    unsure = Decides(Odds(0.69, 0.0))
    assert await entailed(unsure, asked) == ("unsupported", "unsupported", None)
    assert await entailed(Decides(None), asked) == (None, None, None), "unread: the check's stands"
    assert len(unsure.asked) == 2


def test_the_premise_is_what_the_built_in_judge_sees() -> None:
    sources = (
        Source("It is 38 metres high.", title="Clock tower", before="Adele built the tower."),
        Source("Tickets cost 6 euros.", title="Clock tower", before="The tower is open in May."),
    )
    premise, claim = pair_of("- **The tower** is `high`.", sources)
    assert premise == (
        "Clock tower. Adele built the tower. It is 38 metres high. Tickets cost 6 euros."
    )
    assert claim == "The tower is high."
    assert pair_of("塔高。", (Source("钟楼高38米。", title="钟楼"),)) == (
        "钟楼。 钟楼高38米。",
        "塔高。",
    )
