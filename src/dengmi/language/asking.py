"""What a question asks, as far as words tell: two questions with the same key ask the same thing.

This goes beyond the normal form (`normal`), which only takes away what never makes a difference.
Here "what is the best way to" is "how to", 如何 is 怎么, and books is book. Such rules may err, so
numbers, dates, denials, names and directions are read apart and must agree as well; and whoever
serves an answer again looks at the evidence too (answer.reuse).
"""

from dataclasses import dataclass
from functools import lru_cache

from dengmi.language.facets import Facets, facets, names_clash, names_in
from dengmi.language.rephrase_en import rephrased_en
from dengmi.language.rephrase_zh import rephrased_zh
from dengmi.language.searching import bare_form, worth_searching


@dataclass(frozen=True, slots=True)
class Asking:
    """What a question asks.

    Attributes:
        key: the same for questions that ask the same thing in other words.
        text: the question to search for: as written, or, where there were words of politeness,
            in normal form without them.
        form: the question's normal form.
        facets: what must agree beside the key.
        names: words written with a capital, in lower case, where capitals say something.
    """

    key: str
    text: str
    form: str
    facets: Facets
    names: frozenset[str] = frozenset()

    @property
    def timely(self) -> bool:
        """Whether the answer depends on the day it is asked."""
        return self.facets.timely


@lru_cache(maxsize=2_048)
def asking(question: str) -> Asking:
    """Read a question, in Chinese, English or any other language. Remembered: what everybody asks
    is read at every step of every answer."""
    form, han, bare = bare_form(question)
    return Asking(
        key=rephrased_zh(bare) if han else rephrased_en(bare),
        text=worth_searching(question, bare),
        form=form,
        facets=facets(bare, han),
        names=names_in(question),
    )


def same_question(one: Asking, other: Asking) -> bool:
    """Whether two questions ask the same thing, as far as words tell."""
    return one.form == other.form or (
        one.key == other.key
        and one.facets == other.facets
        and not names_clash(one.names, other.names)
    )
