"""How many questions a model in this process answers at once."""

import pytest

from dengmi.gate.open import offered_of
from dengmi.settings.local import at_once
from dengmi.settings.options import ModelSettings, Settings


@pytest.mark.parametrize(
    ("slots", "context", "expected"),
    [(200, 16_384, 1), (200, 32_768, 2), (200, 512, 1), (1, 65_536, 1), (200, 200_000, 4)],
)
def test_each_answer_has_room_for_the_longest_prompt(
    slots: int, context: int, expected: int
) -> None:
    model = ModelSettings(kind="local", model="m.gguf", slots=slots, context=context)
    assert at_once(model) == expected


def test_the_gate_grants_no_more_than_the_model_takes() -> None:
    own = ModelSettings(kind="local", model="m.gguf")
    hosted = ModelSettings(kind="openai", model="m", base_url="http://127.0.0.1:1/v1")
    offered = offered_of(Settings(models={"own": own, "hosted": hosted}))
    assert (offered["own"].slots, offered["hosted"].slots) == (1, 200)
