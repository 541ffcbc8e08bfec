"""Shared answers in a real browser: read while they are written, with and without scripts, on
paper, and as a picture."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_pages import is_wide, opened
from tests.browser.test_written import ask
from tests.commands import SCRIPTED, add, home_of, serving
from tests.http.conftest import write_articles

SETTINGS = (
    SCRIPTED
    + """
[writing]
reuse = false
"""
)
SCRIPT = """
[[answer]]
match = "riddle"
thinking = "Only the asker reads this."
text = '''
Riddles hang on every lantern along the south bridge [1.2].
Whoever solves one gets a paper fan [1.3].'''
first = 0.3
per_second = 8
"""
QUESTION = "What does whoever solves a riddle get?"
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server whose model writes slowly."""
    root = tmp_path_factory.mktemp("share")
    folder, home = write_articles(root / "articles"), home_of(root, SETTINGS, SCRIPT)
    SHOTS.mkdir(parents=True, exist_ok=True)
    add(home, folder, desk="walks")
    with serving(home) as server:
        yield server.address


def asking(page: Page, desk: str) -> str:
    """Begin a question; the address of its answer, which is being written."""
    page.goto(desk)
    turn = ask(page, QUESTION)
    expect(turn.locator(".says")).to_contain_text("Riddles hang")
    return f"{desk}/a/{turn.get_attribute('data-question')}"


def test_others_read_along_while_it_is_written(browser: Browser, desk: str) -> None:
    with opened(browser) as asker, opened(browser, "phone") as other:
        link = asking(asker, desk)
        other.goto(link)
        card = other.locator(".card")
        expect(card).to_have_attribute("aria-busy", "true")
        # What was written so far is there at once, the rest comes by itself.
        expect(card.locator(".says")).to_contain_text("Riddles hang")
        expect(card.locator(".says")).not_to_contain_text("paper fan")
        other.screenshot(path=SHOTS / "share-live.png")
        expect(card.locator(".says")).to_contain_text("paper fan")
        expect(other.locator(".card .sources")).to_be_visible()
        expect(other.locator(".card .ref").first).to_have_attribute("href", re.compile("^#an_"))
        other.wait_for_url(re.compile("/a/an_"))
        expect(other.locator("#live")).to_contain_text("paper fan")
        assert "Only the asker" not in other.content()
        assert not is_wide(other)
        assert other.locator("[data-act=share]").is_visible()


def test_without_scripts_the_page_comes_again(browser: Browser, desk: str) -> None:
    with opened(browser) as asker, opened(browser, "phone", script=False) as other:
        other.goto(asking(asker, desk))
        expect(other.locator(".says")).to_contain_text("Riddles hang")
        expect(other.locator(".sources")).to_be_attached(timeout=10_000)
        expect(other.locator(".says")).to_contain_text("paper fan")


def test_it_goes_on_for_others_when_the_asker_leaves(browser: Browser, desk: str) -> None:
    with opened(browser, "phone") as other:
        with opened(browser) as asker:
            other.goto(asking(asker, desk))
            expect(other.locator(".says")).to_contain_text("Riddles hang")
        expect(other.locator(".card .sources")).to_be_visible(timeout=10_000)
        expect(other.locator(".says")).to_contain_text("paper fan")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_paper(browser: Browser, desk: str, lang: str) -> None:
    question = {"en": "When+does+the+lantern+walk+close", "zh": "老茶厂有多少个车位"}[lang]
    with opened(browser, lang=lang) as page:
        page.goto(f"{desk}/?q={question}")
        page.goto(desk + (page.locator(".self").get_attribute("href") or ""))
        assert page.locator(".printed").is_hidden()
        page.emulate_media(media="print")
        printed = page.locator(".printed")
        expect(printed).to_be_visible()
        assert "/articles/" in printed.inner_text()
        for hidden in (".top", ".composer", ".acts"):
            assert page.locator(hidden).first.is_hidden()
        page.screenshot(path=SHOTS / f"share-print-{lang}.png", full_page=True)
        assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_picture_is_a_click_away(browser: Browser, desk: str) -> None:
    pytest.importorskip("PIL", reason="needs the extra card")
    with opened(browser, "phone") as page:
        page.goto(f"{desk}/?q=When+does+the+lantern+walk+close%3F")
        link = page.locator(".acts .image")
        expect(link).to_have_text("Picture")
        drawn = page.request.get(desk + (link.get_attribute("href") or ""))
        assert drawn.headers["content-type"] == "image/png"
        (SHOTS / "share-card.png").write_bytes(drawn.body())
        page.screenshot(path=SHOTS / "share-acts.png")
