"""What a homeserver delivers to an appservice, and the file that registers one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.channels.errors import Malformed
from dengmi.channels.matrix.appservice import Registration, events_of, is_from

MADE = Registration(
    name="town",
    url="https://ask.example.org/matrix/town",
    user="@town:example.org",
    token='a"s',
    hs_token="h: s",
)


def test_the_registration_is_yaml_whatever_the_tokens_hold() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    assert yaml.safe_load(MADE.yaml()) == {
        "id": "dengmi-town",
        "url": "https://ask.example.org/matrix/town",
        "as_token": 'a"s',
        "hs_token": "h: s",
        "sender_localpart": "town",
        "rate_limited": False,
        "namespaces": {
            "users": [{"exclusive": True, "regex": "@town:example\\.org"}],
            "aliases": [],
            "rooms": [],
        },
    }


def test_only_the_right_token_opens() -> None:
    assert is_from("s", {"authorization": "Bearer s"}, {})
    assert is_from("s", {}, {"access_token": "s"})
    assert not is_from("s", {"authorization": "Bearer x"}, {"access_token": "s"})
    assert not is_from("s", {}, {})
    assert not is_from("", {"authorization": "Bearer "}, {"access_token": ""})


def test_events_come_with_their_rooms() -> None:
    body = json.dumps({"events": [{"room_id": "!r", "type": "x"}, {"type": "y"}, 3]}).encode()
    assert events_of(body) == [("!r", {"room_id": "!r", "type": "x"})]
    for wrong in (b"", b"[]", b'{"events": 3}', b"\xff", b"[" * 100_000):
        with pytest.raises(Malformed):
            events_of(wrong)


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    ).map(lambda value: json.dumps({"events": value}).encode())
)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        events_of(body)
    except Malformed:
        return
