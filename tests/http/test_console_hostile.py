"""What askers and articles write is text at the console, whatever it is: more than a hundred
payloads in questions, titles, authors and names, and nothing of them becomes an element."""

import asyncio
import json
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import httpx
import pytest

from dengmi.core.records import Question
from dengmi.server.console.first import first_link
from dengmi.server.parts import Parts
from dengmi.wire import open_parts
from tests.contract.given import answer
from tests.http.conftest import client_of, settings_of
from tests.http.entering import csrf, enter

CORES = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>", "<a href=javascript:alert(1)>x</a>",
    "<body onload=alert(1)>", "<style>@import 'http://evil.example'</style>",
    "<math><mtext></mtext><mglyph><style></math><img src onerror=alert(1)>",
    "<details open ontoggle=alert(1)>", "<form action=http://evil.example><button>x</button>",
    "<base href=//evil.example/>", "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<object data=javascript:alert(1)></object>", "[x](javascript:alert(1))",
)  # fmt: skip
WRAPS = ("{}", '"{}', "'>{}", '"><!--{}', "</title>{}", "</textarea>{}", "&lt;{}", "\u202e{}\x00")
PAYLOADS = [wrap.format(core) for wrap, core in product(WRAPS, CORES)]

TAGS = frozenset(
    (
        "html",
        "head",
        "meta",
        "title",
        "link",
        "script",
        "body",
        "a",
        "header",
        "div",
        "b",
        "nav",
        "details",
        "summary",
        "span",
        "p",
        "form",
        "input",
        "button",
        "main",
        "h1",
        "h2",
        "h3",
        "section",
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "select",
        "option",
        "label",
        "small",
        "svg",
        "rect",
        "line",
        "text",
        "polyline",
        "polygon",
        "path",
        "ellipse",
        "dl",
        "dt",
        "dd",
        "time",
        "mark",
        "code",
        "pre",
        "textarea",
        "datalist",
        "fieldset",
        "legend",
        "noscript",
    )
)
"""Every element that pages of the console are made of."""


class Clean(HTMLParser):
    """Fails on any element or attribute that is not ours."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        given = dict(attrs)
        for name, value in attrs:
            assert not name.startswith("on") and name not in ("style", "srcdoc"), (tag, name)
            if name in ("href", "src", "action"):
                assert str(value).startswith(("/", "?", "#", "https://", "http://127.0.0.1")), value
        if tag == "script":
            assert str(given.get("src", "")).startswith("/static/")
        if tag == "meta":
            assert "http-equiv" not in given


def check(page: httpx.Response) -> None:
    assert page.status_code == 200, page.text[:300]
    Clean().feed(page.text)
    assert page.text.count("<script") == 1


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    """Articles and questions that are nothing but payloads."""
    lines = tmp_path / "hostile.jsonl"
    rows = [
        {"id": f"x{n}", "title": one, "text": f"{one} sings at midnight.", "author": one,
         "url": f"javascript:{one}"}
        for n, one in enumerate(PAYLOADS)
    ]  # fmt: skip
    lines.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    settings = await asyncio.to_thread(settings_of, tmp_path / "home")
    async with open_parts(settings) as opened:
        source = await opened.corpus.add("walks", str(lines))
        await opened.corpus.sync(source)
        await opened.search.catch_up()
        for n, one in enumerate(PAYLOADS):
            asked = Question(id=f"q{n:03}", desk="walks", text=one, channel=f"web {one}",
                             asker=one, asked_at=opened.clock.now() - n, lang="en")  # fmt: skip
            await opened.store.record_question(asked)
            told = answer(f"a{n:03}", asked.id, question=one, text=one, desk="walks",
                          grounded=bool(n % 2), model=one, created_at=asked.asked_at)  # fmt: skip
            await opened.store.finish_question(told)
        yield opened


async def test_no_payload_becomes_an_element(parts: Parts) -> None:
    assert len(PAYLOADS) > 100
    async with client_of(parts) as owner:
        await enter(owner, await first_link(parts.store), "Mei")
        token = csrf(await owner.get("/console/keys"))
        for one in PAYLOADS[:14]:
            given = {"csrf": token, "name": one.replace(":", "")[:40], "scope_ask": "1"}
            check(await owner.post("/console/keys/make", data=given))
        (source,) = await parts.store.sources()
        paths = ["", "/questions", "/gaps", "/sources?find=midnight", f"/sources/{source.id}",
                 "/costs", "/desk", "/keys", "/log"]  # fmt: skip
        paths += [f"/questions/q{n:03}" for n in range(0, len(PAYLOADS), 3)]
        for path in paths:
            check(await owner.get(f"/console{path}"))
        for one in PAYLOADS[::9]:
            check(await owner.get("/console/questions", params={"q": one, "desk": one}))
            check(await owner.get("/console/sources", params={"find": one}))
            check(await owner.get("/console/askers", params={"asker": one}))
            check(await owner.get("/console/gaps", params={"since": one, "said": one}))
            wrong = await owner.post(
                "/console/sources/add", data={"csrf": token, "address": one, "desk": "walks"}
            )
            assert wrong.status_code in (303, 400, 403)
            Clean().feed(wrong.text)
