"""Traditional and Simplified characters."""

from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from dengmi.language.han import has_han, simplified
from dengmi.language.words import terms

HAN_TEXT = st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF))


def test_the_table_is_opencc_s_own_character_for_character() -> None:
    convert = OpenCC("t2s").convert
    blocks = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x20400))
    for code in (code for block in blocks for code in block):
        character = chr(code)
        wanted = convert(character)
        assert simplified(character) == (wanted if len(wanted) == 1 else character)


@given(st.text() | HAN_TEXT)
def test_length_is_kept_and_twice_is_once(text: str) -> None:
    once = simplified(text)
    assert len(once) == len(text)
    assert simplified(once) == once


def test_both_scripts_give_the_same_terms() -> None:
    assert terms("燈謎掛在長廊裡") == terms("灯谜挂在长廊里")
    assert has_han("a灯") and not has_han("dēngmí")
