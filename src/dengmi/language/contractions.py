"""English contractions written without their mark, given it back."""

import re

_LOST_MARKS = {
    **{"whats": "what is", "whos": "who is", "wheres": "where is", "whens": "when is"},
    **{"hows": "how is", "whys": "why is", "thats": "that is", "theres": "there is"},
    **{"dont": "do not", "doesnt": "does not", "didnt": "did not", "isnt": "is not"},
    **{"arent": "are not", "wasnt": "was not", "werent": "were not", "cant": "can not"},
    **{"couldnt": "could not", "wouldnt": "would not", "shouldnt": "should not"},
    **{"hasnt": "has not", "havent": "have not", "hadnt": "had not", "wont": "will not"},
    **{"im": "i am", "ive": "i have", "youre": "you are", "youve": "you have"},
    **{"theyre": "they are", "theyve": "they have", "weve": "we have"},
    **{"how'd": "how did", "where'd": "where did", "why'd": "why did", "who'd": "who did"},
    **{
        "i'd": "i would",
        "id like": "i would like",
        "when'd": "when did",
        "what'd": "what did",
        "what're": "what are",
    },
}
_LOST = re.compile(r"(?<![\w'])(?:" + "|".join(map(re.escape, _LOST_MARKS)) + r")(?![\w'])")


def with_marks(form: str) -> str:
    """A normalised question with the marks that contractions lost ("whats", "i'd like")."""
    return _LOST.sub(lambda found: _LOST_MARKS[found.group()], form)
