"""The paths of the widget, as sites, browsers and others call them."""

import gzip
import json
import re
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import httpx
import msgspec
import pytest

from dengmi.core.errors import BadSettings
from dengmi.server.parts import Parts
from dengmi.settings.options import Settings
from dengmi.wire import open_parts
from tests.http.conftest import client_of, fill, settings_of, write_articles

PATTERN = re.compile(r"/(?:\\.|[^/\n])+/[gi]*")
SITE = "https://www.example.org"
OTHER = "https://else.example"
QUESTION = "When does the lantern walk close?"
SETTINGS = f"""
[server]
public_url = "https://desk.example"

[channels.widget]
origins = ["{SITE}"]

[desks.walks]
share = false

[desks.empty]
origins = ["{OTHER}"]

[limits]
address_burst = 5
address_rate = 0.01
"""


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    more = getattr(request, "param", "")
    (home / "dengmi.toml").write_text(SETTINGS + more, encoding="utf-8")
    write_articles(tmp_path / "articles")
    return settings_of(home)


@pytest.fixture
async def opened(tmp_path: Path, settings: Settings) -> AsyncIterator[Parts]:
    async with open_parts(settings) as parts:
        await fill(parts, tmp_path / "articles")
        yield parts


@pytest.fixture
async def visitor(opened: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on a page of the site."""
    async with client_of(opened, "203.0.113.9") as client:
        client.headers.update({"host": "desk.example", "origin": SITE})
        yield client


def events(reply: httpx.Response) -> list[tuple[str, dict[str, object]]]:
    blocks = [block.splitlines() for block in reply.text.split("\n\n") if block.startswith("event")]
    return [(lines[0][7:], json.loads(lines[2][6:])) for lines in blocks]


async def ask(client: httpx.AsyncClient, desk: str = "walks", **more: object) -> httpx.Response:
    return await client.post(f"/widget/{desk}/answers", json={"question": QUESTION, **more})


def test_no_text_of_the_script_goes_over_several_lines() -> None:
    """Else it would lose its blanks where the script is put together."""
    for part in files("dengmi.server.widget").joinpath("source").iterdir():
        if part.name.endswith(".js"):
            for line in part.read_text("utf-8").splitlines():
                assert PATTERN.sub("", line).count("`") % 2 == 0, (part.name, line)


async def test_the_script_is_small(visitor: httpx.AsyncClient) -> None:
    reply = await visitor.get("/widget.js")
    assert reply.headers["content-type"].startswith("text/javascript")
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
    assert len(reply.content) <= 30_000
    assert len(gzip.compress(reply.content)) < 15_000
    plain = await visitor.get("/widget.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == reply.content
    again = await visitor.get("/widget.js", headers={"if-none-match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for never in (b"innerHTML", b"outerHTML", b"insertAdjacentHTML", b"eval(", b"localStorage"):
        assert never not in reply.content


async def test_a_browser_asks_first(visitor: httpx.AsyncClient) -> None:
    reply = await visitor.options("/widget/walks/answers")
    assert reply.status_code == 204
    assert reply.headers["access-control-allow-origin"] == SITE
    assert "content-type" in reply.headers["access-control-allow-headers"]
    assert reply.headers["access-control-max-age"] == "7200"
    assert "access-control-allow-credentials" not in reply.headers
    assert reply.headers["vary"] == "Origin"


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "GET"])
async def test_a_site_that_is_not_listed(visitor: httpx.AsyncClient, method: str) -> None:
    path = "/widget/walks" if method == "GET" else "/widget/walks/answers"
    body = {"question": QUESTION} if method == "POST" else None
    for origin in (OTHER, "null", "https://www.example.org.evil.example", "http://www.example.org"):
        reply = await visitor.request(method, path, json=body, headers={"origin": origin})
        assert (reply.status_code, reply.json()["code"]) == (403, "widget_site_unknown")
        assert "access-control-allow-origin" not in reply.headers


async def test_a_desk_has_sites_of_its_own(visitor: httpx.AsyncClient) -> None:
    for desk, allowed in (("empty", [SITE, OTHER]), ("walks", [SITE]), ("-", [SITE])):
        for origin in (SITE, OTHER):
            reply = await visitor.get(f"/widget/{desk}", headers={"origin": origin})
            assert reply.is_success == (origin in allowed)


@pytest.mark.parametrize("settings", ["\n[desks.open]\norigins = ['*']\n"], indirect=True, ids=[""])
async def test_a_desk_for_every_site(opened: Parts, visitor: httpx.AsyncClient) -> None:
    await opened.store.ensure_desk("open")
    reply = await visitor.get("/widget/open", headers={"origin": OTHER})
    assert reply.headers["access-control-allow-origin"] == OTHER


async def test_what_the_widget_says(visitor: httpx.AsyncClient) -> None:
    told = (await visitor.get("/widget/walks?lang=zh")).json()
    assert told["title"] == "walks"
    assert told["say"]["send"] == "发送"
    assert told["deep"] is False
    assert told["examples"]
    hall = (await visitor.get("/widget/*", headers={"accept-language": "zh"})).json()
    assert hall["title"] == "大厅"


async def test_a_greeting(visitor: httpx.AsyncClient) -> None:
    reply = await visitor.post("/widget/walks/answers", json={"question": "Thanks!"})
    answer = events(reply)[-1][1]
    assert str(answer["text"]).startswith("You're welcome!")
    assert (answer["level"], answer["grounded"], answer["quoted"]) == ("", True, False)


async def test_an_answer(opened: Parts, visitor: httpx.AsyncClient) -> None:
    reply = await ask(visitor, conversation="c_aaaaaaaaaaaaaaaa")
    assert reply.headers["access-control-allow-origin"] == SITE
    told = events(reply)
    assert told[0][0] == "found"
    name, answer = told[-1]
    assert name == "done"
    assert "closes on the seventeenth" in str(answer["text"])
    (first, *_) = answer["citations"]  # type: ignore[misc]
    assert set(first) == {"n", "title", "by", "quote", "url", "page", "verdict"}
    assert first["page"].startswith("https://desk.example/articles/")
    assert answer["page"] == ""  # the desk does not share
    assert not {"cost", "usage", "asker", "standalone", "model"} & set(answer)
    question = await opened.store.question((await opened.store.answer(answer["id"])).question_id)  # type: ignore[arg-type,union-attr]
    assert question is not None
    assert (question.channel, question.conversation) == ("widget", "c_aaaaaaaaaaaaaaaa")
    assert question.payer.startswith("@")
    assert "203.0.113.9" not in question.payer


async def test_hostile_titles_lead_nowhere(visitor: httpx.AsyncClient) -> None:
    reply = await visitor.post(
        "/widget/walks/answers", json={"question": "When does the walrus sing?"}
    )
    for one in events(reply)[-1][1]["citations"]:  # type: ignore[attr-defined]
        assert one["url"] == ""  # it was javascript:
        assert one["page"].startswith("https://desk.example/")


async def test_limits_hold_and_can_be_read(visitor: httpx.AsyncClient) -> None:
    statuses = [(await ask(visitor)).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    last = await ask(visitor)
    assert last.headers["access-control-allow-origin"] == SITE
    assert last.headers["access-control-expose-headers"] == "retry-after"
    assert int(last.headers["retry-after"]) >= 1


async def test_bad_requests(visitor: httpx.AsyncClient) -> None:
    assert (await ask(visitor, level="research")).status_code == 422
    assert (await ask(visitor, question="")).status_code == 400
    plain = await visitor.post("/widget/walks/answers", content=b'{"question": "x"}')
    assert plain.status_code == 415  # no site sends JSON without having asked first
    assert (await visitor.get("/widget/nowhere")).json()["code"] == "desk_unknown"
    for path in ("/widget/walks/else", "/widget/walks/answers/x", "/widget/walks/answers/a/b/c"):
        assert (await visitor.get(path)).status_code == 404


async def test_a_better_answer_is_told_by_its_own_desk(visitor: httpx.AsyncClient) -> None:
    answer = events(await ask(visitor))[-1][1]
    reply = await visitor.get(f"/widget/walks/answers/{answer['id']}/events?lang=zh")
    ((name, told),) = events(reply)
    assert (name, told["id"], told["level"]) == ("done", answer["id"], "引文")
    other = await visitor.get(f"/widget/empty/answers/{answer['id']}/events")
    assert (other.status_code, other.json()["code"]) == (404, "answer_unknown")


async def test_our_own_pages_and_programs_need_no_list(visitor: httpx.AsyncClient) -> None:
    for origin in ("https://desk.example", ""):
        reply = await visitor.get("/widget/walks", headers={"origin": origin})
        assert reply.status_code == 200
        assert "access-control-allow-origin" not in reply.headers
    page = await visitor.get("/widget", headers={"origin": "", "accept-language": "zh"})
    assert "&lt;script src=&quot;https://desk.example/widget.js&quot;" in page.text
    assert 'data-lang="zh"' in page.text


async def test_it_can_be_turned_off(settings: Settings) -> None:
    widget = msgspec.structs.replace(settings.channels.widget, enabled=False)
    channels = msgspec.structs.replace(settings.channels, widget=widget)
    async with (
        open_parts(msgspec.structs.replace(settings, channels=channels)) as parts,
        client_of(parts, "203.0.113.9") as client,
    ):
        client.headers["host"] = "desk.example"
        for path in ("/widget.js", "/widget", "/widget/walks"):
            assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "wrong", ["www.example.org", "https://www.example.org/", "ftp://x", "https://x /"]
)
def test_a_site_is_named_as_browsers_name_it(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "dengmi.toml").write_text(f'[channels.widget]\norigins = ["{wrong}"]\n')
    with pytest.raises(BadSettings):
        settings_of(tmp_path)
