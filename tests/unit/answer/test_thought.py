"""How long a model thought: kept with the answer, told to its asker alone."""

from dataclasses import replace

from dengmi.answer.thought import KEY, Thought, seconds_of
from dengmi.core.events import Text, Thinking
from dengmi.server.shapes import answer_json
from dengmi.server.ui.card import answer_card
from dengmi.server.ui.page import DeskView, Frame
from tests.contract.given import answer

FRAME = Frame(
    lang="en", desk=DeskView("d", "D", 1, None), desks=(), default="d", now=0.0, max_chars=99
)


class Clock:
    """A clock that is set by hand."""

    at = 0.0

    def now(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at


def test_it_lasts_from_the_first_thought_to_the_first_word() -> None:
    clock = Clock()
    thought, plain = Thought(clock), answer("an_1", "q_1")
    assert thought.noted(plain) is plain
    clock.at += 5
    thought.hear(Thinking("Hm."))
    clock.at += 2
    thought.hear(Thinking("Well."))
    clock.at += 0.5
    thought.hear(Text("At five."))
    clock.at += 9
    thought.hear(Text("Or six."))
    noted = thought.noted(plain)
    assert noted.usage == {**plain.usage, KEY: 2500}
    assert seconds_of(noted.usage) == 2.5


def test_only_its_asker_is_told() -> None:
    noted = replace(answer("an_1", "q_1"), usage={"output": 3, KEY: 2500})
    assert "Thought for 2.5 s" in str(answer_card(FRAME, noted, own=True))
    assert "Thought for" not in str(answer_card(FRAME, noted))
    assert "Thought for" not in str(answer_card(FRAME, answer("an_2", "q_2"), own=True))
    assert answer_json(noted)["usage"] == {"output": 3}
