"""A better answer that comes later, in a real browser: in place on the open page, and at the
next visit; with and without JavaScript."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_pages import opened
from tests.browser.test_written import ask
from tests.commands import add, home_of, serving
from tests.fakes.deepseek import FakeDeepSeek, Serving
from tests.http.conftest import write_articles

SETTINGS = """
[models.flash]
kind = "deepseek"
model = "deepseek-flash"
base_url = "{address}"
api_key = "sk-test"

[levels]
quick = ["flash"]

[writing]
reuse = false
"""
WAITING = re.compile(r"A better answer \(Quick\) is on its way: place \d+, about \d+ (s|min)\.")
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"


@pytest.fixture(scope="module")
def endpoint() -> FakeDeepSeek:
    return FakeDeepSeek()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, endpoint: FakeDeepSeek) -> Iterator[str]:
    """The address of a real server whose model can be down."""
    root = tmp_path_factory.mktemp("late")
    folder = write_articles(root / "articles")
    with Serving(endpoint.app()) as model:
        home = home_of(root, SETTINGS.format(address=model.address))
        add(home, folder, desk="walks")
        with serving(home) as server:
            yield server.address


@pytest.fixture(autouse=True)
def down(endpoint: FakeDeepSeek) -> Iterator[None]:
    """The model is down when a test begins."""
    endpoint.faults[:] = ["503"] * 1_000
    yield
    endpoint.faults.clear()


@pytest.fixture
def page(browser: Browser, desk: str) -> Iterator[Page]:
    shown = browser.new_page(locale="en-GB", viewport={"width": 390, "height": 844})
    shown.goto(desk)
    yield shown
    shown.context.close()


def address_of(page: Page) -> str:
    """The id that the page's address names."""
    page.wait_for_url(re.compile(r"\ba=an_"))
    return page.url.rpartition("a=")[2]


def test_the_better_answer_takes_the_place_of_the_quotes(
    page: Page, endpoint: FakeDeepSeek
) -> None:
    turn = ask(page, "When does the lantern walk close?")
    notice = turn.locator(".pending")
    expect(notice).to_contain_text(WAITING)
    expect(turn.locator(".quote").first).to_contain_text("closes on the seventeenth")
    expect(turn.locator(".level")).to_have_text("Quote")
    quotes = address_of(page)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "late-waiting.png")
    endpoint.faults.clear()
    expect(turn.locator(".level")).to_have_text("Quick", timeout=30_000)
    expect(turn.locator(".says")).to_contain_text("seventeenth")
    expect(turn.locator(".notice")).to_have_count(0)
    expect(page.locator("#live")).to_contain_text("seventeenth")
    better = address_of(page)
    assert better != quotes
    page.screenshot(path=SHOTS / "late-arrived.png")
    page.reload()
    expect(page.locator(".card")).to_have_attribute("id", better)
    # The address that was shared while it waited leads to the better answer too.
    page.goto(page.url.partition("?")[0] + f"a/{quotes}")
    expect(page.locator(".card")).to_have_attribute("id", better)


def test_who_comes_back_later_finds_the_better_answer(
    browser: Browser, desk: str, page: Page, endpoint: FakeDeepSeek
) -> None:
    turn = ask(page, "Where do the riddles hang?")
    expect(turn.locator(".pending")).to_contain_text(WAITING)
    address_of(page)
    left = page.url
    page.goto("about:blank")
    endpoint.faults.clear()
    page.wait_for_timeout(8_000)  # nobody looks while it is written
    page.goto(left)
    expect(page.locator(".level")).to_have_text("Quick", timeout=30_000)
    expect(page.locator(".says")).to_contain_text("riddle", ignore_case=True)


def test_the_wait_can_be_ended(page: Page, endpoint: FakeDeepSeek) -> None:
    turn = ask(page, "How many parking places does the old tea factory have?")
    expect(turn.locator(".pending")).to_be_visible()
    turn.get_by_role("button", name="Don’t wait").click()
    expect(turn.locator(".pending")).to_have_count(0)
    expect(turn.locator(".quote").first).to_contain_text("twelve parking places")
    endpoint.faults.clear()
    page.wait_for_timeout(2_500)
    page.reload()
    expect(page.locator(".level")).to_have_text("Quote")


@pytest.mark.parametrize(("size", "lang"), [("phone", "en"), ("phone", "zh"), ("desktop", "zh")])
def test_the_notice_fits_and_works_without_scripts(
    browser: Browser, desk: str, size: str, lang: str, endpoint: FakeDeepSeek
) -> None:
    with opened(browser, size, lang=lang, script=False) as shown:
        shown.goto(f"{desk}/?q=What+does+whoever+solves+a+riddle+get%3F")
        notice = shown.locator(".pending")
        expect(notice).to_be_visible()
        box, width = notice.bounding_box(), shown.viewport_size
        assert box is not None
        assert width is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width["width"]
        assert box["height"] < 120
        notice.get_by_role("button").click()
        expect(shown.locator(".pending")).to_have_count(0)
        expect(shown.locator(".quote").first).to_be_visible()


def test_the_widget_waits_too(page: Page, desk: str, endpoint: FakeDeepSeek) -> None:
    page.goto(f"{desk}/widget")
    page.locator(".launcher").click()
    panel = page.get_by_role("dialog")
    panel.locator("textarea").fill("When does the lantern walk open?")
    panel.locator("textarea").press("Enter")
    expect(panel.locator(".wait")).to_contain_text(WAITING)
    expect(panel.locator(".level")).to_have_text("Quote")
    expect(panel.locator("blockquote").first).to_contain_text("opens on the thirteenth")
    page.reload()  # who comes back waits on
    expect(panel.locator(".wait")).to_contain_text(WAITING)
    endpoint.faults.clear()
    expect(panel.locator(".level")).to_have_text("Quick", timeout=30_000)
    expect(panel.locator(".wait")).to_have_count(0)
    expect(panel.locator(".hear")).not_to_be_empty()
    page.reload()
    expect(panel.locator(".level")).to_have_text("Quick")
