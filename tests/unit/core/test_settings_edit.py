"""dengmi.toml, changed in place: a table more or less, and every other byte as it was."""

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dengmi.core.errors import BadSettings
from dengmi.settings.edit import read_text, with_table, without_table, write_text

TEXT = """# Our desk.
default_desk = "town"  # the only one

[server]
public_url = "https://ask.example.org"

# The helper's own.
[wecom.helper]
kind = "bot"    # webhook
token = "env:A"
voice = '''
[wecom.other]
not a table
'''

# The others.
[wecom.other]
kind = "app"
"""


def test_a_table_is_put_below_everything_else() -> None:
    made = with_table(TEXT, "wecom", "a b", {"kind": "kf", "skew": 1.5, "n": 2, "on": True})
    assert made.startswith(TEXT)
    added = tomllib.loads(made)["wecom"]["a b"]
    assert added == {"kind": "kf", "skew": 1.5, "n": 2, "on": True}
    assert with_table("", "wechat", "news", {"token": 'q"\\\n\x7f的'}).startswith("[wechat.news]\n")
    assert with_table("a = 1", "t", "x", {}) == "a = 1\n\n[t.x]\n"


def test_a_table_goes_and_comments_stay() -> None:
    made = without_table(
        TEXT.replace("'''\n[wecom.other]\nnot a table\n'''", '"x"'), "wecom", "helper"
    )
    assert made == (
        "# Our desk.\n"
        'default_desk = "town"  # the only one\n'
        "\n"
        "[server]\n"
        'public_url = "https://ask.example.org"\n'
        "\n"
        "# The helper's own.\n"
        "\n"
        "# The others.\n"
        "[wecom.other]\n"
        'kind = "app"\n'
    )
    last = without_table(made, "wecom", "other")
    assert tomllib.loads(last) == tomllib.loads(TEXT.partition("# The helper")[0])


@pytest.mark.parametrize(
    "text",
    [
        TEXT,  # what looks like a header stands in a string
        'wecom = { helper = { kind = "bot" }, other = { kind = "app" } }\n',
        'wecom.helper.kind = "bot"\nwecom.other.kind = "app"\n',
        '[wecom]\nhelper = { kind = "bot" }\nother = { kind = "app" }\n',
    ],
    ids=["string", "inline", "dotted", "inner"],
)
def test_what_is_not_understood_is_left_alone(text: str) -> None:
    try:
        made = without_table(text, "wecom", "other")
    except BadSettings as error:
        assert error.code == "settings_by_hand"
    else:
        before = tomllib.loads(text)
        del before["wecom"]["other"]
        assert tomllib.loads(made) == before


def test_an_inline_table_cannot_be_extended() -> None:
    with pytest.raises(BadSettings) as caught:
        with_table('wecom = { a = { kind = "bot" } }\n', "wecom", "b", {"kind": "app"})
    assert caught.value.code == "settings_by_hand"
    with pytest.raises(BadSettings) as caught:
        with_table("a = \n", "wecom", "b", {})
    assert caught.value.code == "settings_not_toml"


NAME = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
VALUE = (
    st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
    | st.integers(-(2**40), 2**40)
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
)


@example("]#", {"kind": "bot"})
@given(NAME, st.dictionaries(NAME, VALUE, max_size=4))
def test_what_was_added_can_be_removed(name: str, values: dict[str, str | int | bool]) -> None:
    if name in ("helper", "other"):
        return
    try:
        made = with_table(TEXT, "wecom", name, values)
    except BadSettings:  # a carriage return in a string, say: refused, not written wrongly
        return
    assert tomllib.loads(made)["wecom"][name] == values
    assert without_table(made, "wecom", name) == TEXT


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "home" / "dengmi.toml"
    assert read_text(file) == ""
    write_text(file, "a = 1\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    write_text(file, "a = 2\n")
    assert (read_text(file), stat.S_IMODE(file.stat().st_mode)) == ("a = 2\n", 0o640)
    assert [each.name for each in file.parent.iterdir()] == ["dengmi.toml"]
    file.write_bytes(b"\xff")
    with pytest.raises(BadSettings):
        read_text(file)
    with pytest.raises(BadSettings):
        write_text(file / "below", "x")
