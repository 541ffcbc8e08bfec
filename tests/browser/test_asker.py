"""What an asker does beside asking, in a real browser: conversations, asking again, the sentence
behind a number, finding; with and without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_pages import is_wide, opened
from tests.browser.test_written import SCRIPT, SETTINGS, VISIT, ask, keep
from tests.commands import add, home_of, serving
from tests.http.conftest import write_articles

FIRST, SECOND = "When does the lantern walk close?", "Where can I park?"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server whose levels a script serves."""
    root = tmp_path_factory.mktemp("asker")
    folder, home = write_articles(root / "articles"), home_of(root, SETTINGS, SCRIPT)
    (folder / "visit.md").write_text(VISIT, encoding="utf-8")
    add(home, folder, desk="walks")
    with serving(home) as server:
        yield server.address


def answered(page: Page, count: int) -> None:
    expect(page.locator(".card:not(.waiting)")).to_have_count(count, timeout=15_000)


def menu(page: Page, words: str) -> None:
    """Choose from the menu of the last answer."""
    page.locator(".acts .more > summary").last.click()
    page.locator(".acts .more[open] a", has_text=words).click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_conversation_from_beginning_to_end(browser: Browser, desk: str, script: bool) -> None:
    with opened(browser, "phone", script=script) as page:
        page.goto(desk)
        ask(page, FIRST)
        answered(page, 1)
        ask(page, SECOND)
        answered(page, 2)
        page.locator("a[href='/history']").click()
        expect(page.locator(".talks a")).to_have_text([FIRST])
        keep(page, f"asker-{script}-history")
        page.locator(".talks a").click()
        expect(page.locator(".turn")).to_have_count(2)
        ask(page, "Who admires the lantern walk?")
        answered(page, 3)
        page.goto(f"{desk}/history")
        expect(page.locator(".about").first).to_contain_text("3 questions")
        page.locator("[name=find]").fill("south bridge")
        page.keyboard.press("Enter")
        expect(page.locator(".talks mark").first).to_be_visible()
        page.locator(".talks a").click()
        rename(page, "Lanterns")
        keep(page, f"asker-{script}-conversation")
        with page.expect_download() as download:
            page.get_by_text("Export as Markdown").click()
        assert FIRST in download.value.path().read_text(encoding="utf-8")
        page.get_by_text("Delete…").click()
        page.get_by_text("Delete this conversation").click()
        expect(page.locator(".empty")).to_be_visible()
        expect(page.locator(".talks")).to_have_count(0)


def rename(page: Page, title: str) -> None:
    page.locator(".bar .more > summary").click()
    page.get_by_label("Name").fill(title)
    page.get_by_text("Save").click()
    expect(page.locator(".bar h1")).to_have_text(title)
    page.locator(".bar .more > summary").click()
    assert not is_wide(page)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_asking_again_in_another_way(browser: Browser, desk: str, script: bool) -> None:
    with opened(browser, "phone", script=script) as page:
        page.goto(desk)
        ask(page, FIRST)
        answered(page, 1)
        menu(page, "Ask again: Quote")
        answered(page, 2)
        expect(page.locator(".level").last).to_have_text("Quote")
        menu(page, "Edit the question")
        expect(page.locator("textarea")).to_have_value(FIRST)
        expect(page.locator(".turn")).to_have_count(2)
        page.locator(".thumbs .no").last.click()
        expect(page.locator(".thumbs .no").last).to_have_attribute("aria-pressed", "true")
        page.reload()
        expect(page.locator(".thumbs .no").last).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".turn")).to_have_count(2)


def test_the_switch_is_remembered(browser: Browser, desk: str) -> None:
    with opened(browser) as page:
        page.goto(desk)
        ask(page, FIRST, deep=True)
        answered(page, 1)
        page.goto(f"{desk}/d/walks")
        expect(page.locator(".depth [type=checkbox]")).to_be_checked()
        ask(page, SECOND, deep=True)  # the click takes it back
        answered(page, 1)
        page.goto(f"{desk}/search")
        expect(page.locator(".depth [type=checkbox]")).not_to_be_checked()


def test_the_sentence_behind_a_number(browser: Browser, desk: str) -> None:
    with opened(browser) as page:
        page.goto(desk)
        ask(page, FIRST, deep=True)
        answered(page, 1)
        ref, sheet = page.locator("a.ref").first, page.locator(".sheet")
        ref.hover()
        expect(sheet.locator("mark")).to_contain_text("closes on the seventeenth")
        expect(sheet).to_contain_text("Riddles hang on every lantern")  # the paragraph around
        for part in ("Lin Mei", "2026-02-26", "Supports this sentence", "The lantern walk"):
            expect(sheet).to_contain_text(part)
        sheet.hover()
        page.wait_for_timeout(400)  # what is hovered stays
        expect(sheet).to_be_visible()
        page.mouse.move(5, 400)
        expect(sheet).to_be_hidden()
        # By keyboard: Enter opens and moves in, Escape closes and goes back.
        ref.focus()
        page.keyboard.press("Enter")
        expect(sheet).to_be_focused()
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        expect(ref).to_be_focused()
        ref.click()
        sheet.get_by_text("Open in the article").click()
        expect(page.locator("#s")).to_be_in_viewport()


def test_what_a_screen_reader_hears(browser: Browser, desk: str) -> None:
    """Sentences as they come, then that the answer is there; nothing twice."""
    with opened(browser) as page:
        page.goto(desk)
        page.evaluate(
            """() => { window.heard = []; new MutationObserver((list) => {
                for (const change of list) for (const node of change.addedNodes)
                    window.heard.push(node.textContent);
            }).observe(document.getElementById("live"), { childList: true }); }"""
        )
        ask(page, "Where do the riddles hang?")
        answered(page, 1)
        heard = page.evaluate("window.heard")
        assert len(heard) == 3
        assert "Riddles hang on every lantern" in heard[0]
        assert "paper fan" in heard[1]
        assert heard[2].startswith("Answered with")


def test_copying_with_sources(browser: Browser, desk: str) -> None:
    with opened(browser) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(desk)
        ask(page, FIRST, deep=True)
        answered(page, 1)
        page.locator("[data-act=copy]").last.click()
        expect(page.locator(".told")).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert "closes on the seventeenth. [1]" in copied
        assert "(not in the articles)" in copied
        assert re.search(r"\[1\] The lantern walk opens .*\n— The lantern walk http", copied)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_finding_without_asking(browser: Browser, desk: str, script: bool) -> None:
    with opened(browser, "phone", script=script) as page:
        page.goto(desk)
        page.locator("a.place").first.click()
        page.locator(".seek input").fill("lantern")
        page.keyboard.press("Enter")
        hit = page.locator(".hits li").first
        expect(hit).to_contain_text("lantern walk opens")
        page.get_by_text("Filter").click()
        page.locator("[name=until]").fill("2026-01-31")
        page.locator(".seek button").click()
        expect(page.locator(".empty, .hits")).not_to_contain_text("The lantern walk")
        page.locator("[name=until]").fill("2026-12-31")
        page.locator(".seek button").click()
        expect(page).to_have_url(re.compile("until=2026-12-31"))
        expect(page.locator(".hits .title").first).to_be_visible()
        keep(page, f"asker-{script}-find")
        page.locator(".hits .title").first.click()
        expect(page.locator("#s")).to_contain_text("lantern")


def test_the_history_on_a_second_device(browser: Browser, desk: str) -> None:
    with opened(browser, "phone") as one, opened(browser) as two:
        one.goto(desk)
        ask(one, FIRST)
        answered(one, 1)
        one.goto(f"{desk}/history/move")
        one.get_by_text("Make the link").click()
        expect(one.locator("svg.code")).to_be_visible()
        keep(one, "asker-move")
        two.goto(one.locator(".address").inner_text())
        two.get_by_text("Show my conversations here").click()
        expect(two.locator(".talks a")).to_have_text([FIRST])


def test_it_is_an_app(browser: Browser, desk: str) -> None:
    """The service worker answers where the server cannot be reached, and keeps no answer."""
    with opened(browser, "phone") as page:
        page.goto(desk)
        manifest = page.evaluate("fetch('/manifest.webmanifest').then((r) => r.json())")
        assert manifest["name"] == "walks"
        for one in manifest["icons"]:
            assert page.request.get(f"{desk}{one['src']}").ok
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        kept = page.evaluate(
            "caches.keys().then((names) => caches.open(names[0])).then((c) => c.keys())"
            ".then((all) => all.map((one) => new URL(one.url).pathname))"
        )
        assert "/offline" in kept
        assert all(path == "/offline" or path.startswith("/static/") for path in kept)
        page.reload()
        page.context.set_offline(True)
        page.goto(f"{desk}/history")
        expect(page.locator("h1")).to_have_text("No connection")
        page.context.set_offline(False)
        page.get_by_text("Try again").click()
        expect(page.locator("textarea")).to_be_visible()


WECHAT = (
    "Mozilla/5.0 (Linux; Android 13; V2244A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240501 MicroMessenger/8.0.49"
)


def test_in_an_app_browser_that_has_less(browser: Browser, desk: str) -> None:
    """WeChat's browser: no popovers, no sharing, no clipboard, no worker; nothing is missing."""
    context = browser.new_context(user_agent=WECHAT, viewport={"width": 390, "height": 844})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(
        "delete HTMLElement.prototype.popover; delete HTMLElement.prototype.showPopover;"
        "delete HTMLElement.prototype.hidePopover; delete Navigator.prototype.share;"
        "delete Navigator.prototype.clipboard; delete Navigator.prototype.serviceWorker;"
        "delete window.webkitSpeechRecognition; delete window.SpeechRecognition;"
    )
    page.goto(desk)
    assert page.locator(".voice").is_hidden()
    ask(page, FIRST)
    answered(page, 1)
    page.locator("a.ref").first.click()
    expect(page.locator(".sheet mark")).to_be_visible()
    page.locator(".sheet .shut").click()
    expect(page.locator(".sheet")).to_be_hidden()
    page.locator("[data-act=copy]").last.click()
    expect(page.locator(".told")).to_have_text("Copied")
    assert said == []
    context.close()


WORDS = {
    "en": (FIRST, "How much is a ticket for the paper museum?", "lantern"),
    "zh": ("老茶厂有多少个车位？", "院子几点开门？", "车位"),
}
SEEN = [
    ("phone", "light", "en"),
    ("phone", "dark", "zh"),
    ("desktop", "light", "zh"),
    ("desktop", "dark", "en"),
]


@pytest.mark.parametrize(("size", "scheme", "lang"), SEEN)
def test_every_page_fits(browser: Browser, desk: str, size: str, scheme: str, lang: str) -> None:
    """Pictures of every page to be looked at; nothing sticks out sideways."""
    first, second, words = WORDS[lang]

    def seen(name: str) -> None:
        assert not is_wide(page), name
        keep(page, f"asker-{size}-{scheme}-{lang}-{name}")

    with opened(browser, size, scheme, lang) as page:
        page.emulate_media(reduced_motion="reduce")
        page.goto(desk)
        for _ in range(20):  # the first page waits for examples only shortly; the next one has them
            if page.locator(".examples a").count():
                break
            page.wait_for_timeout(500)
            page.reload()
        expect(page.locator(".examples a").first).to_be_visible()
        seen("welcome")
        ask(page, first, deep=True)
        answered(page, 1)
        ask(page, second)
        answered(page, 2)
        seen("thread")
        page.locator("a.ref").first.click()
        expect(page.locator(".sheet mark")).to_be_visible()
        seen("source")
        page.keyboard.press("Escape")
        page.locator(".acts .more > summary").first.click()
        seen("menu")
        page.goto(f"{desk}/history")
        seen("history")
        page.locator(".talks a").first.click()
        page.locator(".bar .more > summary").click()
        seen("conversation")
        page.goto(f"{desk}/search?find={words}")
        page.locator("[role=search] summary").click()
        seen("search")
        page.locator(".hits .title").first.click()
        expect(page.locator("#s")).to_be_in_viewport()
        seen("article")
        page.goto(f"{desk}/offline")
        seen("offline")


def test_closing_the_page_is_not_stopping(browser: Browser, desk: str) -> None:
    """The answer is written on, and is there at the next visit."""
    with opened(browser, "phone") as page:
        page.goto(desk)
        turn = ask(page, "On which lanterns do riddles hang here?")
        expect(turn.locator(".card.waiting .says")).to_contain_text("Riddles hang")
        page.goto(f"{desk}/history")
        page.locator(".talks a").first.click()
        look = page.get_by_text("See whether it is being answered")
        if look.is_visible():
            look.click()
        expect(page.locator(".says").last).to_contain_text("paper fan", timeout=15_000)


def test_a_broken_connection_is_mended(browser: Browser, desk: str) -> None:
    with opened(browser, "phone") as page:
        # The stream breaks off behind the first sentence, as when a phone shows another app.
        page.add_init_script(
            """const real = window.fetch;
            window.fetch = async (address, given) => {
              const response = await real(address, given);
              if (given?.method !== "POST" || !response.body) return response;
              const reader = response.body.getReader();
              let count = 0;
              const body = new ReadableStream({ async pull(out) {
                const { done, value } = await reader.read();
                if (done) return out.close();
                out.enqueue(value);
                if (new TextDecoder().decode(value).includes("event: text")) count += 1;
                if (count) { await reader.cancel(); out.error(new TypeError("gone")); }
              } });
              return new Response(body, response);
            };"""
        )
        page.goto(desk)
        turn = ask(page, "Along which bridge do riddle lanterns hang?")
        card = turn.locator(".card:not(.waiting)")
        expect(card.locator(".says")).to_contain_text("paper fan", timeout=20_000)
        expect(page.locator(".send")).to_have_attribute("aria-label", "Send")
        page.wait_for_url(re.compile(r"\ba=an_"))
