"""Everybody can use the asker's pages: axe-core finds nothing on any of them, light and dark; all
can be reached by keyboard; large text and calm motion work. WCAG 2.2, level AA."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import test_asker
from tests.browser.test_asker import FIRST, SECOND, answered
from tests.browser.test_pages import opened
from tests.browser.test_written import ask

desk = test_asker.desk

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}

PAGES = (
    "/",
    "/history",
    "/history?find=lantern",
    "/history?find=walrus",
    "/history/move",
    "/history/join/m_x",
    "/search",
    "/search?find=lantern&until=2026-12-31",
    "/search?find=zzzz",
    "/offline",
    "/nowhere",
    "/d/walks?q=What+is+the+boiling+point+of+tungsten%3F",
)


@pytest.fixture(scope="module")
def script() -> str:
    """The text of axe-core."""
    base = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python")
    return str(base.AXE_SCRIPT)


@pytest.fixture(scope="module")
def page(browser: Browser, desk: str) -> Iterator[Page]:
    """A phone whose reader has a conversation with a deep answer."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    shown = context.new_page()
    shown.goto(desk)
    ask(shown, FIRST, deep=True)
    answered(shown, 1)
    ask(shown, SECOND)
    answered(shown, 2)
    yield shown
    context.close()


def found(page: Page, script: str) -> list[str]:
    """What axe-core finds, in light and, of colours, in dark."""
    page.evaluate(script)
    rows = []
    for scheme, rules in (("light", RULES), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)
        for one in page.evaluate("(rules) => axe.run(rules)", rules)["violations"]:
            nodes = [node["html"][:160] for node in one["nodes"]]
            rows.append(f"{scheme} {page.url}: {one['id']} {nodes}")
    page.emulate_media(color_scheme="light")
    return rows


def test_axe_finds_nothing_where_one_asks(page: Page, desk: str, script: str) -> None:
    """The thread with its folded parts open, the sentence behind a number, and the menus."""
    page.locator(".thinking summary").first.click()
    page.locator(".sources summary").first.click()
    assert found(page, script) == []
    page.locator("a.ref").first.click()
    expect(page.locator(".sheet mark")).to_be_visible()
    assert found(page, script) == []
    page.locator(".sheet .title").click()
    expect(page.locator("#s")).to_be_visible()
    assert found(page, script) == []
    page.goto(f"{desk}/history")
    page.locator(".talks a").first.click()
    page.locator(".bar .more > summary").click()
    page.locator(".sure summary").click()
    assert found(page, script) == []


def test_axe_finds_nothing_on_any_page(page: Page, desk: str, script: str) -> None:
    rows = []
    for path in PAGES:
        page.goto(f"{desk}{path}")
        if path == "/history/move":
            page.locator("button.chip").click()
            expect(page.locator("svg.code")).to_be_visible()
        rows += found(page, script)
    assert rows == []


def test_large_text_fits(page: Page, desk: str) -> None:
    """Text of twice the size needs no scrolling sideways on a phone, and hides no control."""
    for path in ("/", "/history", "/search?find=lantern", "/history/move"):
        page.goto(f"{desk}{path}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert wide(page) == [], path
        for control in page.locator(".top a, .top summary, .composer button:visible").all():
            box = control.bounding_box()
            assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= 391), path


def wide(page: Page) -> list[str]:
    """What sticks out sideways."""
    return list(
        page.evaluate(
            """() => document.documentElement.scrollWidth <= innerWidth ? [] :
                [...document.querySelectorAll("body *")]
                    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
                    .map((one) => one.outerHTML.slice(0, 120))"""
        )
    )


def test_everything_is_reached_by_keyboard(page: Page, desk: str) -> None:
    page.goto(f"{desk}/history")
    page.locator(".talks a", has_text=FIRST).click()
    expect(page.locator(".turn")).to_have_count(2)
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(() => { const at = document.activeElement;"
                " return (at.className || at.name || at.tagName) + ''; })()"
            )
        )
    for name in ("ref", "yes", "no", "self", "send", "q"):
        assert name in reached, (name, reached)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_calm_motion(browser: Browser, desk: str) -> None:
    with opened(browser, "phone") as page:
        page.emulate_media(reduced_motion="reduce")
        page.goto(desk)
        ask(page, "Where do the riddles hang?")
        expect(page.locator(".card.waiting")).to_be_visible()
        assert page.evaluate("document.getAnimations().length") == 0
        answered(page, 1)
