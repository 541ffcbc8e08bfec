"""What the outputs of a model for natural language inference mean, told from their names."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

Role = Literal["entails", "contradicts", "neither"]

_NAMES: Final[Mapping[Role, Sequence[str]]] = {
    "entails": (
        "entailment", "entails", "entail", "entailed", "supported", "supports", "support",
        "consistent", "factual", "true", "yes", "grounded", "faithful",
    ),
    "contradicts": (
        "contradiction", "contradicts", "contradict", "contradictory", "refutes", "refuted",
        "refute",
    ),
    "neither": (
        "neutral", "notcontradiction", "noncontradiction", "notentailment", "nonentailment",
        "unsupported", "notsupported",
        "notenoughinfo", "nei", "hallucinated", "hallucination", "inconsistent", "nonfactual",
        "false", "no", "unknown",
    ),
}  # fmt: skip
"""Without signs between words, as the names differ in them: NOT ENOUGH INFO, not_entailment. A
model of two labels knows entailment or contradiction only: what it does not find entailed may just
not be said, and what it does not find contradicted too."""


def roles_of(labels: Sequence[str]) -> tuple[Role, ...]:
    """The roles of labels.

    Raises:
        ValueError: one is unknown; or not exactly one says that a claim is entailed, or, where none
            does, contradicted.
    """
    found = tuple(_role(label) for label in labels)
    telling = found.count("entails") or found.count("contradicts")
    if telling != 1 or None in found:
        raise ValueError(", ".join(labels) or "–")
    return tuple(role for role in found if role is not None)


def labels_in(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The labels of a config.json (`id2label`, as the library transformers writes it), in the
    order of the outputs; empty where it has none."""
    named = config.get("id2label")
    if not isinstance(named, dict):
        return ()
    try:
        return tuple(str(named[key]) for key in sorted(named, key=int))
    except ValueError:
        return ()


def _role(label: str) -> Role | None:
    plain = "".join(sign for sign in label.lower() if sign.isalnum())
    return next((role for role, names in _NAMES.items() if plain in names), None)
