"""Hostile texts in articles, titles, authors, addresses, questions, names of conversations and what
a model writes: nothing runs, nothing becomes markup, no request leaves the page."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_asker import answered
from tests.browser.test_pages import opened
from tests.browser.test_written import ask
from tests.commands import SCRIPTED, home_of, run, serving
from tests.fakes.payloads import AUDIT, payloads

SETTINGS = (
    SCRIPTED
    + """
[writing]
reuse = false

[desks.walks]
check = "off"
greeting = {greeting}
"""
)
TOLD = 26


def articles() -> Iterator[dict[str, str]]:
    """One article for each text, then one with all of them."""
    for n, words in enumerate(payloads()):
        yield {
            "id": f"p{n} {words}", "title": f"{words} marker", "author": words, "url": words,
            "published": f"2026-{1 + n // 28:02}-{1 + n % 28:02}",
            "text": f"Harbour marker number {n} says: {words}\nIt was {words} yesterday.",
        }  # fmt: skip
    everything = "\n\n".join(payloads())
    for form in ("markdown", "text", "html"):
        yield {"id": f"all-{form}", "title": f"Everything in {form}", form: everything}


def script() -> str:
    """A model that says hostile things, a few at a time."""
    lines = []
    every = payloads()
    for n, some in enumerate(every[at : at + TOLD] for at in range(0, len(every), TOLD)):
        said = "\n".join(f"Harbour says {words} [1.1]." for words in some)
        thought = json.dumps(" ".join(some))
        lines.append(f'[[answer]]\nmatch = "batch {n}\\\\b"\ntext = {json.dumps(said)}\n'
                     f"thinking = {thought}\n")  # fmt: skip
    return "\n".join(lines)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server full of hostile articles."""
    root = tmp_path_factory.mktemp("hostile")
    lines = root / "articles.jsonl"
    lines.write_text("".join(json.dumps(one) + "\n" for one in articles()), encoding="utf-8")
    greeting = json.dumps(payloads()[28])
    home = home_of(root, SETTINGS.format(greeting=greeting), script())
    run(home, "add", str(lines), "--desk", "walks")  # some of them are refused
    with serving(home) as server:
        yield server.address


def clean(page: Page) -> None:
    assert page.evaluate(AUDIT) == []


def test_in_articles_and_lists(browser: Browser, desk: str) -> None:
    with opened(browser) as page:
        page.goto(desk)
        expect(page.locator(".welcome p").first).to_have_text(payloads()[28])
        clean(page)
        for month in range(1, 2 + len(payloads()) // 28):
            since, until = f"2026-{month:02}-01", f"2026-{month:02}-28"
            page.goto(f"{desk}/search?find=harbour+marker&since={since}&until={until}")
            assert page.locator(".hits li").count() > 5
            clean(page)
        for form in ("markdown", "text", "html"):
            page.goto(f"{desk}/articles/all-{form}?desk=walks")
            expect(page.locator("h1")).to_have_text(f"Everything in {form}")
            clean(page)
        for one in list(articles())[:-3:13]:
            page.goto(f"{desk}/articles/{quote(one['id'].strip(), safe='')}?desk=walks")
            clean(page)


def test_in_questions_and_names(browser: Browser, desk: str) -> None:
    with opened(browser) as page:
        page.goto(desk)
        form = {"level": "auto", "at": "quote"}
        for n, words in enumerate(payloads()):
            conversation = "c_" + f"{n // 20:016}".translate(str.maketrans("0189", "abcd"))
            sent = page.request.post(desk, form={**form, "q": words[:1_900], "c": conversation})
            assert sent.ok, words
            if n % 20 == 0:
                named = page.request.post(
                    f"{desk}/c/{conversation}/title",
                    form={"title": words[:100]},
                    headers={"origin": desk.rstrip("/")},
                )
                assert named.ok, words
        page.goto(f"{desk}/history")
        rows = page.locator(".talks a")
        assert rows.count() == -(-len(payloads()) // 20)
        clean(page)
        paths = [row.get_attribute("href") for row in rows.all()]
        for path in paths:
            page.goto(f"{desk}{path}")
            expect(page.locator(".turn").first).to_be_visible()
            clean(page)
        page.goto(f"{desk}/history?find={quote('<script>')}")
        clean(page)
        for name in ("w", "find"):
            page.goto(f"{desk}/{'' if name == 'w' else 'search'}?{name}={quote(payloads()[0])}")
            clean(page)


def test_in_what_a_model_writes(browser: Browser, desk: str) -> None:
    with opened(browser, "phone") as page:
        page.goto(desk)
        count = -(-len(payloads()) // TOLD)
        for n in range(count):
            turn = ask(page, f"What does harbour marker number {n} say in batch {n}?")
            answered(page, n + 1)
            expect(turn.locator(".says")).to_contain_text("Harbour says")
            clean(page)
        page.locator(".card a.ref").first.click()
        expect(page.locator(".sheet")).to_be_visible()
        clean(page)
        page.reload()
        expect(page.locator(".turn")).to_have_count(count)
        clean(page)
        for link in page.locator(".says a").all():
            assert (link.get_attribute("href") or "").startswith("#an_")


WIDGET = """
() => {
  const root = document.getElementById("dengmi").shadowRoot;
  const known = new Set(
    ("div header h2 h3 button svg path section span p ul ol li details summary blockquote " +
      "footer b a small strong code pre table thead tbody tr th td form textarea label input")
      .split(" "));
  const bad = window.pwned === undefined ? [] : ["a script ran"];
  for (const one of root.querySelectorAll("*")) {
    if (!known.has(one.localName)) bad.push(one.localName);
    for (const { name, value } of one.attributes)
      if (/^(on|src|style|action)/.test(name) || (name === "href" && !/^https?:/.test(value)))
        bad.push(`${one.localName} ${name}=${value}`);
  }
  return bad;
}
"""


def test_in_the_widget_and_shared_answers(browser: Browser, desk: str) -> None:
    with opened(browser) as page:
        page.goto(f"{desk}/widget")
        page.locator(".launcher").click()
        panel = page.get_by_role("dialog")
        count = -(-len(payloads()) // TOLD)
        for n in range(count):
            panel.locator("textarea").fill(f"What does harbour marker number {n} say in batch {n}?")
            panel.locator("textarea").press("Enter")
            expect(panel.locator(".page")).to_have_count(n + 1)
            expect(panel.locator(".card").last).to_contain_text("Harbour says")
            assert page.evaluate(WIDGET) == []
        page.reload()
        expect(panel.locator(".page")).to_have_count(count)
        assert page.evaluate(WIDGET) == []
        for link in [one.get_attribute("href") or "" for one in panel.locator(".page").all()]:
            page.goto(link)
            expect(page.locator(".says")).to_contain_text("Harbour says")
            clean(page)
        drawn = page.request.get(f"{link}/card.png")
        assert drawn.headers["content-type"] in ("image/png", "application/problem+json")


def test_other_ways_to_run_are_closed(browser: Browser, desk: str) -> None:
    """Even if markup got in: no inline script, no eval, no text into elements past the policy."""
    with browser.new_page() as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(desk)
        tried = page.evaluate(
            """() => {
              const threw = [];
              const trial = (name, act) => { try { act(); } catch { threw.push(name); } };
              trial("innerHTML", () => { document.body.innerHTML = "<p>x</p>"; });
              trial("eval", () => setTimeout("window.pwned = 1"));
              trial("policy", () => trustedTypes.createPolicy("other", { createHTML: (x) => x }));
              trial("again", () => trustedTypes.createPolicy("dengmi", { createHTML: (x) => x }));
              const script = document.createElement("script");
              script.append("window.pwned = 1");
              document.head.append(script);
              return threw;
            }"""
        )
        page.evaluate(
            "const link = document.createElement('a'); link.href = '//leak.invalid/';"
            "document.body.append(document.createElement('img'), link);"
        )
        assert len(page.evaluate(AUDIT)) == 3, "the audit sees what should not be there"
        assert tried == ["innerHTML", "eval", "policy", "again"]
        assert page.evaluate("window.pwned") is None
        leak = page.evaluate("fetch('https://leak.invalid/').then(() => 'went', () => 'stayed')")
        assert leak == "stayed"
        assert any("leak.invalid" in line for line in said)
