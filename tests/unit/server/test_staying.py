"""Which answers are written on although nobody reads them, and who stops them."""

from pathlib import Path

from dengmi.core.records import Question
from dengmi.server.siblings import Siblings
from dengmi.server.stopping import Stopping
from dengmi.server.stream import Staying


class Told:
    """Stands for an answer on its way."""

    def __init__(self) -> None:
        self.left = 0
        self.at_end = None

    def leave(self) -> None:
        self.left += 1


def test_only_its_asker_stops_an_answer_and_only_while_it_is_told() -> None:
    staying, told = Staying(), Told()
    staying.keep(Question(id="q_1", desk="d", text="x", asker="w_ann"), told)  # type: ignore[arg-type]
    nameless = Told()
    staying.keep(Question(id="q_2", desk="d", text="x"), nameless)  # type: ignore[arg-type]
    for question, asker in (("q_1", "w_bob"), ("q_1", ""), ("q_9", "w_ann"), ("q_2", "")):
        assert not staying.stop(question, asker)
    assert (told.left, nameless.left) == (0, 0)
    assert staying.stop("q_1", "w_ann")
    assert told.left == 1
    assert told.at_end is not None
    told.at_end()
    assert not staying.stop("q_1", "w_ann")


async def test_an_answer_is_stopped_in_whichever_process_writes_it(tmp_path: Path) -> None:
    open_ones = [Siblings(tmp_path) for _ in range(3)]
    writing, told = Staying(), Told()
    writing.keep(Question(id="q_1", desk="d", text="x", asker="w_ann"), told)  # type: ignore[arg-type]
    one, _, asked = (
        Stopping(staying, siblings)
        for staying, siblings in zip((writing, Staying(), Staying()), open_ones, strict=True)
    )
    try:
        for each in open_ones:
            await each.open()
        for question, asker in (("q_1", "w_bob"), ("q_1", ""), ("q_2", "w_ann")):
            assert not await asked.stop(question, asker)
        assert told.left == 0
        assert await asked.stop("q_1", "w_ann")
        assert told.left == 1
        assert await one.stop("q_1", "w_ann")
    finally:
        for each in open_ones:
            await each.close()
