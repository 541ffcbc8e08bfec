"""Numbers that some reckoning gives, and those that none does."""

import pytest

from dengmi.answer.check.facts import exact_facts
from dengmi.answer.check.judge import Source, judge, laid
from dengmi.answer.check.manner import NAMES, manner
from dengmi.answer.check.reading import read
from dengmi.answer.check.reckon import reckoned

HAD = [
    ("The room heats up by six degrees.", "It rises from 14 degrees to 20 degrees.", "sum"),
    ("About a quarter were good enough.", "Of 148 loaves tested, 39 met it.", "ratio"),
    ("Nearly twice as much went to the Torro.", "It got 5.2 kWh, the Ventis 2.7 kWh.", "ratio"),
    ("A full pot holds one and a half litres.", "It brews twelve portions of 125 ml.", "product"),
    ("Nobody of the almost 200 was hurt.", "All 194 visitors got away.", "near"),
    ("Three critics wrote about it.", "Tace, Reyes and Brandt wrote about it.", "few"),
    ("The ride lasts four hours.", "We leave at 9:00 and arrive at 13:00.", "near"),
    ("亏损的面积约占两成。", "退养的占八成。", "ratio"),
    ("今年出生的有三百多只。", "共有2740只，当年出生的占12%。", "product"),
    ("市民有十天可以提意见。", "公示期为10月8日至10月17日。", "near"),
]
"""(claim, sentence, how the claim's last number can be had)."""

NOT_HAD = [
    ("The room heats up by nine degrees.", "It rises from 14 to 20 degrees."),
    ("Two thirds of the loaves met it.", "Of 148 loaves tested, 39 met it."),
    ("A full pot holds seven litres.", "It brews twelve portions of 125 ml."),
    ("More than 400 visitors got away.", "All 187 visitors got away."),
    ("今年出生的有九百多只。", "共有2740只，当年出生的占12%。"),
]


def _way(claim: str, sentence: str) -> str:
    mine, other = read(claim), read(sentence)
    return reckoned(mine.facts.amounts[-1], mine.lower, [other.facts], [other.lower])


@pytest.mark.parametrize(("claim", "sentence", "way"), HAD)
def test_how_a_number_can_be_had(claim: str, sentence: str, way: str) -> None:
    assert _way(claim, sentence) == way
    assert "number" not in laid(claim, [Source(sentence)]).wrong


@pytest.mark.parametrize(("claim", "sentence"), NOT_HAD)
def test_a_number_that_no_reckoning_gives_is_never_supported(claim: str, sentence: str) -> None:
    assert _way(claim, sentence) == ""
    assert judge(claim, [Source(sentence)]).verdict == "unsupported"


def test_a_number_in_the_place_of_another_is_wrong_though_reckoning_gives_it() -> None:
    source = Source("The harbour has 120 berths and 3 cranes.")
    found = judge("The harbour has 117 berths and 3 cranes.", [source])
    assert (found.verdict, found.reasons[0]) == ("unsupported", "number")


@pytest.mark.parametrize("text", ["18 per cent", "18 percent", "eighteen per cent", "18%"])
def test_per_cent_is_a_share(text: str) -> None:
    (amount,) = exact_facts(f"It rose by {text} in May.").amounts
    assert (amount.value, amount.measure) == (18.0, "share")


def test_four_thousand_odd() -> None:
    (amount,) = exact_facts("他一生修复善本四千余册").amounts
    assert (amount.value, amount.about) == (4000.0, True)


def test_small_words_that_only_one_of_both_has() -> None:
    claim, sentence = read("Only members may swim."), read("Everyone must pay because of it.")
    told = dict(zip(NAMES, manner(claim, [sentence]), strict=True))
    assert (told["more_only"], told["more_may"]) == (1.0, 1.0)
    assert (told["more_cause"], told["more_must"]) == (-1.0, -1.0)
    assert told["more_before"] == 0.0
    assert manner(claim, []) == tuple(max(0.0, value) for value in told.values())
