"""What is said to a Matrix account; whatever comes, nothing is raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.channels.matrix.messages import (
    Me,
    Message,
    Reaction,
    allowed,
    asked,
    inviter,
    joined_at,
    leaver,
    mentions,
    reacted,
    read_message,
    redacted,
)

ME = Me(user="@town:hs.example", name="Town Hall")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
KEYS = ("type", "content", "sender", "event_id", "origin_server_ts", "state_key", "unsigned")


def event(body: object = "When does it open?", /, **content: object) -> dict[str, object]:
    return {
        "type": "m.room.message",
        "event_id": "$1",
        "sender": "@ada:hs.example",
        "origin_server_ts": 1_700_000_000_500,
        "content": {"msgtype": "m.text", "body": body, **content},
    }


def message(text: str, **more: object) -> Message:
    made: dict[str, object] = {"room": "!r", "id": "$1", "sender": "@ada:hs.example", "text": text}
    return Message(**(made | more))  # type: ignore[arg-type]


def question(said: Message, *, rooms: str = "mention", direct: bool = False, **more: bool):
    followed = more.get("followed", False)
    return asked(said, ME, rooms=rooms, command="!ask", direct=direct, followed=followed)  # type: ignore[arg-type]


def test_a_message_is_read() -> None:
    said = read_message("!r", event())
    assert said == message("When does it open?", at=1_700_000_000.5)


def test_a_thread_and_whom_it_mentions() -> None:
    relation = {"rel_type": "m.thread", "event_id": "$root", "m.in_reply_to": {"event_id": "$0"}}
    pill = '<a href="https://matrix.to/#/%40town%3Ahs.example">Town</a>'
    said = read_message(
        "!r",
        event(
            **{
                "m.relates_to": relation,
                "m.mentions": {"user_ids": ["@town:hs.example", 3]},
                "formatted_body": pill,
            }
        ),
    )
    assert said is not None
    assert said.thread == "$root"
    assert said.mentioned == said.pills == {"@town:hs.example"}


@pytest.mark.parametrize(
    "content",
    [
        {"msgtype": "m.notice"},
        {"msgtype": "m.emote"},
        {"body": None},
        {"m.relates_to": {"rel_type": "m.replace", "event_id": "$0"}},
    ],
    ids=["notice", "emote", "no-body", "edit"],
)
def test_what_is_no_message(content: dict[str, object]) -> None:
    assert (
        read_message("!r", event(**({"body": "x"} | content))) is None
        if content.get("body", "x")
        else read_message("!r", event(None)) is None
    )


def test_a_picture_is_a_message_without_words() -> None:
    said = read_message("!r", event("photo.jpg", msgtype="m.image"))
    assert said is not None
    assert said.text == ""


def test_the_quotation_in_front_of_a_reply_is_left_out() -> None:
    body = "> <@bob:hs.example> It opens\n> at nine.\n\nAnd on Sunday?"
    said = read_message(
        "!r", event(body, **{"m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}})
    )
    assert said is not None
    assert said.text == "And on Sunday?"
    plain = read_message("!r", event("> a line\n\nof somebody's own"))
    assert plain is not None
    assert plain.text.startswith("> a line")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("town: when does it open?", "when does it open?"),
        ("Town Hall, 几点开门？", "几点开门？"),
        ("@town:hs.example 几点开门？", "几点开门？"),
        ("when does it open @town:hs.example", "when does it open"),
        ("town library hours?", None),
        ("nothing for you", None),
        ("!ask when does it open?", "when does it open?"),
        ("!ASK", ""),
        ("!asking", None),
    ],
)
def test_in_a_room_it_takes_a_mention_or_the_command(said: str, expected: str | None) -> None:
    assert question(message(said)) == expected


def test_what_the_program_says_of_mentions_counts_alone() -> None:
    others = message("town: hello", mentioned=frozenset({"@bob:hs.example"}))
    assert not mentions(others, ME)
    assert question(others) is None
    called = message("Town Hall when does it open?", mentioned=frozenset({ME.user}))
    assert question(called) == "when does it open?"


def test_rooms_as_they_are_set() -> None:
    said = message("when does it open?")
    assert question(said, rooms="all") == "when does it open?"
    assert question(message("town: x"), rooms="command") is None
    assert question(message("!ask x"), rooms="command") == "x"
    assert question(message("!ask x"), rooms="none") is None
    assert question(said, rooms="none", direct=True) == "when does it open?"
    assert question(message("town library hours?"), direct=True) == "town library hours?"


def test_in_a_thread_of_ours_no_mention_is_needed() -> None:
    assert question(message("and on Sunday?"), followed=True) == "and on Sunday?"
    to_bob = message("bob?", mentioned=frozenset({"@bob:hs.example"}))
    assert question(to_bob, followed=True) is None


def test_who_may_ask() -> None:
    assert allowed("@ada:hs.example", (), "hs.example")
    assert not allowed("@ada:else.example", (), "hs.example")
    assert allowed("@ada:else.example", ("else.example",), "hs.example")
    assert not allowed("@ada:hs.example", ("else.example",), "hs.example")
    assert allowed("@ada:x", ("@ada:x",), "hs.example")
    assert not allowed("@bob:x", ("@ada:x",), "hs.example")
    assert allowed("@bob:x", ("*",), "hs.example")


def test_who_invites_and_since_when_it_is_in() -> None:
    invited = {
        "type": "m.room.member",
        "state_key": ME.user,
        "sender": "@ada:hs.example",
        "content": {"membership": "invite"},
    }
    assert inviter([{}, invited], ME.user) == "@ada:hs.example"
    assert inviter("?", ME.user) == ""
    came = {**invited, "content": {"membership": "join"}, "origin_server_ts": 5_000}
    assert joined_at(came, ME.user) == 5.0
    assert (
        joined_at({**came, "unsigned": {"prev_content": {"membership": "join"}}}, ME.user) is None
    )
    assert joined_at({**came, "state_key": "@bob:x"}, ME.user) is None


@given(st.dictionaries(st.sampled_from(KEYS), JSON) | JSON)
def test_nothing_that_comes_is_raised_at(value: object) -> None:
    read_message("!r", value)
    joined_at(value, ME.user)
    inviter(value, ME.user)


@given(
    st.dictionaries(
        st.sampled_from(("msgtype", "body", "m.relates_to", "m.mentions", "formatted_body")),
        JSON | st.just("m.text"),
    ),
    st.sampled_from(["mention", "all", "none"]),
)
def test_any_content_is_asked_or_not(content: dict[str, object], rooms: str) -> None:
    said = read_message("!r", {**event(), "content": content})
    if said is not None:
        found = question(said, rooms=rooms)
        assert found is None or isinstance(found, str)


def test_who_leaves_of_their_own_will() -> None:
    left = {"type": "m.room.member", "state_key": "@ada:x", "sender": "@ada:x"}
    gone = {**left, "content": {"membership": "leave"}}
    assert leaver(gone) == "@ada:x"
    assert leaver({**gone, "sender": "@moderator:x"}) == ""
    assert leaver({**left, "content": {"membership": "join"}}) == ""
    assert leaver({**gone, "type": "m.room.message"}) == ""
    for nothing in (None, 7, {}, {"type": "m.room.member"}, {**gone, "state_key": None}):
        assert leaver(nothing) == ""


def test_a_thumb_is_known_whatever_its_colour_and_how_it_is_taken_back() -> None:
    relation = {"rel_type": "m.annotation", "event_id": "$2", "key": "\U0001f44d\ufe0f"}
    event = {
        "type": "m.reaction",
        "event_id": "$3",
        "sender": "@ada:x",
        "content": {"m.relates_to": relation},
    }
    assert reacted(event) == Reaction("$3", "@ada:x", "$2", True)
    dark = {**event, "content": {"m.relates_to": {**relation, "key": "\U0001f44e\U0001f3ff"}}}
    assert reacted(dark) == Reaction("$3", "@ada:x", "$2", False)
    for key in ("\u2764", "", None, 7, ["\U0001f44d"]):
        assert reacted({**event, "content": {"m.relates_to": {**relation, "key": key}}}) is None
    assert reacted({**event, "sender": None}) is None
    old = {"type": "m.room.redaction", "redacts": "$3", "content": {}}
    new = {"type": "m.room.redaction", "content": {"redacts": "$3"}}
    assert (redacted(old), redacted(new)) == ("$3", "$3")
    assert redacted({**old, "redacts": 7}) == redacted(event) == ""


@given(JSON)
def test_whatever_comes_reactions_raise_nothing(content: object) -> None:
    for kind in ("m.reaction", "m.room.redaction"):
        made = {"type": kind, "content": {"m.relates_to": content, "redacts": content}}
        assert reacted(made) is None
        assert isinstance(redacted(made), str)
