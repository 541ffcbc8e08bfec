"""What the pages of the console show, and what operators do there."""

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from dengmi.core.edits import Edit
from dengmi.core.errors import DengmiError
from dengmi.core.firsts import FirstReplies
from dengmi.core.records import Question
from dengmi.server.console.first import first_link
from dengmi.server.keeping import forget_old
from dengmi.server.parts import Parts
from dengmi.server.tuning import take_edits
from dengmi.wire import open_parts
from tests.http.conftest import client_of, scripted, settings_of
from tests.http.entering import csrf, enter, other

SETTINGS = """
[models.try]
kind = "scripted"
model = "script.toml"
price = { currency = "CNY", hit = 0.02, miss = 1, output = 4 }

[levels]
quick = ["try"]

[desks.walks]
daily_budget = "¥5"
keep_days = 30

[wechat.acme]
app_id = "wx1"
token = "a-token-of-wechat"

[wechat.other]
app_id = "wx2"
token = "a-token-of-wechat"
desk = "empty"

[keys.app]
key = "the-secret-of-the-app"
"""
SCRIPT = """
[[answer]]
match = "close"
text = "The lantern walk closes on the seventeenth [1.1]. Painters from abroad admire it [1.1]."
"""
CLOSES = "When does the lantern walk close?"
EVIL = "<script>alert(1)</script> =1+1 walrus?"


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    """Parts with articles and a model that plays a script."""
    async with scripted(tmp_path, SETTINGS, SCRIPT) as opened:
        yield opened


async def ask(client: httpx.AsyncClient, words: str, **more: object) -> dict:
    reply = await client.post("/api/v1/answers", json={"question": words, **more})
    assert reply.status_code == 200, reply.text
    return reply.json()


async def post(client: httpx.AsyncClient, path: str, at: str = "/console", **data: str):
    token = csrf(await client.get(at))
    return await client.post(path, data={"csrf": token, **data})


def rows(reply: httpx.Response) -> list[list[str]]:
    assert reply.headers["content-type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(reply.text.removeprefix("\ufeff"))))


async def test_today_counts_what_was_asked(owner: httpx.AsyncClient) -> None:
    await ask(owner, CLOSES)
    await ask(owner, CLOSES)
    await ask(owner, "What is the boiling point of tungsten?")
    page = (await owner.get("/console")).text
    tiles = re.findall(r"<li><small>(.*?)</small><b>(.*?)</b><small>(.*?)</small></li>", page)
    said = {name: (value, more) for name, value, more in tiles}
    assert said["Questions"][0] == "3"
    assert said["Answered from articles"] == ("67%", "not answered: 1")
    assert said["Reused"] == ("33%", "answers: 3")
    assert said["Spent"][0].startswith("¥0.000")
    assert said["First reply"][0].endswith(" ms")
    assert page.count("<svg") >= 5
    assert "0 of 200 slots" in page
    assert "¥5.00" in page  # the budget
    assert "data-live" in page


async def test_today_tells_of_each_desk_and_the_whole_day(
    owner: httpx.AsyncClient, parts: Parts
) -> None:
    """What was replied before the server was started counts as well."""
    quarter = int(parts.clock.now() // 900)
    slow = FirstReplies(desk="empty", quarter=quarter, bucket=35, count=3)
    await parts.store.add_firsts([slow])
    await ask(owner, CLOSES)
    head, *lines = rows(await owner.get("/console?csv=1&by=desk"))
    assert head == ["Desk", "Questions", "First reply within", "99 of 100 within"]
    found = {line[0]: line[1:] for line in lines}
    assert found["walks"][0] == "1"
    assert found["walks"][1].endswith(" ms")
    assert found["empty"] == ["0", "2.8 s", "3.1 s"]
    page = (await owner.get("/console")).text
    assert "Desks today" in page
    assert "2.7 s" in page or "2.8 s" in page  # three of four replies were that slow
    page = (await owner.get("/console?desk=walks")).text
    assert "Desks today" not in page
    assert "2.8 s" not in page


async def test_an_empty_desk_says_what_to_do(tmp_path: Path) -> None:
    async with open_parts(settings_of(tmp_path / "bare")) as bare, client_of(bare) as client:
        await enter(client, await first_link(bare.store), "Mei")
        page = await client.get("/console")
        assert "There are no articles yet" in page.text
        for path in ("questions", "gaps", "sources", "costs", "desk", "keys", "askers", "log"):
            assert (await client.get(f"/console/{path}")).status_code == 200, path


async def test_questions_are_listed_filtered_and_opened(owner: httpx.AsyncClient) -> None:
    await ask(owner, CLOSES)
    await ask(owner, EVIL)
    listed = await owner.get("/console/questions")
    assert "<script>alert" not in listed.text
    assert "&lt;script&gt;" in listed.text
    only = await owner.get("/console/questions?q=LANTERN&level=quick&verdict=unsupported")
    (link,) = set(re.findall(r'href="(/console/questions/q_\w+)"', only.text))
    page = (await owner.get(link)).text
    for words in ("Painters from abroad", "What happened", "Evidence", "Ledger", "In short"):
        assert words in page
    assert "closes on the seventeenth" in page
    none = await owner.get("/console/questions?q=lantern&state=failed&since=2020-01-01")
    assert "No question fits" in none.text
    assert (await owner.get("/console/questions/q_unknown")).status_code == 404
    head, *lines = rows(await owner.get("/console/questions?csv=1"))
    assert head[0] == "Question"
    assert [line[0] for line in lines] == [EVIL, CLOSES]
    await ask(owner, "=cmd|' /C calc'!A0")
    assert rows(await owner.get("/console/questions?csv=1"))[1][0].startswith("'=cmd")


async def test_pages_go_on_where_the_last_one_ended(owner: httpx.AsyncClient, parts: Parts) -> None:
    for n in range(120):
        question = Question(id=f"q_{n:03}", desk="walks", text=f"n{n}", channel="web",
                            asked_at=1000.0 + n // 3)  # fmt: skip
        await parts.store.record_question(question)
    path, seen = "/console/questions", []
    while path:
        page = (await owner.get(path)).text
        seen += re.findall(r'href="/console/questions/(q_\d+)"', page)
        more = re.search(r'href="([^"]+)">Older', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 120


async def test_an_answer_is_forbidden_pinned_and_corrected(
    owner: httpx.AsyncClient, parts: Parts
) -> None:
    first = await ask(owner, CLOSES)
    here = f"/console/questions/{first['question_id']}"
    assert (await ask(owner, CLOSES))["reused"]
    assert (await post(owner, f"{here}/serve", here, state="void")).status_code == 303
    assert not (await ask(owner, CLOSES))["reused"]
    reply = await post(owner, f"{here}/correct", here, text="  ")
    assert reply.status_code == 400
    words = "The walk closes on the seventeenth. It is free on Tuesdays."
    reply = await post(owner, f"{here}/correct", here, text=words)
    assert reply.headers["location"].endswith("said=corrected")
    page = (await owner.get(here)).text
    assert 'It is free on Tuesdays.<small class="verdict">not in the articles' in page
    assert "pinned" in page
    life = await parts.store.review().life(str(first["question_id"]))
    assert life is not None
    right = life.answers[-1]
    assert [claim.verdict for claim in right.claims] == ["supported", "unsupported"]
    assert right.citations[0].quote.startswith("The lantern walk opens")
    assert right.model == "operator"
    serving = await ask(owner, CLOSES)
    assert serving["reused"]
    assert "free on Tuesdays" in str(serving["text"])
    reply = await post(owner, f"{here}/serve", here, state="nonsense")
    assert reply.status_code == 400
    log = (await owner.get("/console/log?csv=1")).text
    for deed in ("forbade an answer", "corrected an answer"):
        assert deed in log


async def test_a_quote_is_pinned_and_serves_at_every_level(
    owner: httpx.AsyncClient, parts: Parts
) -> None:
    quoted = await ask(owner, CLOSES, level="quote")
    here = f"/console/questions/{quoted['question_id']}"
    assert (await post(owner, f"{here}/serve", here, state="void")).status_code == 409
    assert (await post(owner, f"{here}/serve", here, state="pinned")).status_code == 303
    page = (await owner.get(here)).text
    assert f"Pinned by Mei: it serves everybody who asks “{CLOSES}”" in page
    for words, level in ((CLOSES, "auto"), ("when does the lantern walk close", "quick")):
        again = await ask(owner, words, level=level)
        assert (again["level"], again["reused"], again["text"]) == ("quote", True, quoted["text"])
        assert again["citations"] == quoted["citations"]
    other = await ask(owner, "When does the lantern walk open?")
    assert not other["reused"]
    listed = (await owner.get("/console/questions?pinned=1")).text
    assert re.findall(r'href="(/console/questions/q_\w+)"', listed) == [here]
    assert (await post(owner, f"{here}/serve", here, state="unpinned")).status_code == 303
    assert (await ask(owner, CLOSES))["level"] == "quick"


async def test_a_pin_outlives_another_voice(owner: httpx.AsyncClient, parts: Parts) -> None:
    """What serves again by itself does so while the desk writes alike; a pin does not ask."""
    first = await ask(owner, CLOSES)
    here = f"/console/questions/{first['question_id']}"
    assert (await post(owner, f"{here}/serve", here, state="pinned")).status_code == 303
    voice = Edit(table="desks", name="walks", key="voice", value="As a pirate.")
    await parts.store.change_edits([voice], [])
    await take_edits(parts)
    again = await ask(owner, CLOSES)
    assert (again["reused"], again["text"]) == (True, first["text"])
    _, *lines = rows(await owner.get("/console/costs?by=day&csv=1"))
    assert lines[0][1] == "2"  # the ledger knows that it cost nothing again
    assert (await post(owner, f"{here}/serve", here, state="live")).status_code == 303
    assert not (await ask(owner, CLOSES))["reused"]


async def test_a_quote_is_forbidden_and_corrected(owner: httpx.AsyncClient, parts: Parts) -> None:
    quoted = await ask(owner, CLOSES, level="quote")
    here = f"/console/questions/{quoted['question_id']}"
    assert (await post(owner, f"{here}/serve", here, state="declined")).status_code == 303
    none = await ask(owner, CLOSES)
    assert (none["grounded"], none["reused"], none["citations"]) == (False, True, [])
    assert "The lantern walk" in str(none["text"])  # it is nearest
    assert (await post(owner, f"{here}/serve", here, state="unpinned")).status_code == 303
    assert (await ask(owner, CLOSES))["grounded"]
    words = "The walk closes on the seventeenth."
    assert (await post(owner, f"{here}/correct", here, text=words)).status_code == 303
    right = await ask(owner, CLOSES)
    assert str(right["text"]).startswith(words)
    assert right["citations"]
    for deed in ("forbade a quote", "took the pin off an answer", "corrected an answer"):
        assert deed in (await owner.get("/console/log?csv=1")).text


async def test_what_was_not_answered_is_answered_by_an_operator(owner: httpx.AsyncClient) -> None:
    words = "Is the walrus of the lantern walk fed at noon?"
    none = await ask(owner, words)
    here = f"/console/questions/{none['question_id']}"
    text = "Nobody feeds it. Riddles hang on every lantern along the south bridge."
    assert (await post(owner, f"{here}/correct", here, text=text)).status_code == 303
    right = await ask(owner, words)
    assert (right["grounded"], right["reused"]) == (True, True)
    assert "Riddles hang on every lantern" in str(right["citations"])


async def test_an_answer_is_pinned_over_http(owner: httpx.AsyncClient) -> None:
    quoted = await ask(owner, CLOSES, level="quote")
    path = f"/api/v1/answers/{quoted['id']}/reuse"
    headers = {"x-csrf-token": csrf(await owner.get("/console"))}
    reply = await owner.put(path, json={"state": "pinned"}, headers=headers)
    assert reply.status_code == 200, reply.text
    assert (await ask(owner, CLOSES))["reused"]
    gone = await owner.put("/api/v1/answers/a_x/reuse", json={"state": "pinned"}, headers=headers)
    assert gone.status_code == 404


async def test_gaps_are_grouped(owner: httpx.AsyncClient) -> None:
    for words in ("What does a boat ticket cost?", "How much is a ticket for the boat?",
                  "Is there wifi on the moon?"):  # fmt: skip
        assert not (await ask(owner, words))["grounded"]
    page = (await owner.get("/console/gaps")).text
    assert page.count('class="cluster"') == 2
    assert "2 not in the articles" in page
    _, first, second = rows(await owner.get("/console/gaps?csv=1"))
    assert (first[1], second[1]) == ("2", "1")
    assert "boat" in first[5]
    assert "Nothing is missing" in (await owner.get("/console/gaps?until=2020-01-05")).text


async def test_costs_add_up(owner: httpx.AsyncClient) -> None:
    await ask(owner, CLOSES)
    await ask(owner, CLOSES)
    page = (await owner.get("/console/costs")).text
    for words in ("Paid", "Saved", "This month", "Per answer"):
        assert words in page
    for by in ("day", "desk", "level", "model", "group", "channel"):
        _, *lines = rows(await owner.get(f"/console/costs?by={by}&csv=1"))
        assert sum(int(line[1]) for line in lines) == 2
        assert sum(line[3].startswith("¥0.000") for line in lines) == 1
    assert lines[0][0] == "rest"
    assert "Nothing was paid" in (await owner.get("/console/costs?until=2020-01-05")).text


async def settled(owner: httpx.AsyncClient) -> str:
    """The page of sources once nothing is being read any more."""
    async with asyncio.timeout(20):
        while True:
            page = (await owner.get("/console/sources")).text
            if "being read" not in page:
                return page
            await asyncio.sleep(0.05)


async def test_files_are_dropped_read_and_removed(owner: httpx.AsyncClient, parts: Parts) -> None:
    token = csrf(await owner.get("/console/sources"))
    moon = ("../../moon.md", b"# The moon cake\n\nThe moon cake costs nine coins.\n")
    sun = ("sun.md", b"# The sun cake\n\nThe sun cake costs two coins.\n")
    files = [("files", moon), ("files", sun)]
    refused = await owner.post("/console/sources/drop?csrf=wrong", files=files)
    assert refused.status_code == 403
    at = f"/console/sources/drop?csrf={token}"
    reply = await owner.post(at, files=[("files", ("run.exe", b"MZ"))], data={"desk": "walks"})
    assert reply.status_code == 400
    assert "run.exe" in reply.text
    reply = await owner.post(at, files=files, data={"desk": "walks"})
    assert reply.status_code == 303, reply.text
    page = await settled(owner)
    assert "Dropped files" in page
    folder = parts.settings.home / "uploads" / "walks"
    assert sorted(each.name for each in folder.iterdir()) == ["moon.md", "sun.md"]
    assert "nine coins" in str((await ask(owner, "What does the moon cake cost?"))["text"])
    source = re.search(r'href="(/console/sources/s_\w+)">Dropped', page)
    assert source
    shown = (await owner.get(source[1])).text
    assert "The moon cake costs nine coins." in shown
    reply = await post(owner, f"{source[1]}/drop", file="../walks/moon.md", sure="1")
    assert reply.status_code == 404
    asked = await post(owner, f"{source[1]}/drop", file="moon.md")
    assert 'name="file" value="moon.md"' in asked.text  # asked first
    reply = await post(owner, f"{source[1]}/drop", file="moon.md", sure="1")
    assert reply.status_code == 303
    await settled(owner)
    assert "moon" not in (await owner.get(source[1])).text
    assert (await post(owner, f"{source[1]}/remove")).status_code == 200  # asked first
    assert (await post(owner, f"{source[1]}/remove", sure="1")).status_code == 303
    assert not folder.exists()


async def test_what_could_not_be_read_is_said_whoever_ran_the_sync(
    owner: httpx.AsyncClient, parts: Parts, tmp_path: Path
) -> None:
    """As `dengmi sources sync` in another process does it."""
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "fine.md").write_text("# Fine\n\nAll is fine here.\n", encoding="utf-8")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    source = await parts.corpus.add("walks", str(folder))
    assert (await parts.corpus.sync(source)).failed
    assert "文件夹 · walks" in (await owner.get("/console/sources?lang=zh")).text
    page = (await owner.get("/console/sources?lang=en")).text
    assert "1 could not be read" in page
    assert "<code>bad.pdf</code>" in page
    (folder / "fine.md").unlink()
    (folder / "bad.pdf").unlink()
    with pytest.raises(DengmiError):
        await parts.corpus.sync(source)
    page = (await owner.get(f"/console/sources/{source.id}")).text
    assert "could not be read" in page
    assert str(folder) in page


async def test_addresses_are_of_the_web(owner: httpx.AsyncClient) -> None:
    for address in ("/etc", "file:///etc/passwd", "ftp://x.example", "../x", "~/secrets", "C:\\x"):
        reply = await post(owner, "/console/sources/add", address=address, desk="walks")
        assert reply.status_code == 400, address
        assert "begins with https://" in reply.text
    for inside in ("http://127.0.0.1/x", "http://169.254.169.254/latest", "https://localhost/"):
        reply = await post(owner, "/console/sources/add", address=inside, desk="walks")
        assert reply.status_code in (303, 403), inside
    await settled(owner)
    listed = (await owner.get("/api/v1/desks/walks/sources")).json()["sources"]
    assert sum(one["articles"] for one in listed) == 3


async def test_a_preview_shows_what_a_question_finds(owner: httpx.AsyncClient) -> None:
    page = (await owner.get("/console/sources?find=parking+places")).text
    assert "<mark>parking places</mark>" in page
    hostile = (await owner.get("/console/sources?find=%3Cimg+src%3Dx%3E+walrus")).text
    assert "<img" not in hostile
    assert "<script>alert" not in hostile


async def test_viewers_see_and_change_nothing(owner: httpx.AsyncClient, parts: Parts) -> None:
    answer = await ask(owner, CLOSES, asker="ann-of-the-shop")
    viewer = await other(parts, owner, "viewer")
    page = (await viewer.get("/console/sources")).text
    assert str(parts.settings.home.parent) not in page  # a path of the server
    assert "Paste an address" not in page
    life = (await viewer.get(f"/console/questions/{answer['question_id']}")).text
    assert "What to do about it" not in life
    assert "ann-of-the-shop" not in life
    desk = (await viewer.get("/console/desk")).text
    assert "Every setting" not in desk


async def test_the_desk_shows_its_settings_without_secrets(owner: httpx.AsyncClient) -> None:
    page = (await owner.get("/console/desk?desk=walks")).text
    assert "keep_days = 30" in page
    assert "# check = &quot;mark&quot;" in page
    assert "keys.app.key" in page
    assert "the-secret-of-the-app" not in page
    assert "a-token-of-wechat" not in page
    assert "/wechat/acme" in page
    assert "/wechat/other" not in page
    assert "/wechat/other" in (await owner.get("/console/desk?desk=empty")).text


async def test_one_asker_is_handed_over_and_deleted(owner: httpx.AsyncClient) -> None:
    await ask(owner, CLOSES, asker="ann")
    await ask(owner, CLOSES, asker="bob")
    assert "Questions: 1" in (await owner.get("/console/askers?asker=rest:ann")).text
    kept = json.loads((await owner.get("/console/askers/export?asker=rest:ann")).text)
    assert kept["questions"][0]["text"] == CLOSES
    assert kept["questions"][0]["answers"][0]["citations"]
    asked = await post(owner, "/console/askers/delete", asker="rest:ann")
    assert "cannot be undone" in asked.text
    assert "Questions: 1" in (await owner.get("/console/askers?asker=rest:ann")).text
    reply = await post(owner, "/console/askers/delete", asker="rest:ann", sure="1")
    assert reply.status_code == 303
    assert "Nothing is kept" in (await owner.get("/console/askers?asker=rest:ann")).text
    assert "Questions: 1" in (await owner.get("/console/askers?asker=rest:bob")).text
    log = (await owner.get("/console/log?csv=1")).text
    assert "deleted what was kept of an asker" in log
    assert "ann" not in log
    assert (await post(owner, "/console/askers/delete", asker="")).status_code == 400


async def test_old_questions_are_deleted(owner: httpx.AsyncClient, parts: Parts) -> None:
    await ask(owner, CLOSES)
    old = Question(id="q_old", desk="walks", text="old", channel="web",
                   asked_at=parts.clock.now() - 31 * 86_400, state="failed")  # fmt: skip
    await parts.store.record_question(old)
    await parts.store.fail_question("q_old", "unexpected")
    assert await forget_old(parts) == 1
    assert await forget_old(parts) == 0
    assert "/q_old" not in (await owner.get("/console/questions")).text


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_no_text_is_missing(owner: httpx.AsyncClient, lang: str) -> None:
    answer = await ask(owner, CLOSES)
    pages = "gaps sources costs desk operators keys askers?asker=x log password questions"
    one = f"questions/{answer['question_id']}"
    paths = ["", *(f"/{each}" for each in (*pages.split(), one))]
    for path in paths:
        page = await owner.get(f"/console{path}", headers={"accept-language": lang})
        assert page.status_code == 200, path
        assert not re.search(r">[^<]*\bcon(?:sole)?_[a-z_]+", page.text), path
        assert not re.search(r"\{[a-z_]+\}", page.text), path


async def test_every_table_is_a_file_too(owner: httpx.AsyncClient) -> None:
    await ask(owner, CLOSES)
    page = await owner.get("/console/sources")
    source = re.search(r'href="(/console/sources/s_\w+)"', page.text)
    assert source
    for path in ("", "/questions", "/gaps", "/sources", "/costs", "/operators", "/keys", "/log"):
        head, *_ = rows(await owner.get(f"/console{path}?csv=1"))
        assert len(head) > 2, path
    assert len(rows(await owner.get(f"{source[1]}?csv=1"))) > 1
    assert rows(await owner.get("/console?csv=1"))[1][1:] == ["quick", "1"]
