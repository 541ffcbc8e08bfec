"""Whether an English full stop ends its sentence or only shortens a word."""

import re
from typing import Final

from dengmi.language.scripts import words_of

_TITLES: Final = words_of(
    "Mr Mrs Ms Messrs Dr Prof St Mt Ft Gen Sen Rep Gov Capt Lt Col Sgt Cpl Cmdr Adm Maj Rev Hon"
    " Pres Supt Insp Mme Mlle Fr e.g i.e vs v cf viz approx ca esp incl spp sp ssp subsp var"
    " E.g I.e Vs Cf Approx Ca Esp Incl"
)
"""Never the end. Written exactly so: "ms." and "MS." are no title."""

_BEFORE_NUMBER: Final = words_of(
    "no nos nr art vol vols p pp ch chap sec fig figs eq eqs ed tab ref refs op par para app ver"
    " c ca b d r fl jan feb mar apr jun jul aug sep sept oct nov dec"
)
"""Not the end when a number follows."""

_MAYBE: Final = words_of(
    "inc ltd co corp llc bros jr sr etc al esq dept univ assn ave blvd rd a.m p.m ph.d m.d b.a m.a"
    " b.sc m.sc d.c b.c a.d u.s u.k u.n u.s.a e.u est gov't intl natl mfg"
)
"""The end only when the next word opens a sentence."""

_OPENERS: Final = words_of(
    "The A An This That These Those It Its He His She Her They Their We Our You Your I My In On At"
    " As By For From With Without To And But Or So If When While Where After Before Since Because"
    " Although Though However Moreover Furthermore Therefore Thus Then There Here What Which Who"
    " Why How Some Many Most Both Each Every Several Other Another Such No Not Now Today During"
    " Under Over Between Among Until Once All Also According Despite Instead Meanwhile Later"
)
_LAST_WORD = re.compile(r"(?<![\w-])[^\W\d_](?:[^\W\d_]|\.(?=[^\W\d_]))*$")
_PLAIN_WORD = re.compile("[a-z]{4,}")
_FIRST_WORD = re.compile(r"[\"'“‘(\[]*([A-Za-z]+)")
_FIRST_DIGIT = re.compile(r"[\"'“‘(\[#]*\d")


def ends_sentence(before: str, after: str) -> bool:
    """Whether the full stop between two pieces of text ends a sentence.

    Args:
        before: up to 24 characters right before the full stop.
        after: up to 24 characters after it, without the space between.
    """
    found = _LAST_WORD.search(before, before.rfind(" ") + 1)
    lowercase = after[:1].islower()
    if found is None:
        return not lowercase
    word = found.group()
    lower = word.lower()
    if lowercase and not _PLAIN_WORD.fullmatch(word):
        return False
    if word in _TITLES:
        return False
    if lower in _BEFORE_NUMBER and _FIRST_DIGIT.match(after):
        return False
    if (len(word) == 1 and word.isupper()) or lower in _MAYBE or word[1:2] == ".":
        opener = _FIRST_WORD.match(after)
        return bool(opener and opener.group(1) in _OPENERS)
    return True
