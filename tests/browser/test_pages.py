"""The ask page in a real browser: phone and desktop, light and dark, English and Chinese."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

SIZES = {"phone": (390, 844), "desktop": (1280, 860)}
QUESTIONS = {"en": "When does the lantern walk close?", "zh": "老茶厂有多少个车位？"}
QUOTED = {"en": "closes on the seventeenth", "zh": "十二个车位"}

LOOKS = list(product(SIZES, ("light", "dark"), ("en", "zh")))
PAIRED = [look for n, look in enumerate(LOOKS) if n in (0, 3, 5, 6)]
"""Half of them: any two of size, scheme and language meet in one."""


def awaited(message: ConsoleMessage) -> bool:
    """Whether the browser complains of an answer that is not stored yet: the page of who stops
    asks for it until it is."""
    return "404" in message.text and "/a/q_" in message.location["url"]


@contextmanager
def opened(
    browser: Browser,
    size: str = "desktop",
    scheme: str = "light",
    lang: str = "en",
    script: bool = True,
) -> Iterator[Page]:
    """A page that fails the test when its console complains or it asks another host."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale={"en": "en-GB", "zh": "zh-CN"}[lang],
        java_script_enabled=script,
    )
    page = context.new_page()
    said: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: None if awaited(message) else said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    yield page
    assert said == []
    assert len(hosts) == 1
    context.close()


def is_wide(page: Page) -> bool:
    """Whether anything sticks out sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize(("size", "scheme", "lang"), LOOKS)
def test_ask_and_open_the_sentence(
    browser: Browser, site: str, size: str, scheme: str, lang: str
) -> None:
    with opened(browser, size, scheme, lang) as page:
        page.goto(site)
        assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-Hans"}[lang]
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 20, 18)"
        assert dark == (scheme == "dark")
        page.locator("textarea").fill(QUESTIONS[lang])
        page.keyboard.press("Enter")
        quote = page.locator(".card:not(.waiting) .quote").first
        expect(quote).to_contain_text(QUOTED[lang])
        assert quote.locator("mark").count() > 0
        assert page.locator(".asked").inner_text().strip() == QUESTIONS[lang]
        assert not is_wide(page)
        quote.locator(".title").click()
        hit = page.locator("#s")
        expect(hit).to_be_in_viewport()
        expect(hit).to_contain_text(QUOTED[lang])
        assert not is_wide(page)
        page.locator(".back").click()
        expect(page.locator(".quote").first).to_contain_text(QUOTED[lang])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_works_without_scripts(browser: Browser, site: str, lang: str) -> None:
    with opened(browser, "phone", lang=lang, script=False) as page:
        page.goto(site)
        page.locator("textarea").fill(QUESTIONS[lang])
        page.locator(".send").click()
        expect(page.locator(".quote").first).to_contain_text(QUOTED[lang])
        page.locator("textarea").fill("Where can I park? 停车")
        page.locator(".send").click()
        assert page.locator(".turn").count() == 2
        expect(page.locator("#last")).to_be_in_viewport()
        assert page.locator("[data-act]").first.is_hidden()
        page.locator(".quote .title").first.click()
        expect(page.locator("#s")).to_be_in_viewport()


def test_the_thread_survives_reload_and_the_way_back(browser: Browser, site: str) -> None:
    with opened(browser) as page:
        page.goto(site)
        for number, question in enumerate((QUESTIONS["en"], QUESTIONS["zh"]), 1):
            page.locator("textarea").fill(question)
            page.locator(".send").click()
            expect(page.locator(".card:not(.waiting)")).to_have_count(number)
        expect(page.locator("#live")).not_to_be_empty()
        page.reload()
        expect(page.locator(".card")).to_have_count(2)
        page.locator(".quote .title").first.click()
        page.go_back()
        expect(page.locator(".card")).to_have_count(2)


def test_keys(browser: Browser, site: str) -> None:
    """Shift+Enter breaks the line, and Enter that an input method uses does not send."""
    with opened(browser) as page:
        page.goto(site)
        box = page.locator("textarea")
        box.fill("one")
        box.press("Shift+Enter")
        assert box.input_value() == "one\n"
        box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
        assert page.locator(".turn").count() == 0
        box.fill("   ")
        box.press("Enter")
        assert page.locator(".turn").count() == 0


def test_what_is_not_in_the_articles(browser: Browser, site: str) -> None:
    with opened(browser, "phone") as page:
        page.goto(site)
        page.locator("textarea").fill("What is the boiling point of tungsten?")
        page.locator(".send").click()
        expect(page.locator(".card.none")).to_contain_text("do not answer this")


def test_the_card_takes_the_place_of_its_pieces(browser: Browser, site: str) -> None:
    """Nothing jumps when the finished card replaces what streamed in."""
    with opened(browser) as page:
        page.goto(site)
        page.evaluate(
            """() => { window.shift = 0; new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) window.shift += entry.value;
            }).observe({ type: "layout-shift", buffered: true }); }"""
        )
        page.locator("textarea").fill(QUESTIONS["en"])
        page.keyboard.press("Enter")
        expect(page.locator(".card:not(.waiting) .quote").first).to_be_visible()
        page.wait_for_timeout(300)
        assert page.evaluate("window.shift") < 0.1


def test_hostile_articles_stay_text(browser: Browser, site: str) -> None:
    with opened(browser) as page:
        page.goto(f"{site}/?q=When+does+the+walrus+sing%3F")
        expect(page.locator(".quote").first).to_contain_text("<img src=x onerror=alert(2)>")
        page.locator(".quote .title").first.click()
        expect(page.locator("h1")).to_have_text("<script>alert(1)</script> & “friends”")
        assert page.locator("a[href^=javascript]").count() == 0


def test_copying(browser: Browser, site: str) -> None:
    with opened(browser) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{site}/?q=When+does+the+lantern+walk+close%3F")
        page.locator("[data-act=copy]").click()
        expect(page.locator(".told")).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert "closes on the seventeenth" in copied
        assert "/articles/" in copied
