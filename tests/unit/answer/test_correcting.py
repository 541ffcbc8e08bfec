"""An answer in an operator's words."""

from dataclasses import replace

from dengmi.answer.correcting import corrected, plain, stood_on
from dengmi.core.records import Answer, Claim, Cost, Head
from tests.contract.given import passage

HEAD = Head(pk=1, id="walk", desk="walks", source_id="s", title="The walk", lang="en")
PASSAGE = passage(
    "The lantern walk closes on the seventeenth.\nDogs must stay on a lead.", name="p1"
)
FOUND = {"p1": (HEAD, PASSAGE)}
BEFORE = Answer(
    id="a1", question_id="q1", desk="walks", question="When?", level="quick", wanted="auto",
    text="It closes on the tenth. [1] Painters come. [?]", grounded=True, confidence=0.9,
    claims=(Claim(start=0, end=23, cited=(1,)),), evidence=("p1", "p2"), reused=True, origin="a0",
    cost=Cost(micros=5), model="flash v4", lang="en", usage={"output": 3}, created_at=1.0,
)  # fmt: skip


def test_words_to_begin_with_have_no_numbers() -> None:
    assert plain(BEFORE) == "It closes on the tenth. Painters come."
    assert stood_on(BEFORE) == ("p1", "p2")


def test_each_sentence_cites_what_bears_it_out() -> None:
    made = corrected(BEFORE, "The walk closes on the seventeenth.", FOUND, 9.0)
    assert made.text == "The walk closes on the seventeenth. [1]"
    (claim,) = made.claims
    assert claim.verdict == "supported"
    assert made.citations[0].quote == "The lantern walk closes on the seventeenth."
    assert (made.model, made.reused, made.origin, made.created_at) == ("operator", False, "", 9.0)
    assert made.id != BEFORE.id
    assert made.cost.micros == 0


def test_what_the_articles_speak_against_is_marked_and_kept() -> None:
    made = corrected(BEFORE, "The walk closes on the ninetieth. Bring 7 lamps!", FOUND, 9.0)
    assert "ninetieth. [?]" in made.text
    assert "Bring 7 lamps!" in made.text
    assert made.claims[0].verdict == "unsupported"


def test_without_evidence_every_sentence_is_marked() -> None:
    made = corrected(replace(BEFORE, evidence=()), "It closes on the seventeenth.", {}, 9.0)
    assert made.text.endswith("[?]")
    assert made.citations == ()
