"""What searching by meaning is worth beside words, by language of the question, as data.

The weight was measured (decision record 17). Which languages a model was made for is what its
model card says: in another language its vectors order passages badly, so that words alone are
better.
"""

import re
from collections.abc import Mapping, Sequence

WEIGHT = 0.3
"""What meaning counts beside words, which count 1."""

_ENGLISH = (
    r"all-minilm|multi-qa-|all-mpnet|ms-marco|gtr-t5|nomic-embed-text(?!-v2)|mxbai-embed-large|"
    r"arctic-embed-(xs|s|m|l)(?!-v2)|[-_/]en(-|_|$)|(^|/)e5-(small|base|large)|(^|/)gte-(small|base|large)$"
)
_CHINESE = r"[-_/]zh(-|_|$)|m3e-|text2vec.*chinese|(^|/)gte-.*-zh|piccolo|stella-.*zh"


def worths(model: str, weight: float | None, languages: Sequence[str]) -> Mapping[str, float]:
    """By language of the question, "" for all others, how much meaning counts beside words.

    Args:
        model: the model's name, for the languages it was made for.
        weight: what the settings say; None: as measured.
        languages: languages of the settings; empty: those of the model.
    """
    used = WEIGHT if weight is None else weight
    made_for = tuple(languages) or languages_of(model)
    return {"": 0.0} | dict.fromkeys(made_for, used) if made_for else {"": used}


def languages_of(model: str) -> Sequence[str]:
    """The languages that a model of that name was made for; empty: many, or not known."""
    name = model.lower()
    if re.search(_CHINESE, name):
        return ("zh",)
    return ("en",) if re.search(_ENGLISH, name) else ()
