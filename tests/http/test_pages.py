"""The pages as they come from the server, without a browser."""

import asyncio
import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from dengmi.core.records import Question
from dengmi.language.detect import language_of
from dengmi.server.parts import Parts
from dengmi.wire import open_parts
from tests.http.conftest import client_of, fill, settings_of, write_articles

HTML = {"accept": "text/html,application/xhtml+xml"}
QUESTION = "When does the lantern walk close?"


class Outline(HTMLParser):
    """Collects tags with their attributes, and checks that they close in order."""

    VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(reply: httpx.Response) -> Outline:
    found = Outline()
    found.feed(reply.text)
    assert found.open == []
    return found


async def get(client: httpx.AsyncClient, path: str, **headers: str) -> httpx.Response:
    return await client.get(path, headers={**HTML, **headers})


PATHS = (
    "/",
    "/d/walks",
    "/d/empty",
    "/d/*",
    "/?q=When+does+the+lantern+walk+close%3F",
    "/?q=tungsten",
    "/nowhere",
    "/d/nowhere",
    "/a/an_none",
    "/articles/none",
    "/articles/x%2F%3Cb%3E%26%22%27",
    "/?q=" + "a" * 2_100,
)


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_every_page_is_whole_small_and_strict(client: httpx.AsyncClient, lang: str) -> None:
    for path in PATHS:
        check(await get(client, path, **{"accept-language": lang}), lang)


def check(reply: httpx.Response, lang: str) -> None:
    """What holds for every page."""
    found = outline(reply)
    assert found.tags[0] == ("html", {"lang": {"en": "en", "zh": "zh-Hans"}[lang]})
    assert len(reply.content) < 30_000
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "same-origin"
    for tag, attributes in found.tags:
        assert tag != "style"
        assert tag != "script" or attributes.get("src")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        for name in ("src", "href", "action"):
            value = attributes.get(name) or "/"
            assert value.startswith(("/", "#", "?")), value
    assert not re.search(r"\{[a-z]+\}", reply.text)


async def test_asking_works_in_the_first_reply(client: httpx.AsyncClient) -> None:
    reply = await get(client, "/?q=When+does+the+lantern+walk+close%3F")
    text = re.sub(r"</?mark>", "", reply.text)
    assert "closes on the seventeenth" in text
    assert "<mark>" in reply.text
    ids = re.findall(r'name="a" value="(an_\w+)"', reply.text)
    assert len(ids) == 1
    thread = await get(client, f"/?a={ids[0]}&q=Where+to+park%3F")
    assert thread.text.count('class="turn"') == 3  # two turns and the template
    lasting = await get(client, f"/a/{ids[0]}")
    assert "closes on the seventeenth" in re.sub(r"</?mark>", "", lasting.text)


async def test_looking_at_an_address_asks_nothing(parts: Parts, client: httpx.AsyncClient) -> None:
    before = (await parts.store.counts())["questions"]
    await client.head("/?q=anything")
    await get(client, "/?q=anything", **{"sec-purpose": "prefetch;prerender"})
    assert (await parts.store.counts())["questions"] == before
    await get(client, "/?q=anything")
    assert (await parts.store.counts())["questions"] == before + 1


async def test_the_sentence_is_marked_in_its_article(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/api/v1/answers", json={"question": QUESTION})).json()
    one = answer["citations"][0]
    path = f"/articles/{one['article_id']}?p={one['passage_id']}&s={one['first']}-{one['last']}"
    reply = await get(client, path)
    marked = re.findall(r'<mark class="hit"[^>]*>(.*?)</mark>', reply.text)
    assert " ".join(marked) == one["quote"].replace("\n", " ")
    assert reply.text.count('id="s"') == 1
    for part in ("<h2>Parking</h2>", "<li>", "<td>18:00</td>", "<th>Day</th>", "<pre"):
        assert part in reply.text
    assert reply.text.count("The lantern walk</h1>") == 1
    assert "<h2>The lantern walk</h2>" not in reply.text
    moved = await get(client, f"/articles/{one['article_id']}?p=p_gone&s=1-1")
    assert "no longer in it" in moved.text


async def test_what_articles_say_stays_text(client: httpx.AsyncClient) -> None:
    reply = await get(client, "/articles/x%2F%3Cb%3E%26%22%27")
    assert "&lt;script&gt;alert(1)" in reply.text
    assert "<script>alert" not in reply.text
    assert "<i>Mallory" not in reply.text
    assert "javascript:" not in reply.text
    reply = await get(client, "/?q=%3Cscript%3Ealert(9)%3C%2Fscript%3E")
    assert "<script>alert(9)" not in reply.text


async def test_the_language_a_reader_chose_stays(client: httpx.AsyncClient) -> None:
    reply = await get(client, "/?lang=zh", **{"accept-language": "en"})
    assert 'lang="zh-Hans"' in reply.text[:100]
    assert "samesite=lax" in reply.headers["set-cookie"].lower()
    again = await get(client, "/", **{"accept-language": "en"})
    assert 'lang="zh-Hans"' in again.text[:100]


async def test_static_files_are_kept_by_their_hash(client: httpx.AsyncClient) -> None:
    page = (await get(client, "/")).text
    style = re.search(r'href="(/static/[0-9a-f]{12}/asker\.css)"', page)
    assert style
    reply = await client.get(style[1])
    assert reply.headers["content-type"].startswith("text/css")
    assert "immutable" in reply.headers["cache-control"]
    old = await client.get("/static/0/app.css")
    assert old.headers["cache-control"] == "no-cache"
    assert (await client.get("/static/0/../page.py")).status_code == 404
    assert (await client.get("/favicon.ico")).status_code == 301


async def test_an_installation_without_articles(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home", DENGMI_DEFAULT_DESK="")
    async with open_parts(settings) as parts, client_of(parts) as client:
        reply = await get(client, "/")
        assert reply.status_code == 200
        assert "dengmi add" in reply.text
        asked = await get(client, "/?q=Anybody%3F")
        assert "dengmi add" in asked.text


async def test_questions_that_cannot_be_asked_stay_in_the_box(client: httpx.AsyncClient) -> None:
    reply = await get(client, "/?q=" + "b" * 2_100)
    assert "at most 2000" in reply.text
    assert "b" * 2_000 in reply.text


async def test_errors_are_pages_for_browsers_and_problems_for_programs(
    client: httpx.AsyncClient,
) -> None:
    assert (await get(client, "/nowhere")).headers["content-type"].startswith("text/html")
    assert (await get(client, "/nowhere")).status_code == 404
    reply = await client.get("/nowhere")
    assert reply.headers["content-type"] == "application/problem+json"


async def test_the_script_gets_finished_html(client: httpx.AsyncClient) -> None:
    reply = await client.post("/", data={"q": QUESTION}, headers={"accept": "text/event-stream"})
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert "event: citation" in reply.text
    assert reply.text.rstrip().split("event: ")[-1].startswith("done")
    refused = await client.post("/d/walks", data={"q": " "})
    assert refused.status_code == 400
    assert refused.json()["code"] == "question_empty"


async def test_examples_are_questions_that_are_answered(parts: Parts) -> None:
    """First from the articles that are cited of late, in the page's language."""
    for question in ("When does the walrus sing?", QUESTION, QUESTION, "老茶厂有多少个车位？"):
        async for _ in parts.ladder.ask(Question(id="", desk="walks", text=question)):
            pass
    found = await parts.examples.chosen("walks", "en")
    assert found
    assert all(language_of(one) == "en" for one in found)
    often, other = await parts.examples.headings("walks", "en")
    assert often[0] == "Parking"  # the walk is cited most, and that is its heading
    assert other == []
    async with client_of(parts) as client:
        for one in found:
            reply = await client.post("/api/v1/answers", json={"question": one, "level": "quote"})
            assert reply.json()["grounded"], one


async def test_a_desk_greets_in_its_own_words(tmp_path: Path) -> None:
    words = "Ask us about <lanterns>."
    home = tmp_path / "home"
    home.mkdir()
    (home / "dengmi.toml").write_text(f'[desks.walks]\ngreeting = "{words}"\n', encoding="utf-8")
    async with open_parts(await asyncio.to_thread(settings_of, home)) as opened:
        await fill(opened, write_articles(tmp_path / "articles"))
        async with client_of(opened) as client:
            assert "Ask us about &lt;lanterns&gt;." in (await get(client, "/")).text
