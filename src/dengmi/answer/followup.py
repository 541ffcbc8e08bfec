"""Completes a question from its conversation, by rules: what a pronoun means, what an ellipsis
leaves out. A question that stands alone is left exactly as it is: a wrong change is worse than a
missed one."""

from collections.abc import Sequence

from dengmi.answer.follow.turns import Standalone, Turn
from dengmi.language.detect import language_of

__all__ = ["LONGEST", "Standalone", "Turn", "standalone"]

LONGEST = 400
"""Characters of a completed question at the most."""


def standalone(question: str, turns: Sequence[Turn]) -> Standalone:
    """The question as it would be asked without the conversation.

    Args:
        question: as asked.
        turns: what was said before, oldest first.
    """
    text = " ".join(question.split())
    if not turns or not text or len(text) > LONGEST:
        return Standalone(question)
    lang = language_of(text)
    zh = lang == "zh" or (not lang and turns[-1].lang == "zh")
    # The rules are read with the first follow-up: most questions have no conversation.
    if zh:
        from dengmi.answer.follow.chinese import completed_zh as completed
    else:
        from dengmi.answer.follow.english import completed_en as completed
    made = completed(text, turns)
    if made is None or made.text == text:
        return Standalone(question, False, made is None)
    if len(made.text) > LONGEST:
        return Standalone(question, False, False)
    return made
