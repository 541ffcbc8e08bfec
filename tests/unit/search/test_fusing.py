"""Words and meaning in one ranking."""

from dengmi.search.fuse import fused

WORDS = {"a": 0.8, "b": 0.7, "c": 0.2}


def test_meaning_decides_between_what_words_find_alike() -> None:
    assert fused(WORDS, [("b", 0.9), ("d", 0.6), ("c", 0.5)], 0.3) == ["b", "a", "c", "d"]


def test_what_words_find_clearly_better_stays_first() -> None:
    assert fused(WORDS, [("c", 0.9), ("a", 0.5)], 0.3) == ["a", "b", "c"]
    assert fused(WORDS, [("c", 0.9), ("a", 0.5)], 1.0) == ["c", "a", "b"]


def test_what_a_model_calls_near_does_not_matter() -> None:
    far = [("c", 0.5), ("b", 0.3), ("a", 0.1)]
    close = [(one, 0.9 + likeness / 10) for one, likeness in far]
    for worth in (0.1, 0.5, 1.0):
        assert fused(WORDS, far, worth) == fused(WORDS, close, worth)


def test_one_of_both_alone() -> None:
    assert fused(WORDS, [], 0.3) == ["a", "b", "c"]
    assert fused({}, [("x", 0.9), ("y", 0.2)], 0.3) == ["x", "y"]
    assert fused({}, [("x", 0.9)], 0.3) == ["x"]
    assert fused({}, [], 0.3) == []
