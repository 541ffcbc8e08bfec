"""The trained data fits the code that reads it."""

from random import Random

from dengmi.answer.common import commonness
from dengmi.answer.features import NUMBERS
from dengmi.answer.trees import Trees, adder, from_data, trained
from dengmi.answer.trust import TRUST_NUMBERS


def test_the_trees_were_trained_on_these_numbers() -> None:
    assert trained("rank").names == NUMBERS
    assert trained("trust").names == TRUST_NUMBERS


def test_a_tree_goes_left_at_the_threshold() -> None:
    trees = from_data({"names": ["a"], "trees": [[0, 1.5, -1.0, [0, 3, 2.0, 4.0]], 0.25]})
    assert trees == Trees(("a",), ((0, 1.5, -1.0, (0, 3.0, 2.0, 4.0)), 0.25))
    assert [trees.add([value]) for value in (1.5, 3.0, 3.1)] == [-0.75, 2.25, 4.25]
    assert trees.add([9.0], 1) == 0.25


def test_the_code_made_from_trees_adds_up_the_same() -> None:
    chance = Random(4)
    for name in ("rank", "trust"):
        trees = trained(name)
        for first, last in ((0, None), (0, 30), (30, None)):
            add = adder(name, first, last)
            for _ in range(40):
                numbers = [chance.uniform(-0.5, 4.0) for _ in trees.names]
                assert add(numbers) == trees.add(numbers, first, last)


def test_common_words_of_both_languages() -> None:
    assert commonness("use") > commonness("school") > commonness("lighthous") == 0
    assert commonness("可以") > commonness("灯笼") == 0
