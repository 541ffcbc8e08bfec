"""Which language a text is in."""

import re

from dengmi.language.scripts import HAN

_SAMPLE = 4000
_HAN = re.compile(f"[{HAN}]")
_KANA = re.compile("[ぁ-ゖァ-ヺ]")
_LATIN_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_OTHER = re.compile("[\u00c0-\u024f\u0370-\u10ff\u1200-\u1fff가-힣]")


def language_of(text: str) -> str:
    """ "zh", "en" or "" (another language, or nothing to tell by) of a text.

    Looks at the first 4,000 characters. One Chinese character weighs about as much as one
    English word of two letters, so a Chinese sentence full of product names stays Chinese.
    Text with a tenth or more of kana is Japanese and gives "".
    """
    sample = text[:_SAMPLE]
    if sample.isascii():
        return "en" if _LATIN_WORD.search(sample) else ""
    latin = len(_LATIN_WORD.findall(sample))
    han = len(_HAN.findall(sample))
    kana = len(_KANA.findall(sample))
    other = len(_OTHER.findall(sample))
    if (kana * 9 >= han and kana > 2) or other > han + 3 * latin:
        return ""
    if han * 2 >= latin and han:
        return "zh"
    return "en" if latin else ""
