"""What a question asks, as far as words tell: two questions with the same key ask the same thing.

This goes beyond the normal form (`normal`), which only takes away what never makes a difference.
Here "what is the best way to" is "how to", 如何 is 怎么, and books is book. Such rules may err, so
numbers, dates, denials, names and directions are read apart and must agree as well; and whoever
serves an answer again looks at the evidence too (answer.reuse).
"""

from dataclasses import dataclass

from dengmi.language.facets import Facets, facets, names_clash, names_in
from dengmi.language.han import has_han
from dengmi.language.normal import normal_form
from dengmi.language.polite import bare_en, bare_zh, without_lead
from dengmi.language.rephrase_en import rephrased_en, with_marks
from dengmi.language.rephrase_zh import rephrased_zh


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


def asking(question: str) -> Asking:
    """Read a question, in Chinese, English or any other language."""
    form, han, bare = _bare(question)
    return Asking(
        key=rephrased_zh(bare) if han else rephrased_en(bare),
        text=_worth_searching(question, bare),
        form=form,
        facets=facets(bare, han),
        names=names_in(question),
    )


def searched_for(question: str) -> str:
    """What to search for: `Asking.text` alone, for a third of the work."""
    return _worth_searching(question, _bare(question)[2])


def _bare(question: str) -> tuple[str, bool, str]:
    """The normal form, whether it is Chinese, and the form without words of politeness."""
    # Where nothing but politeness was said, that is what was said.
    form = normal_form(without_lead(question)) or normal_form(question)
    han = has_han(form)
    return form, han, bare_zh(form) if han else bare_en(with_marks(form))


def _worth_searching(question: str, bare: str) -> str:
    polite = sum(map(str.isalnum, bare)) + 1 < sum(map(str.isalnum, question))
    return bare if polite else question


def same_question(one: Asking, other: Asking) -> bool:
    """Whether two questions ask the same thing, as far as words tell."""
    return one.form == other.form or (
        one.key == other.key
        and one.facets == other.facets
        and not names_clash(one.names, other.names)
    )
