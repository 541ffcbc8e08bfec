"""How common a word is in its language, for desks too small to tell."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

STEPS = 10
"""A listed term is common by 1 … STEPS tenths."""


def commonness(term: str) -> float:
    """From 0 (a rare term, or one never seen) to 1 (in nearly every text)."""
    return _listed().get(term, 0) / STEPS


@cache
def _listed() -> Mapping[str, int]:
    data = json.loads(files(__package__).joinpath("common.json").read_text("utf-8"))
    return {term: int(step) for step, terms in data.items() for term in terms.split()}
