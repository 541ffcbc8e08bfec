"""The widget on pages of other sites, in a real browser: under the strictest policy, in English and
Chinese, by keyboard, on phones; hostile words stay words, and a site that is not listed gets
nothing."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.commands import SCRIPTED, add, home_of, serving
from tests.http.conftest import write_articles

SETTINGS = (
    'default_desk = "walks"\n'
    + SCRIPTED
    + """\
deep = ["script"]

[writing]
reuse = false

[desks.walks]
title = "Walks & <b>teas</b>"
origins = ["{site}"]
"""
)
SCRIPT = """
[[answer]]
match = "table"
text = '''
The riddles hang along the south bridge [1.2]:

| Sight | Where it hangs |
|---|---|
| Riddles | along the south bridge [1.2] |
| <img src=x onerror="window.hurt=4"> | on every lantern [1.2] |

- Riddles hang on every lantern [1.2].
  - Whoever solves one gets a paper fan [1.3].'''
first = 0.1
per_second = 60

[[answer]]
match = "close"
thinking = "Nobody reads this."
text = "The lantern walk closes on the **seventeenth** [1.1]. Painters from abroad admire it [1.1]."
first = 0.4
per_second = 20

[[answer]]
match = "riddle"
text = '''
<img src=x onerror="window.hurt=1"> Riddles hang on every lantern along the south bridge [1.2].
<script>window.hurt=2</script> [paper fan](javascript:window.hurt=3) [1.3].'''
first = 0.1
per_second = 60

[[answer]]
match = "车位"
text = "门口只有十二个车位[1.2]。院子很受外地画家喜爱[1.1]。"
first = 0.2
per_second = 25
"""
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>A site</title>
<script src="{desk}/widget.js" async {data}></script></head>
<body><h1>A site of its own</h1><p>Some words.</p>
<button data-dengmi-ask="Where do the riddles hang?">Ask about riddles</button>
<a href="#below">below</a><p id="below">{filling}</p></body></html>"""
CLOSE = "When does the lantern walk close?"
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"


class Site:
    """A web site that is not ours. `desk` is the address of the server whose widget it shows."""

    def __init__(self) -> None:
        self.desk = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = {
                    name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()
                }
                body = site.page(asked).encode()
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-length", str(len(body)))
                self.send_header("content-security-policy", site.policy())
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def page(self, asked: dict[str, str]) -> str:
        lang = asked.pop("lang", "en")
        data = " ".join(f'data-{name}="{value}"' for name, value in asked.items())
        return PAGE.format(lang=lang, desk=self.desk, data=data, filling="More words. " * 300)

    def policy(self) -> str:
        """The strictest there is: no inline style, no markup from strings, one other host."""
        return (
            f"default-src 'none'; script-src {self.desk}; connect-src {self.desk}; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    one = Site()
    yield one
    one.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[str]:
    """A real server that lets this site show one desk's widget, and no other site."""
    root = tmp_path_factory.mktemp("widget")
    folder = write_articles(root / "articles")
    SHOTS.mkdir(parents=True, exist_ok=True)
    home = home_of(root, SETTINGS.replace("{site}", site.address), SCRIPT)
    add(home, folder, root / "hostile.jsonl", desk="walks")
    with serving(home) as server:
        site.desk = server.address
        yield server.address


@contextmanager
def visiting(
    browser: Browser,
    site: Site,
    query: str = "",
    *,
    width: int = 1_000,
    scheme: str = "light",
    calm: bool = True,
) -> Iterator[Page]:
    """The site in a browser. Fails where the console complains (unless that is expected, with
    `calm` off), or anybody else is asked."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="en-GB",
    )
    page = context.new_page()
    said: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: hosts.add("/".join(request.url.split("/")[:3])))
    page.goto(f"{site.address}/{query}")
    yield page
    assert not calm or said == []
    assert hosts <= {site.address, site.desk}
    context.close()


def open_panel(page: Page) -> Locator:
    page.locator(".launcher").click()
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    return panel


def ask(panel: Locator, words: str) -> Locator:
    """Ask; the last answer's card."""
    panel.locator("textarea").fill(words)
    panel.locator("textarea").press("Enter")
    return panel.locator(".card").last


def test_asking_on_another_site(browser: Browser, site: Site, desk: str) -> None:
    with visiting(browser, site) as page:
        panel = open_panel(page)
        expect(panel.locator("h2")).to_have_text("Walks & <b>teas</b>")
        page.screenshot(path=SHOTS / "widget-welcome.png")
        card = ask(panel, CLOSE)
        # The quotes first, then the sentences in their place.
        expect(card.locator("blockquote").first).to_contain_text("closes on the seventeenth")
        expect(card.locator("strong")).to_have_text("seventeenth")
        expect(card).not_to_have_attribute("aria-busy", "true")
        expect(card.locator(".level")).to_have_text("Quick")
        expect(card.locator(".weak small")).to_have_text("not in the articles")
        expect(panel.locator(".hear")).to_contain_text("seventeenth")
        assert "Nobody reads this" not in (panel.text_content() or "")
        # A number opens the exact sentence.
        card.locator(".n").first.click()
        source = card.locator("details blockquote").first
        expect(source).to_be_visible()
        expect(source).to_contain_text("opens on the thirteenth day")
        expect(source).to_be_focused()
        href = source.locator("a").first.get_attribute("href") or ""
        assert href.startswith(f"{desk}/articles/")
        answer = card.locator(".page").get_attribute("href") or ""
        assert re.match(rf"{desk}/a/an_", answer)
        page.screenshot(path=SHOTS / "widget-answer.png")
        assert page.evaluate("document.documentElement.scrollTop") == 0


def test_the_conversation_lasts_as_long_as_the_visit(
    browser: Browser, site: Site, desk: str
) -> None:
    with visiting(browser, site) as page:
        card = ask(open_panel(page), CLOSE)
        expect(card.locator(".page")).to_be_visible()
        page.reload()
        panel = page.get_by_role("dialog")  # it was open, and is again
        expect(panel.locator(".asked")).to_have_text(CLOSE)
        expect(panel.locator(".card strong")).to_have_text("seventeenth")
        panel.get_by_role("button", name="New conversation").click()
        expect(panel.locator(".card")).to_have_count(0)
        expect(panel.locator(".welcome .next").first).to_be_visible()
        page.reload()
        expect(page.get_by_role("dialog").locator(".card")).to_have_count(0)
        kept = page.evaluate("JSON.stringify({...sessionStorage})")
        assert "c_" in kept
        assert page.evaluate("localStorage.length") == 0
        assert page.context.cookies() == []


def test_follow_ups_and_what_the_page_asks(browser: Browser, site: Site, desk: str) -> None:
    """Model output, titles and quotes that carry markup stay words."""
    with visiting(browser, site) as page:
        expect(page.locator(".launcher")).to_be_visible()
        page.get_by_role("button", name="Ask about riddles").click()
        panel = page.get_by_role("dialog")
        card = panel.locator(".card")
        expect(card.locator(".page")).to_be_visible()
        expect(card).to_contain_text("Riddles hang on every lantern")
        card = ask(panel, "When does the walrus sing?")
        expect(card.locator(".page")).to_be_visible()
        expect(card).to_contain_text("<script>alert(1)</script> & “friends”")
        expect(card).to_contain_text("<img src=x onerror=alert(2)>")
        links = panel.locator("a").evaluate_all("(all) => all.map((one) => one.href)")
        assert links
        assert all(one.startswith(f"{desk}/") for one in links)
        assert panel.locator("img, script, iframe").count() == 0
        assert page.evaluate("window.hurt") is None


def test_by_keyboard_alone(browser: Browser, site: Site, desk: str) -> None:
    with visiting(browser, site) as page:
        expect(page.locator(".launcher")).to_be_visible()
        page.evaluate("dengmi.open()")
        panel = page.get_by_role("dialog", name="Walks & <b>teas</b>")
        box = panel.get_by_role("textbox", name="Question")
        expect(box).to_be_focused()
        box.press("Shift+Enter")
        assert panel.locator(".card").count() == 0
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        launcher = page.get_by_role("button", name="Ask a question")
        expect(launcher).to_be_focused()
        assert launcher.get_attribute("aria-expanded") == "false"
        page.keyboard.press("Enter")
        expect(box).to_be_focused()
        assert launcher.get_attribute("aria-expanded") == "true"


def test_tables_and_lists_in_lists(browser: Browser, site: Site, desk: str) -> None:
    with visiting(browser, site, width=390) as page:
        panel = open_panel(page)
        card = ask(panel, "Where do the riddles hang, as a table?")
        expect(card).not_to_have_attribute("aria-busy", "true")
        expect(card.locator("th")).to_have_text(["Sight", "Where it hangs"])
        expect(card.locator("td").first).to_have_text("Riddles")
        expect(card.locator("ul ul li")).to_contain_text("paper fan")
        card.locator("td .n").first.click()
        expect(card.locator("details blockquote").first).to_be_focused()
        page.screenshot(path=SHOTS / "widget-table.png")
        assert page.evaluate("window.hurt") is None


def test_stopping(browser: Browser, site: Site, desk: str) -> None:
    with visiting(browser, site) as page:
        panel = open_panel(page)
        card = ask(panel, CLOSE)
        expect(card.locator("blockquote").first).to_be_visible()
        panel.get_by_role("button", name="Stop").click()
        expect(panel.locator(".note")).to_contain_text("Stopped")
        expect(card).not_to_have_attribute("aria-busy", "true")
        expect(panel.get_by_role("button", name="Send")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_in_chinese(browser: Browser, site: Site, desk: str, scheme: str) -> None:
    with visiting(browser, site, "?lang=zh", width=390, scheme=scheme) as page:
        panel = open_panel(page)
        box = panel.bounding_box()
        assert box is not None
        assert (box["x"], box["width"], box["height"]) == (0, 390, 800)
        assert page.locator(".launcher").is_hidden()
        card = ask(panel, "老茶厂有多少个车位？")
        expect(card.locator(".page")).to_have_text("打开这个答案")
        expect(card.locator(".level")).to_have_text("快速")
        expect(card.locator(".weak small")).to_have_text("文章中无依据")
        assert panel.evaluate("(node) => node.scrollWidth <= node.clientWidth")
        page.screenshot(path=SHOTS / f"widget-phone-{scheme}.png")
        panel.get_by_role("button", name="关闭").click()
        expect(page.locator(".launcher")).to_be_visible()


def test_the_look_is_the_sites(browser: Browser, site: Site, desk: str) -> None:
    query = "?accent=%23006655&side=left&theme=dark&label=Ask%20us&title=Help&open=1"
    with visiting(browser, site, query) as page:
        panel = page.get_by_role("dialog", name="Help")
        expect(panel).to_be_visible()
        look = (
            "(node) => [getComputedStyle(node).backgroundColor, node.getBoundingClientRect().left]"
        )
        colour, left = page.locator(".launcher").evaluate(look)
        assert (colour, left) == ("rgb(0, 102, 85)", 20)
        assert panel.evaluate(look)[0] == "rgb(22, 20, 18)"
        expect(page.locator(".launcher")).to_contain_text("Ask us")
        page.screenshot(path=SHOTS / "widget-themed.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(browser: Browser, site: Site, desk: str, scheme: str) -> None:
    """Nothing that axe-core knows to look for is wrong with it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with visiting(browser, site, scheme=scheme) as page:
        panel = open_panel(page)
        results = [axe.run(page, context="#dengmi")]
        card = ask(panel, CLOSE)
        expect(card.locator(".page")).to_be_visible()
        card.locator(".n").first.click()
        results.append(axe.run(page, context="#dengmi"))
        for result in results:
            assert result.violations_count == 0, result.generate_report()
            assert result.response["passes"]


def test_a_site_that_is_not_listed(browser: Browser, desk: str) -> None:
    other = Site()
    other.desk = desk
    try:
        page = browser.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        with page.expect_console_message(lambda message: "Dengmi:" in message.text) as told:
            page.goto(other.address)
        assert other.address in told.value.text
        assert page.locator(".launcher").count() == 0
        tried = page.evaluate(
            """async (address) => {
                const body = JSON.stringify({ question: "When does the lantern walk close?" });
                const headers = { "Content-Type": "application/json" };
                try {
                  return (await fetch(address, { method: "POST", headers, body })).status;
                } catch (error) { return error.name; }
            }""",
            f"{desk}/widget/-/answers",
        )
        assert tried == "TypeError"
        page.close()
    finally:
        other.close()


def test_the_page_of_our_own(browser: Browser, desk: str) -> None:
    page = browser.new_page(locale="en-GB", viewport={"width": 1_000, "height": 800})
    page.goto(f"{desk}/widget")
    expect(page.locator("pre").first).to_contain_text(f'src="{desk}/widget.js" data-desk="walks"')
    page.get_by_role("button", name="Open it here").click()
    card = ask(page.get_by_role("dialog"), CLOSE)
    expect(card.locator(".page")).to_be_visible()
    page.screenshot(path=SHOTS / "widget-demo.png")
    page.close()


def test_when_the_server_is_gone(browser: Browser, site: Site, desk: str) -> None:
    with visiting(browser, site, calm=False) as page:
        panel = open_panel(page)
        page.route("**/answers", lambda route: route.abort())
        card = ask(panel, CLOSE)
        expect(card.get_by_role("alert")).to_contain_text("connection was lost")
        assert panel.locator("textarea").input_value() == CLOSE
        page.unroute("**/answers")
        page.route(
            "**/answers",
            lambda route: route.fulfill(
                status=429,
                headers={"access-control-allow-origin": site.address},
                content_type="application/problem+json",
                body=json.dumps({"detail": "One moment, please."}),
            ),
        )
        card = ask(panel, CLOSE)
        expect(card.get_by_role("alert")).to_have_text("One moment, please.")
