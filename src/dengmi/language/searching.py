"""What is searched for: a question without its words of politeness."""

from functools import lru_cache

from dengmi.language.contractions import with_marks
from dengmi.language.han import has_han
from dengmi.language.normal import normal_form
from dengmi.language.polite import bare_en, bare_zh, without_lead


def searched_for(question: str) -> str:
    """What to search for: the question, or what is left without its words of
    politeness, in normal form."""
    return worth_searching(question, bare_form(question)[2])


@lru_cache(maxsize=256)
def bare_form(question: str) -> tuple[str, bool, str]:
    """The normal form, whether it is Chinese, and the form without words of politeness.
    Remembered: a question is searched for, and a moment later compared with earlier ones."""
    # Where nothing but politeness was said, that is what was said.
    form = normal_form(without_lead(question)) or normal_form(question)
    han = has_han(form)
    return form, han, bare_zh(form) if han else bare_en(with_marks(form))


def worth_searching(question: str, bare: str) -> str:
    """The bare form where there was politeness to take away; the question as written otherwise."""
    polite = sum(map(str.isalnum, bare)) + 1 < sum(map(str.isalnum, question))
    return bare if polite else question
