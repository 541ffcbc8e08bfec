"""Matrix accounts against a real Synapse: chats, rooms, threads, edits, limits, kills."""

import asyncio
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.channels.matrix.conftest import (
    WAIT,
    Homeserver,
    Person,
    account,
    configured,
)
from tests.commands import run, serving

pytestmark = pytest.mark.slow

LIBRARY = "https://library.example/about?a=1&b=%282%29"


@dataclass
class Town:
    """A served desk: its account, one that the server slows down, and one that nobody may ask."""

    bot: Person
    slow: Person
    closed: Person
    home: Path


@pytest.fixture(scope="module")
def town(
    homeserver: Homeserver, stocked: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    names = ("town", "slow", "closed")
    bots = Town(*map(homeserver.person, names), tmp_path_factory.mktemp("town") / "home")
    made = homeserver.service
    service = Person(homeserver.http, made.user, made.token, "")
    home = configured(
        stocked,
        bots.home,
        account("town", homeserver, bots.bot),
        account("slow", homeserver, bots.slow, threads=False),
        account("closed", homeserver, bots.closed, allow=["else.test"]),
        account("service", homeserver, service, hs_token=homeserver.service.hs_token),
    )
    with serving(home, "--port", str(homeserver.port)):
        yield bots


@pytest.fixture
def ada(homeserver: Homeserver) -> Person:
    return homeserver.person("ada")


def mention(bot: Person) -> dict[str, object]:
    return {"m.mentions": {"user_ids": [bot.user]}}


def replied(event: dict[str, Any]) -> str | None:
    """The message that a message is a reply to."""
    relation = event["content"].get("m.relates_to", {})
    found: str | None = relation.get("m.in_reply_to", {}).get("event_id")
    return found


def test_a_direct_chat_sees_quotes_then_the_answer_grow_then_its_sources(
    town: Town, ada: Person
) -> None:
    room = ada.room(town.bot, direct=True)
    # Said at once, before the account has come in.
    asked = ada.say(room, "How many books may a reader borrow, how many books?")
    sent = ada.answer(room, town.bot.user, "while the answer is being written")
    final = ada.answer(room, town.bot.user, "Sources")
    assert final["event_id"] == sent["event_id"]
    assert final["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": asked}}
    assert sent["content"]["msgtype"] == "m.notice"
    edits = ada.edits(sent["event_id"])
    assert any(each["body"].endswith(" …") for each in edits)  # as it grew
    last = edits[-1]
    assert "Readers ask this often." in last["body"]
    assert "“A reader may borrow twelve books at the same time.”" in last["body"]
    links = re.findall('<a href="([^"]*)">\\[?[12]?', last["formatted_body"])
    assert set(links) == {LIBRARY.replace("&", "&amp;")}
    typed = [each["content"]["user_ids"] for each in ada.heard if each["type"] == "m.typing"]
    assert [town.bot.user] in typed
    welcome = ada.messages(room, town.bot.user)[0]
    assert welcome["content"]["body"].startswith("Hello!")


def test_a_follow_up_is_understood_from_the_chat(town: Town, ada: Person) -> None:
    room = ada.room(town.bot, direct=True)
    ada.say(room, "What does the lantern room have?")
    ada.answer(room, town.bot.user, "forty seats")
    ada.say(room, "And on which floor is it?")
    found = ada.answer(room, town.bot.user, "second floor")
    assert "Sources" in ada.shown(found)["body"] or "[1]" in ada.shown(found)["body"]


def test_in_a_room_only_what_is_meant_for_it_is_answered_in_a_thread(
    town: Town, ada: Person, homeserver: Homeserver
) -> None:
    bob = homeserver.person("bob")
    room = ada.room(town.bot, bob, name="Readers")
    bob.call("POST", f"join/{room}", {})
    ada.until(lambda: ada.members(room) == 3)
    ada.say(room, "How many seats does the lantern room have?")
    asked = ada.say(room, "Town: how many seats has the lantern room?", **mention(town.bot))
    found = ada.answer(room, town.bot.user, "forty seats")
    relation = found["content"]["m.relates_to"]
    assert (relation["rel_type"], relation["event_id"]) == ("m.thread", asked)
    # In its thread nobody needs to call it, and others follow up as well.
    thread = {"rel_type": "m.thread", "event_id": asked, "is_falling_back": True}
    again = bob.say(room, "几点开门，博物馆？", **{"m.relates_to": thread})
    found = ada.answer(room, town.bot.user, "九点")
    assert found["content"]["m.relates_to"]["event_id"] == asked
    assert found["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] == again
    ada.say(room, "!ask when does the library open?")
    ada.answer(room, town.bot.user, "opens at nine")
    assert len(ada.messages(room, town.bot.user)) == 3


def test_who_may_not_ask_is_not_joined(town: Town, ada: Person) -> None:
    room = ada.room(town.closed, direct=True)

    def declined() -> bool:
        return any(
            each["type"] == "m.room.member"
            and each["state_key"] == town.closed.user
            and each["content"]["membership"] == "leave"
            for each in ada.heard
        )

    ada.until(declined)
    assert not ada.messages(room, town.closed.user)


def test_a_server_that_says_slower_is_obeyed_and_nothing_is_lost(
    town: Town, ada: Person, homeserver: Homeserver
) -> None:
    root = homeserver.person("root", admin=True)
    limit = {"messages_per_second": 1, "burst_count": 2}
    path = f"/_synapse/admin/v1/users/{town.slow.user}/override_ratelimit"
    bearer = {"Authorization": f"Bearer {root.token}"}
    assert homeserver.http.post(path, json=limit, headers=bearer).status_code == 200
    rooms = [ada.room(town.slow, direct=True) for _ in range(3)]
    for room in rooms:
        ada.say(room, "How many books may a reader borrow, how many books?")
    began = time.monotonic()
    for room in rooms:
        ada.answer(room, town.slow.user, "Sources")
        (sent,) = [
            each
            for each in ada.messages(room, town.slow.user)
            if not each["content"]["body"].startswith("Hello!")
        ]
        assert "They are lent for four weeks." in ada.shown(sent)["body"]
    said = [each for each in ada.heard if each.get("sender") == town.slow.user]
    said = [each for each in said if each["type"] == "m.room.message"]
    assert len(said) <= 2 + 1 + (time.monotonic() - began + 5) * 1


def test_after_kill_9_each_question_has_one_answer(
    homeserver: Homeserver, stocked: Path, tmp_path: Path
) -> None:
    bot, ada = homeserver.person("town"), homeserver.person("ada")
    login = account("town", homeserver, bot, token=None, password="pass")
    home = configured(stocked, tmp_path / "home", login)

    def of(asked: str) -> list[dict[str, Any]]:
        """The replies to a message."""
        return [each for each in ada.messages(room, bot.user) if replied(each) == asked]

    with serving(home) as server:
        room = ada.room(bot, direct=True)
        ada.until(lambda: ada.members(room) == 2)
        first = ada.say(room, "For how long are books lent?")
        ada.answer(room, bot.user, "while the answer is being written")
        second = ada.say(room, "How many seats does the lantern room have?")
        server.process.kill()
        server.process.wait(10)
    third = ada.say(room, "几点开门，博物馆？")
    with serving(home, "--workers", "2"):  # one of the two takes it over
        for words in ("forty seats", "九点"):
            ada.answer(room, bot.user, words)
        ada.until(lambda: "Sources" in ada.shown(of(first)[0])["body"])
        ada.sync(1.0)
    assert [len(of(asked)) for asked in (first, second, third)] == [1, 1, 1]
    whole = ada.shown(of(first)[0])["body"]
    assert whole.startswith("Books are lent for four weeks. [1]")
    # It logged in once: the second process went on with the session of the first.
    assert len(bot.call("GET", "devices")["devices"]) == 2


def test_an_appservice_is_given_what_is_said_and_answers_it_once(
    town: Town, ada: Person, homeserver: Homeserver
) -> None:
    service = homeserver.service
    room = ada.room(service.user, direct=True)
    asked = ada.say(room, "How many seats does the lantern room have?")  # before it has come in
    found = ada.answer(room, service.user, "forty seats")
    assert replied(found) == asked
    second = ada.say(room, "博物馆几点开门？")
    ada.answer(room, service.user, "九点")
    # The homeserver delivers again what it was not told to be taken.
    event = next(each for each in ada.heard if each.get("event_id") == second)
    path = f"{service.url}/_matrix/app/v1/transactions/again"
    bearer = {"Authorization": f"Bearer {service.hs_token}"}
    again = homeserver.http.put(path, json={"events": [event]}, headers=bearer)
    assert (again.status_code, again.json()) == (200, {})
    ada.say(room, "How many seats has the lantern room, how many?")
    ada.until(lambda: len(ada.messages(room, service.user)) >= 4)
    answers = [each for each in ada.messages(room, service.user) if replied(each) == second]
    assert len(answers) == 1
    assert homeserver.http.put(path, json={"events": []}).status_code == 403
    assert homeserver.http.put(path, content=b"[", headers=bearer).status_code == 400


def test_a_thumb_on_an_answer_counts_until_it_is_taken_back(town: Town, ada: Person) -> None:
    room = ada.room(town.bot, direct=True)
    ada.say(room, "How many seats does the lantern room have?")
    answer = ada.answer(room, town.bot.user, "forty seats")

    def thumbs() -> list[bool]:
        with closing(sqlite3.connect(town.home / "dengmi.sqlite")) as store:
            query = "SELECT up FROM thumbs WHERE asker = ?"
            return [bool(up) for (up,) in store.execute(query, (f"matrix:town:{ada.user}",))]

    def send(kind: str, content: object) -> str:
        path = f"rooms/{quote(room)}/send/{kind}/{secrets.token_hex(8)}"
        return str(ada.call("PUT", path, content)["event_id"])

    relation = {"rel_type": "m.annotation", "event_id": answer["event_id"], "key": "\U0001f44e"}
    reaction = send("m.reaction", {"m.relates_to": relation})
    until(lambda: thumbs() == [False])
    path = f"rooms/{quote(room)}/redact/{quote(reaction)}/{secrets.token_hex(8)}"
    ada.call("PUT", path, {})
    until(lambda: thumbs() == [])


def kept(home: Path, asker: str) -> int:
    """How many questions of somebody there are."""
    with closing(sqlite3.connect(home / "dengmi.sqlite")) as store:
        query = "SELECT count(*) FROM questions WHERE asker = ?"
        return int(store.execute(query, (asker,)).fetchone()[0])


def test_who_asks_for_it_or_leaves_is_forgotten(town: Town, ada: Person) -> None:
    asker = f"matrix:town:{ada.user}"
    rooms = [ada.room(town.bot, direct=True) for _ in range(2)]
    for room in rooms:
        ada.say(room, "How many seats does the lantern room have?")
        ada.answer(room, town.bot.user, "forty seats")
    assert kept(town.home, asker) == 2
    # Who leaves takes along what they asked there; nobody is left, and the account goes too.
    ada.call("POST", f"rooms/{quote(rooms[0])}/leave", {})
    until(lambda: kept(town.home, asker) == 1)
    joined = town.bot.call("GET", "joined_rooms")["joined_rooms"]
    assert rooms[1] in joined
    until(lambda: rooms[0] not in town.bot.call("GET", "joined_rooms")["joined_rooms"])
    # An answer that is being written then is not given any more.
    asked = ada.say(rooms[1], "For how long are books lent?")
    until(lambda: kept(town.home, asker) == 2)
    ada.say(rooms[1], "!forget")
    ada.answer(rooms[1], town.bot.user, "Deleted: 2 questions")
    assert kept(town.home, asker) == 0
    again = ada.say(rooms[1], "How many seats does the lantern room have?")

    def shown(question: str) -> str:
        """What is said to a question in the end."""
        said = [e for e in ada.messages(rooms[1], town.bot.user) if replied(e) == question]
        return str(ada.shown(said[-1])["body"]) if said else ""

    ada.until(lambda: "forty seats" in shown(again))
    ada.until(lambda: shown(asked) in ("", "This question was deleted."))
    assert kept(town.home, asker) == 1


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_the_command_that_tests_channels_calls_the_homeserver(town: Town) -> None:
    done = run(town.home, "channels", "test", "--json")
    assert done.status == 0, done
    assert town.bot.user in done.out
    assert "reaches this server" in done.out
    assert town.bot.token not in done.out


async def test_an_encrypted_chat_is_read_and_answered_also_after_kill_9(
    homeserver: Homeserver, stocked: Path, tmp_path: Path, ada: Person
) -> None:
    pytest.importorskip("vodozemac", reason="vodozemac is not installed")
    import nio

    bot = homeserver.person("sealed")
    login = account("sealed", homeserver, bot, token=None, password="pass", encryption=True)
    home = await asyncio.to_thread(configured, stocked, tmp_path / "home", login)
    sealing = {
        "type": "m.room.encryption",
        "state_key": "",
        "content": {"algorithm": "m.megolm.v1.aes-sha2"},
    }
    config = nio.AsyncClientConfig(encryption_enabled=True)
    client = nio.AsyncClient(homeserver.address, ada.user, store_path=str(tmp_path), config=config)
    client.restore_login(ada.user, ada.device, ada.token)
    room = await asyncio.to_thread(ada.room, bot, direct=True, initial_state=[sealing])
    try:
        with serving(home) as server:
            await asyncio.to_thread(ada.until, lambda: ada.members(room) == 2)
            await client.sync(timeout=0, full_state=True)
            await client.keys_upload()
            await sealed(client, room, "How many seats does the lantern room have?")
            found = await asyncio.wait_for(opened(client, room, bot.user, "forty seats"), WAIT)
            assert LIBRARY.replace("&", "&amp;") in found["formatted_body"]
            server.process.kill()
            await asyncio.to_thread(server.process.wait, 10)
        await sealed(client, room, "几点开门，博物馆？")
        with serving(home):
            await asyncio.wait_for(opened(client, room, bot.user, "九点"), WAIT)
    finally:
        await client.close()
    # Nothing of it can be read by the server.
    events = await asyncio.to_thread(ada.reads, room)
    said = {each["type"] for each in events if each["sender"] == bot.user}
    assert said == {"m.room.member", "m.room.encrypted"}


async def sealed(client: Any, room: str, words: str) -> None:
    """Say something in an encrypted room, as a client does."""
    content = {"msgtype": "m.text", "body": words}
    await client.room_send(room, "m.room.message", content, ignore_unverified_devices=True)


async def opened(client: Any, room: str, bot: str, words: str) -> dict[str, Any]:
    """Wait for an answer in an encrypted room that says something, its sources below."""
    import nio

    while True:
        found = await client.sync(timeout=1000)
        await client.send_to_device_messages()
        if client.should_query_keys:
            await client.keys_query()
        for event in found.rooms.join[room].timeline.events if room in found.rooms.join else ():
            if event.sender == bot and isinstance(event, nio.RoomMessageNotice):
                content = event.source["content"]
                content = content.get("m.new_content", content)
                if "Sources" in content["body"] or "出处" in content["body"]:
                    assert words in content["body"]
                    return dict(content)
