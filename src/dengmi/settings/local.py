"""How many questions a model in this process answers at once."""

from dengmi.settings.options import ModelSettings

PER_ANSWER = 16_384
"""Tokens of context that one answer needs: the articles shown at the level deep (8,000), the answer
(6,000), and what was said before. They are memory, taken when the model is loaded: 28 kB each for a
model of 1.5 B parameters, 57 kB for one of 7 B (keys and values of every layer, 16 bits)."""

MOST = 4
"""At once at the most: they share the same cores."""


def at_once(model: ModelSettings) -> int:
    """Requests that may be in flight. A model in this process divides its context among them."""
    if model.kind != "local":
        return model.slots
    return max(1, min(model.slots, MOST, model.context // PER_ANSWER))
