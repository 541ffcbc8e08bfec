"""Greetings and thanks: answered with a greeting on every face, and no gap in the articles."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from dengmi.core.review import Wanted
from dengmi.server.parts import Parts
from tests.commands import SCRIPTED
from tests.http.conftest import client_of, scripted

SETTINGS = (
    SCRIPTED
    + """
[desks.walks]
greeting = "Welcome to the walks!"
examples = ["When does the lantern walk close?", "几点开门？"]
"""
)
SCRIPT = '[[answer]]\ntext = "A call that nobody asked for. [1.1]"\n'
THANKS = {"en": "You're welcome!", "zh": "不客气！"}


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    async with scripted(tmp_path, SETTINGS, SCRIPT) as opened:
        yield opened


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(parts) as client:
        yield client


async def ask(client: httpx.AsyncClient, words: str, **more: str) -> dict:
    body = {"question": words, "level": "quick", **more}
    reply = await client.post("/api/v1/answers", json=body)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_a_greeting_is_answered_with_one(client: httpx.AsyncClient, parts: Parts) -> None:
    hello = await ask(client, "Hello!")
    assert hello["text"] == "Welcome to the walks!"
    assert (hello["grounded"], hello["citations"], hello["nearest"]) == (True, [], [])
    assert hello["followups"] == ["When does the lantern walk close?"]
    chinese = await ask(client, "你好")
    assert chinese["text"].startswith("你好！")  # the desk has no greeting in Chinese
    assert chinese["followups"] == ["几点开门？"]
    again = await ask(client, "Hello!")
    assert not again["reused"]
    assert not await parts.store.charges()
    asked = await parts.store.review().asked(Wanted(desk="walks"))
    assert {one.question.state for one in asked} == {"answered"}


async def test_thanks_in_a_conversation(client: httpx.AsyncClient, parts: Parts) -> None:
    """Said in the conversation's language; what follows is asked of what went before."""
    await ask(client, "老茶厂有多少个车位？", conversation="c_1", asker="li", level="quote")
    ok = await ask(client, "OK", conversation="c_1", asker="li")
    assert ok["text"].startswith("好的。")
    thanks = await ask(client, "谢谢！", conversation="c_1", asker="li")
    assert thanks["text"].startswith(THANKS["zh"])
    assert thanks["followups"] == []
    then = await ask(client, "那几点开门？", conversation="c_1", asker="li", level="quote")
    assert then["grounded"]
    assert "九点" in then["text"]
    english = await ask(client, "thank you so much", conversation="c_2", asker="li")
    assert english["text"].startswith(THANKS["en"])
    assert not await parts.store.charges()


async def test_the_page_greets(client: httpx.AsyncClient) -> None:
    page = await client.get("/", params={"q": "hi"}, follow_redirects=True)
    assert "Welcome to the walks!" in page.text
    assert "do not answer" not in page.text
    card = page.text.split('<article class="card"')[1].split("</article>")[0]
    assert "When does the lantern walk close?" in card
    assert 'class="level"' not in card


async def test_chat_programs_are_greeted(client: httpx.AsyncClient) -> None:
    body = {"model": "walks:quick", "messages": [{"role": "user", "content": "谢谢"}]}
    reply = await client.post("/v1/chat/completions", json=body)
    content = reply.json()["choices"][0]["message"]["content"]
    assert content.startswith(THANKS["zh"])


async def test_without_examples_the_articles_tell_what_to_ask(tmp_path: Path) -> None:
    async with scripted(tmp_path, SCRIPTED, SCRIPT) as parts, client_of(parts) as client:
        chosen = await parts.examples.chosen("walks", "en")
        hello = await ask(client, "good morning")
    assert hello["text"].startswith("Hello!")
    assert hello["followups"] == list(chosen) != []


async def test_examples_are_in_the_askers_language(
    tmp_path: Path, parts: Parts, client: httpx.AsyncClient
) -> None:
    """However many articles in another one came before."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02}.md").write_text(
            f"# Hall {number}\n\n## When is it open?\n\nAt nine."
        )
    (folder / "zh.md").write_text("# 展厅\n\n## 展厅几点开门？\n\n展厅每天上午九点开门。\n")
    await parts.corpus.sync(await parts.corpus.add("halls", str(folder)))
    await parts.search.catch_up()
    chosen = await parts.examples.chosen("halls", "zh")
    assert chosen == ("展厅几点开门？", "什么是展厅？")
    assert (await ask(client, "你好", desk="halls"))["followups"] == list(chosen)


async def test_a_question_behind_a_greeting_is_asked(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "你好，请问老茶厂有多少个车位？", level="quote")
    assert answer["citations"]
    assert "十二个车位" in answer["text"]
