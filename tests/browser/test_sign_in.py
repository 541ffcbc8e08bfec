"""Signing in with an account elsewhere and out again, in a browser, as an asker and as an
operator; axe-core finds nothing on the pages of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import test_access
from tests.browser.test_access import found, wide
from tests.commands import add, home_of, serving
from tests.http.conftest import write_articles
from tests.http.provider import CLIENT, SECRET, Provider, running

pytest.importorskip("jwt", reason="the extra oidc is not installed")

script = test_access.script

SHOTS = Path(__file__).parents[2] / "build" / "screenshots"
SETTINGS = """
default_desk = "walks"

[oidc]
issuer = "{issuer}"
client_id = "{client}"
client_secret = "env:SIGN_IN"
title = "Lantern ID"
role_claim = "roles"
owner = ["bosses"]
"""


@dataclass(frozen=True)
class Place:
    """A server and its provider of accounts."""

    address: str
    provider: Provider


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("accounts")
    with running() as provider:
        home = home_of(root, SETTINGS.format(issuer=provider.issuer, client=CLIENT))
        add(home, write_articles(root / "articles"), desk="walks")
        with serving(home, SIGN_IN=SECRET) as server:
            yield Place(server.address, provider)


@pytest.fixture(autouse=True)
def usual(place: Place) -> None:
    """The provider offers both a place to ask and one to sign out."""
    provider = place.provider
    key = provider.key  # the server knows it by now
    provider.reset()
    provider.key, provider.published = key, [key]
    provider.allowed = {f"{place.address}/sign-in/back"}
    provider.about = {
        "userinfo_endpoint": f"{provider.issuer}/userinfo",
        "end_session_endpoint": f"{provider.issuer}/end",
    }


@contextmanager
def visiting(browser: Browser, *, is_scripted: bool = True) -> Iterator[Page]:
    """A phone whose pages complain of nothing but what is refused."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="en-GB", java_script_enabled=is_scripted
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert [each for each in said if "403 (Forbidden)" not in each] == []
    context.close()


def looked_at(page: Page, script: str, name: str) -> None:
    """Axe finds nothing, nothing sticks out; a picture is kept."""
    assert found(page, script) == []
    assert wide(page) == []
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"sign-in-{name}.png", full_page=True)


def test_an_asker(browser: Browser, place: Place, script: str) -> None:
    with visiting(browser) as page:
        page.goto(f"{place.address}/?q=When+does+the+lantern+walk+close%3F")
        page.goto(f"{place.address}/history")
        looked_at(page, script, "asker-before")
        page.get_by_role("link", name="Sign in with Lantern ID").click()
        expect(page).to_have_url(f"{place.address}/history")
        expect(page.locator(".account")).to_contain_text("You are signed in with Lantern ID")
        expect(page.locator(".talks a")).to_have_text("When does the lantern walk close?")
        looked_at(page, script, "asker-in")
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(f"{place.address}/history?out=1")
        expect(page.locator(".talks a")).to_have_count(0)
        looked_at(page, script, "asker-out")
        page.get_by_role("link", name="Sign out of Lantern ID").click()
        expect(page.locator("h1")).to_have_text("Sign out of Lantern ID?")


def test_an_asker_without_scripts(browser: Browser, place: Place) -> None:
    with visiting(browser, is_scripted=False) as page:
        page.goto(f"{place.address}/history")
        page.get_by_role("link", name="Sign in with Lantern ID").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("link", name="Sign out of Lantern ID").click()
        expect(page.locator("h1")).to_have_text("Sign out of Lantern ID?")


def test_an_account_that_is_not_released(browser: Browser, place: Place, script: str) -> None:
    place.provider.refuses = "access_denied"
    with visiting(browser) as page:
        page.goto(f"{place.address}/history")
        page.get_by_role("link", name="Sign in with Lantern ID").click()
        expect(page.locator("main")).to_contain_text("Nothing has changed")
        looked_at(page, script, "refused")


def test_an_operator(browser: Browser, place: Place, script: str) -> None:
    """The role is told beside the token, at the userinfo address."""
    place.provider.person = {"sub": "mei", "name": "林 Mei"}
    place.provider.tells = {"roles": ["bosses"]}
    with visiting(browser) as page:
        page.goto(f"{place.address}/console")
        looked_at(page, script, "operator-before")
        page.get_by_role("link", name="Sign in with Lantern ID").click()
        expect(page.locator("h1")).to_have_text("Today")
        page.locator(".menu summary").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(f"{place.address}/console/sign-in?out=1")
        looked_at(page, script, "operator-out")
        page.get_by_role("link", name="Sign out of Lantern ID").click()
        expect(page.locator("h1")).to_have_text("Sign out of Lantern ID?")
