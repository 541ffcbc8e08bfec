"""A number of a table belongs to its column."""

import pytest

from dengmi.answer.check.tables import header_of, wrong_column
from tests.unit.answer.conftest import written

FARES = ("Ticket | Adults | Children (4–15)", "Single visit | €5.50 | €3.00")
HOURS = ("区域 | 周二至周五 | 周末", "少儿馆 | 13:00–18:00 | 9:00–18:00")


@pytest.mark.parametrize(
    ("claim", "table", "wrong"),
    [
        ("Adults pay €5.50 for a single visit.", FARES, False),
        ("Children pay €5.50 for a single visit.", FARES, True),
        ("Children from 4 to 15 pay 3 euros.", FARES, False),
        ("A single visit costs €3.00.", FARES, False),
        ("A visit costs €5.50 for adults and €3.00 for children.", FARES, False),
        ("少儿馆周末9点到18点开放。", HOURS, False),
        ("少儿馆周末13:00开门。", HOURS, True),
        ("少儿馆周二至周五9:00开门。", HOURS, True),
        ("少儿馆周六9:00开门。", HOURS, False),
    ],
)
def test_a_number_of_another_column_is_wrong(
    claim: str, table: tuple[str, str], wrong: bool
) -> None:
    assert wrong_column(claim, [table]) is wrong


def test_a_number_that_stands_elsewhere_too_is_not_wrong() -> None:
    group = (FARES[0], "Group of ten | €4.00 | €5.50")
    assert not wrong_column("Children pay €5.50 in a group.", [FARES, group])
    assert not wrong_column("Children pay €5.50.", [FARES], ["Children pay €5.50 on holidays."])
    assert not wrong_column("Children pay €5.50.", [("Ticket | Adults", FARES[1])])


def test_the_row_that_names_the_columns() -> None:
    _, passage = written(1, "Fares", "Prices.\n| a | b\n| c | d\n| e | f\nThat is all.")
    assert [header_of(passage, n) for n in range(1, 6)] == [None, None, 2, 2, None]
