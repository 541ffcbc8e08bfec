"""Sketches: how alike texts are, as estimated and as counted."""

import random

from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.sketches import ALIKE, alike
from dengmi.corpus.reposts import SHORTEST, sketch

HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 1500)]
WORDS = ["".join(random.Random(n).choices("abcdefghij", k=5)) for n in range(1500)]


def han_text(seed: int, length: int = 700) -> str:
    return "".join(random.Random(seed).choices(HAN, k=length))


def test_the_same_text_in_other_clothes_is_the_same() -> None:
    text = han_text(1)
    dressed = "，".join(text[at : at + 9] for at in range(0, len(text), 9)) + "。\n"
    assert alike(sketch(text), sketch(dressed)) == 1.0
    english = " ".join(random.Random(2).choices(WORDS, k=200))
    assert alike(sketch(english), sketch(english.upper().replace(" ", ",  "))) == 1.0


def test_a_repost_with_a_new_head_and_tail_is_alike_and_another_article_is_not() -> None:
    text = han_text(3)
    assert alike(sketch(text), sketch(han_text(4, 30) + text + han_text(5, 30))) >= ALIKE
    assert alike(sketch(text), sketch(han_text(6))) < 0.2
    assert alike(sketch(text), sketch(text[:350] + han_text(7, 350))) < ALIKE


def test_the_estimate_is_near_the_truth() -> None:
    def shingles(text: str) -> set[str]:
        return {text[at : at + 4] for at in range(len(text) - 3)}

    errors = []
    for seed in range(60):
        text = han_text(seed, 600)
        kept = random.Random(seed).randint(50, 600)
        other = text[:kept] + han_text(seed + 1000, 600 - kept)
        a, b = shingles(text), shingles(other)
        errors.append(abs(alike(sketch(text), sketch(other)) - len(a & b) / len(a | b)))
    assert sum(errors) / len(errors) < 0.05  # the standard error of 64 places is at most 0.0625
    assert max(errors) < 0.25


@given(st.text(max_size=400))
def test_any_text_has_a_sketch_or_is_too_short(text: str) -> None:
    found = sketch(text)
    assert len(found) in {0, 64}
    assert all(0 <= value < 2**32 for value in found)
    if len(text) < SHORTEST:
        assert found == ()
    assert sketch(text) == found
