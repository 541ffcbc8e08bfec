"""Conversations of one browser: kept under a signed cookie, for nobody else."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from dengmi.server.parts import Parts
from dengmi.wire import open_parts
from tests.contract.given import unfinished
from tests.http.conftest import client_of, fill, settings_of, write_articles
from tests.http.test_pages import HTML, check, outline

FIRST = "When does the lantern walk close?"
SECOND = "Where can I park?"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def other(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """Another browser."""
    async with client_of(parts) as one:
        yield one


async def get(client: httpx.AsyncClient, path: str, **params: str) -> httpx.Response:
    return await client.get(path, params=params or None, headers=HTML)


async def talked(client: httpx.AsyncClient, *questions: str) -> str:
    """Ask these in one conversation, as a browser without scripts does; the conversation's id."""
    page = await get(client, "/")
    for question in questions:
        page = await get(client, "/", q=question, **hidden(page))
    return hidden(page)["c"]


def hidden(page: httpx.Response) -> dict[str, str]:
    """What the form carries along, the last of each name."""
    composer = page.text[page.text.index('class="composer"') :]
    return dict(re.findall(r'type="hidden" name="(\w)" value="([^"]*)"', composer))


async def test_the_cookie_is_signed_and_out_of_reach_of_scripts(client: httpx.AsyncClient) -> None:
    said = (await get(client, "/")).headers["set-cookie"]
    assert re.match(r"asker=w_[a-z2-7]{16}\.[0-9a-f]{40};", said)
    for part in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert part in said
    assert "Secure" not in said
    secure = await client.get("https://127.0.0.1:8321/", headers=HTML)
    assert "Secure" in secure.headers["set-cookie"]


@pytest.mark.parametrize("end", ["0" * 40, "", "x"])
async def test_a_forged_cookie_opens_nothing(client: httpx.AsyncClient, end: str) -> None:
    conversation = await talked(client, FIRST)
    name = client.cookies["asker"].partition(".")[0]
    client.cookies.set("asker", f"{name}.{end}", domain="127.0.0.1")
    assert (await get(client, f"/c/{conversation}")).status_code == 404
    assert FIRST not in (await get(client, "/history")).text


async def test_a_conversation_is_listed_opened_and_gone_on_with(client: httpx.AsyncClient) -> None:
    assert "will be listed" in (await get(client, "/history")).text
    conversation = await talked(client, FIRST, SECOND)
    listed = await get(client, "/history")
    check(listed, "en")
    assert listed.text.count(f'href="/c/{conversation}"') == 1
    assert "2 questions" in listed.text
    opened = await get(client, f"/c/{conversation}")
    check(opened, "en")
    assert opened.text.count('class="turn"') == 3  # two turns and the template
    assert hidden(opened)["c"] == conversation
    more = await get(client, "/", q="And the dogs?", **hidden(opened))
    assert more.text.count('class="turn"') == 4
    assert "3 questions" in (await get(client, "/history")).text


async def test_a_follow_up_stands_in_its_conversation(client: httpx.AsyncClient) -> None:
    conversation = await talked(
        client, "Where is the old tea factory?", "How many parking places does it have?"
    )
    export = (await get(client, f"/c/{conversation}/export.json")).json()
    answer_id = export["conversations"][0]["questions"][1]["answer"]["id"]
    stored = (await client.get(f"/api/v1/answers/{answer_id}")).json()
    assert "tea factory" in stored["standalone"]


async def test_reloading_an_answer_keeps_conversation_and_counts_nothing(
    parts: Parts, client: httpx.AsyncClient
) -> None:
    page = await get(client, "/")
    pairs = {"q": FIRST, **hidden(page)}
    first = await get(client, "/", **pairs)
    before = (await parts.store.counts())["questions"]
    again = await get(client, "/", **pairs)
    assert (await parts.store.counts())["questions"] == before
    assert hidden(first) == hidden(again)
    by_answer = await get(client, "/", a=hidden(first)["a"])
    assert hidden(by_answer)["c"] == hidden(first)["c"]


async def test_nobody_else_sees_a_conversation(
    client: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    conversation = await talked(client, FIRST)
    await get(other, "/")
    for path in ("", "/export.md", "/export.json"):
        assert (await get(other, f"/c/{conversation}{path}")).status_code == 404
    for act in ("title", "delete"):
        reply = await other.post(f"/c/{conversation}/{act}", content="title=Mine", headers=FORM)
        assert reply.status_code == 404
    assert conversation not in (await get(other, "/history")).text
    stolen = await get(other, "/", c=conversation)
    assert FIRST not in stolen.text
    assert (await get(client, f"/c/{conversation}")).status_code == 200


async def test_searching_ones_own_conversations(
    client: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    await talked(client, FIRST)
    await talked(client, "老茶厂有多少个车位？")
    for words, there in (
        ("LANTERN", True), ("close seventeenth", True), ("老茶廠", True),
        ("close 车位", False), ("walrus", False),
    ):  # fmt: skip
        page = await get(client, "/history", find=words)
        assert ('class="talks"' in page.text) == there, words
        assert 'class="talks"' not in (await get(other, "/history", find=words)).text
    assert "<mark>" in (await get(client, "/history", find="lantern")).text


async def test_a_name_is_given_and_taken_back(client: httpx.AsyncClient) -> None:
    conversation = await talked(client, FIRST)
    for title, shown in (("  <b>Lanterns</b>  ", "&lt;b&gt;Lanterns&lt;/b&gt;"), ("", FIRST)):
        reply = await client.post(f"/c/{conversation}/title", data={"title": title})
        assert (reply.status_code, reply.headers["location"]) == (303, f"/c/{conversation}")
        assert shown in (await get(client, "/history")).text
    await client.post(f"/c/{conversation}/title", data={"title": "x" * 5_000})
    assert "x" * 121 not in (await get(client, "/history")).text


async def test_deleting_deletes(parts: Parts, client: httpx.AsyncClient) -> None:
    conversation = await talked(client, FIRST, SECOND)
    kept = await talked(client, "When is the tea house open?")
    answer_id = hidden(await get(client, f"/c/{conversation}"))["a"]
    reply = await client.post(f"/c/{conversation}/delete")
    assert (reply.status_code, reply.headers["location"]) == (303, "/history")
    for path in (f"/c/{conversation}", f"/a/{answer_id}"):
        assert (await get(client, path)).status_code == 404
    assert (await client.post(f"/c/{conversation}/delete")).status_code == 404
    assert kept in (await get(client, "/history")).text
    await client.post("/history/forget")
    assert "asker" not in client.cookies
    assert (await parts.store.counts())["questions"] == 0


async def test_pages_of_other_sites_can_do_nothing(client: httpx.AsyncClient) -> None:
    conversation = await talked(client, FIRST)
    answer_id = hidden(await get(client, f"/c/{conversation}"))["a"]
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ):
        for path in (f"/c/{conversation}/delete", f"/c/{conversation}/title", "/history/forget",
                     "/history/move", f"/a/{answer_id}/thumb"):  # fmt: skip
            reply = await client.post(path, content="title=x&up=no", headers={**FORM, **headers})
            assert reply.status_code == 403, (path, headers)
    assert (await get(client, f"/c/{conversation}")).status_code == 200


async def test_exports(client: httpx.AsyncClient, tmp_path: Path) -> None:
    conversation = await talked(client, FIRST, "What is the boiling point of tungsten?")
    markdown = await get(client, f"/c/{conversation}/export.md")
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "attachment" in markdown.headers["content-disposition"]
    assert f"# {FIRST}" in markdown.text
    assert re.search(r"1\. “The lantern walk .*” — \[The lantern walk\]\(http://127", markdown.text)
    assert "do not answer" in markdown.text
    shape = (await get(client, f"/c/{conversation}/export.json")).json()
    asked = shape["conversations"][0]["questions"]
    assert asked[0]["question"] == FIRST
    assert asked[0]["answer"]["citations"][0]["quote"]
    assert "asker" not in json.dumps(shape)
    await talked(client, SECOND)
    whole = (await get(client, "/history/export.json")).json()
    assert len(whole["conversations"]) == 2
    assert (await get(client, "/history/export.md")).text.count("\n# ") == 1
    assert (await get(client, "/history/export.exe")).status_code == 404


async def test_an_export_holds_hostile_words_as_words(client: httpx.AsyncClient) -> None:
    conversation = await talked(client, "When does the walrus sing?")
    text = (await get(client, f"/c/{conversation}/export.md")).text
    assert "<img" not in text.replace(r"\<img", "")
    assert "(javascript:" not in text


async def test_earlier_turns_are_pages_away(parts: Parts, client: httpx.AsyncClient) -> None:
    from dengmi.core.records import Question

    conversation = await talked(client, FIRST)
    asker = client.cookies["asker"].partition(".")[0]
    for n in range(25):
        await parts.store.record_question(
            Question(id=f"q_{n}", desk="walks", text=f"Earlier {n}?", channel="web", asker=asker,
                     conversation=conversation, asked_at=float(n), state="failed")
        )  # fmt: skip
    page = await get(client, f"/c/{conversation}")
    assert "Earlier 24?" in page.text
    assert "Earlier 5?" not in page.text
    before = re.search(r'href="(/c/[^"]+before=[^"]+)"', page.text)
    assert before
    earlier = await get(client, before[1])
    assert "Earlier 5?" in earlier.text
    assert "Earlier 24?" not in earlier.text
    assert (await get(client, f"/c/{conversation}?before=x")).status_code == 200


async def test_the_level_is_remembered(client: httpx.AsyncClient) -> None:
    page = await get(client, "/", q=FIRST, level="deep", **hidden(await get(client, "/")))
    assert "level=deep" in page.headers["set-cookie"]


async def test_asking_again_at_a_level(client: httpx.AsyncClient) -> None:
    page = await get(client, "/", q=FIRST, **hidden(await get(client, "/")))
    again = re.findall(r'href="([^"]+at=quote[^"]*)"', page.text)
    assert again == []  # it is a quote answer already
    edit = re.search(r'href="([^"]+)"[^>]*data-edit=', page.text)
    assert edit
    edited = await get(client, edit[1].replace("&amp;", "&").partition("#")[0])
    assert f">{FIRST}</textarea>" in edited.text
    assert edited.text.count('class="turn"') == 2
    outline(edited)


async def test_thumbs(parts: Parts, client: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    page = await get(client, "/", q=FIRST, **hidden(await get(client, "/")))
    answer_id = hidden(page)["a"]
    for up, pressed in (("yes", 1), ("no", 1), ("", 0)):
        reply = await client.post(
            f"/a/{answer_id}/thumb",
            data={"up": up},
        )
        assert reply.status_code == 303
        assert reply.headers["location"] == f"/c/{hidden(page)['c']}#{answer_id}"
        text = (await get(client, f"/a/{answer_id}")).text
        assert text.count('aria-pressed="true"') == pressed
    await client.post(f"/a/{answer_id}/thumb", data={"up": "yes"})
    foreign = await other.post(f"/a/{answer_id}/thumb", data={"up": "no"})
    assert foreign.headers["location"] == f"/a/{answer_id}#{answer_id}"
    name = client.cookies["asker"].partition(".")[0]
    assert await parts.store.thumbs(name, [answer_id]) == {answer_id: True}


async def test_a_browser_without_cookies_still_has_its_context(parts: Parts) -> None:
    async with client_of(parts) as client:
        page = await get(client, "/")
        for question in ("Where is the old tea factory?", "How many parking places does it have?"):
            client.cookies.clear()
            page = await get(client, "/", q=question, **hidden(page))
        answer = (await client.get(f"/api/v1/answers/{hidden(page)['a']}")).json()
    assert "tea factory" in answer["standalone"]
    assert (await unfinished(parts.store)) == ()


async def test_the_history_goes_to_another_device_once(
    parts: Parts, client: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    mine, theirs = await talked(client, FIRST), await talked(other, SECOND)
    made = await client.post("/history/move", headers=HTML)
    check(made, "en")
    assert 'role="img"' in made.text
    address = re.search(r"<code>(http[^<]+)</code>", made.text)
    assert address
    path = urlsplit(address[1]).path
    asked = await get(other, path)
    assert "Go on only if you made the link yourself" in asked.text
    assert (await get(other, f"/c/{mine}")).status_code == 404, "looking changes nothing"
    joined = await other.post(path)
    assert (joined.status_code, joined.headers["location"]) == (303, "/history")
    for each in (client, other):
        listed = (await get(each, "/history")).text
        assert mine in listed
        assert theirs in listed
    assert (await client.post(path, headers=HTML)).status_code == 404
    assert (await other.post("/history/join/m_none", headers=HTML)).status_code == 404


async def test_a_copied_address_opens_nothing(tmp_path: Path) -> None:
    """At a desk that does not share, the address of a conversation is no key to its answers."""
    home = tmp_path / "home"
    home.mkdir()
    await asyncio.to_thread((home / "dengmi.toml").write_text, "[desks.walks]\nshare = false\n")
    async with open_parts(await asyncio.to_thread(settings_of, home)) as opened:
        await fill(opened, write_articles(tmp_path / "articles"))
        async with client_of(opened, "192.0.2.1") as own, client_of(opened, "192.0.2.2") as other:
            page = await get(own, "/", q=FIRST, **hidden(await get(own, "/")))
            answer_id, conversation = hidden(page)["a"], hidden(page)["c"]
            await get(other, "/")
            for path in (f"/a/{answer_id}?c={conversation}", f"/c/{conversation}"):
                assert (await get(other, path)).status_code == 404
            assert (await other.get(f"/a/{answer_id}/citations/1")).status_code == 404
            assert (await get(own, f"/a/{answer_id}")).status_code == 200
            assert (await own.get(f"/a/{answer_id}/citations/1")).status_code == 200
            seen = await get(other, "/", a=answer_id, c=conversation)
            assert "seventeenth" not in seen.text


async def test_only_its_asker_stops_an_answer(
    client: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    """Nobody is told what there is to stop."""
    page = await get(client, "/", q=FIRST, **hidden(await get(client, "/")))
    answer_id = hidden(page)["a"]
    for one in (client, other):
        assert (await one.post(f"/a/{answer_id}/stop")).status_code == 204
    far = await client.post(f"/a/{answer_id}/stop", headers={"sec-fetch-site": "cross-site"})
    assert far.status_code == 403
