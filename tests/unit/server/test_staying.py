"""Which answers are written on although nobody reads them, and who stops them."""

from dengmi.core.records import Question
from dengmi.server.siblings import Siblings
from dengmi.server.staying import Staying


class Told:
    """Stands for an answer on its way."""

    def __init__(self) -> None:
        self.left = 0
        self.at_end = None

    def leave(self) -> None:
        self.left += 1


async def test_only_its_asker_stops_an_answer_and_only_while_it_is_told() -> None:
    staying, told = Staying(Siblings()), Told()
    staying.keep(Question(id="q_1", desk="d", text="x", asker="w_ann"), told)
    nameless = Told()
    staying.keep(Question(id="q_2", desk="d", text="x"), nameless)
    for question, asker in (("q_1", "w_bob"), ("q_1", ""), ("q_9", "w_ann"), ("q_2", "")):
        await staying.stop(question, asker)
    assert (told.left, nameless.left) == (0, 0)
    await staying.stop("q_1", "w_ann")
    assert told.left == 1
    assert told.at_end is not None
    told.at_end()
    await staying.stop("q_1", "w_ann")
    assert told.left == 1
