"""The console in a real browser: getting in, every page in every look, files dropped, an answer
pinned, gaps; with and without JavaScript; and nothing for axe to find."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_pages import SIZES, is_wide
from tests.commands import add, home_of, serving
from tests.fakes.deepseek import FakeDeepSeek, Serving
from tests.http.conftest import write_articles

SETTINGS = """
default_desk = "walks"

[models.script]
kind = "scripted"
model = "script.toml"
price = { currency = "CNY", hit = 0.02, miss = 1, output = 4 }

[levels]
quick = ["script"]

[desks.walks]
daily_budget = "¥1"

[wechat.acme]
app_id = "wx1"
token = "a-token-of-wechat"
"""
SCRIPT = """
[[answer]]
match = "close"
text = "The lantern walk closes on the seventeenth [1.1]. Painters from abroad admire it [1.1]."
"""
CLOSES = "When does the lantern walk close?"
ASKED = (CLOSES, CLOSES, "What does a boat ticket cost?", "How much is a ticket for the boat?",
         "船票多少钱？", "<img src=x onerror=alert(1)>")  # fmt: skip
SET_UP = "kind=wecom-app&go=1&name=help&desk=&corp_id=ww1&agent_id=1000002"
PAGES = ("", "/questions", "/questions?q=close&level=quick", "/gaps", "/sources?find=parking",
         "/costs", "/desk", "/models", "/models/script", "/models/new?kind=openai",
         "/channels", f"/channels/new?{SET_UP}", "/operators", "/keys",
         "/askers", "/log", "/password")  # fmt: skip
SECRET = "a lantern over the bridge"
SHOTS = Path(__file__).parents[2] / "build" / "screenshots" / "console"
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
BY_AXE = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .map((one) => one.id + ": " + one.nodes.map((node) => node.html).slice(0, 3).join(" | "))"""


@dataclass(frozen=True)
class Office:
    """A real server: its address, its home, and the cookies of its owner."""

    address: str
    home: Path
    state: Any


@pytest.fixture(scope="module")
def office(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server with questions asked, whose first operator came in by the printed link."""
    root = tmp_path_factory.mktemp("office")
    home = home_of(root, SETTINGS, SCRIPT)
    add(home, write_articles(root / "articles"), desk="walks")
    with serving(home) as server:
        assert server.process.stdout is not None
        link = server.process.stdout.readline().split(": ", 1)[1].strip()
        for words in ASKED:
            ask(server.address, words)
        yield Office(server.address, home, _joined(browser, link))


def _joined(browser: Browser, link: str) -> Any:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(link)
    for name, words in (("name", "林 Mei"), ("password", SECRET), ("again", SECRET)):
        page.locator(f"[name={name}]").fill(words)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Today")
    state = context.storage_state()
    context.close()
    return state


def ask(address: str, words: str) -> None:
    body = json.dumps({"question": words, "asker": "ann"}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/api/v1/answers", body, headers)
    with urllib.request.urlopen(request, timeout=20) as reply:
        assert reply.status == 200


@contextmanager
def signed_in(
    browser: Browser,
    office: Office,
    size: str = "desktop",
    scheme: str = "light",
    lang: str = "en",
    refused: int = 0,
    **more: Any,
) -> Iterator[Page]:
    """A page of the owner that fails the test when its console complains or it asks elsewhere; it
    complains of forms that are refused, so many."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale={"en": "en-GB", "zh": "zh-CN"}[lang],
        storage_state=office.state,
        **more,
    )
    page = context.new_page()
    said: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    yield page
    assert [each for each in said if "400 (Bad Request)" not in each] == []
    assert len(said) == refused
    assert len(hosts) == 1
    context.close()


LOOKS = [("desktop", "light", "en"), ("phone", "dark", "zh"), ("desktop", "dark", "zh")]


@pytest.mark.parametrize(("size", "scheme", "lang"), LOOKS)
def test_every_page(browser: Browser, office: Office, size: str, scheme: str, lang: str) -> None:
    """Nothing sticks out or complains; in the first two looks axe looks too."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    with_axe = (size, scheme, lang) in LOOKS[:2]
    with signed_in(browser, office, size, scheme, lang, bypass_csp=with_axe) as page:
        for path in PAGES:
            reply = page.goto(f"{office.address}/console{path}")
            assert reply is not None
            assert reply.status == 200, path
            if "level=quick" in path:
                page.locator("table a").first.click()
            assert not is_wide(page), path
            shot = f"{path.split('?')[0].strip('/') or 'today'}-{size}-{scheme}-{lang}.png"
            page.screenshot(path=SHOTS / shot.replace("/", "-"), full_page=True)
            if with_axe:
                page.evaluate(AXE)
                assert page.evaluate(BY_AXE) == [], path


def test_signing_out_and_in(browser: Browser, office: Office) -> None:
    with signed_in(browser, office) as page:
        page.goto(f"{office.address}/console/operators")
        page.locator(".title").wait_for()
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{office.address}/console/costs")
    page.locator("[name=name]").fill("林 mei")
    page.locator("[name=password]").fill(SECRET)
    page.locator("button.first").click()
    expect(page.locator("h1")).to_have_text("Costs")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("Sign in")
    page.goto(f"{office.address}/console")
    expect(page.locator("h1")).to_have_text("Sign in")
    context.close()


def test_files_are_dropped_and_become_articles(browser: Browser, office: Office) -> None:
    with signed_in(browser, office) as page:
        page.goto(f"{office.address}/console/sources")
        dropped = page.evaluate_handle(
            """() => { const data = new DataTransfer();
            data.items.add(new File(["# The moon cake\\n\\nIt costs nine coins at the gate.\\n"],
                "moon.md", {type: "text/markdown"}));
            return data; }"""
        )
        zone = page.locator(".drop")
        zone.dispatch_event("dragover", {"dataTransfer": dropped})
        expect(zone).to_have_class("drop over")
        zone.dispatch_event("drop", {"dataTransfer": dropped})
        expect(page.locator(".said")).to_contain_text("Added")
        row = page.locator(".rows li", has_text="Dropped files")
        expect(row).to_contain_text("1 new")  # it is drawn anew until the sync has ended
        row.locator("a").click()
        expect(page.locator("main")).to_contain_text("moon.md")
        page.locator(".title ~ .sheet-card").first.get_by_role("button", name="Remove").click()
        expect(page.locator("main")).to_contain_text("Answers are made without them")
        page.get_by_role("button", name="Remove").click()
        expect(page.locator(".said")).to_contain_text("removed")


def test_an_answer_is_pinned(browser: Browser, office: Office) -> None:
    with signed_in(browser, office) as page:
        page.goto(f"{office.address}/console/questions?q=close")
        page.locator("table a").last.click()
        page.get_by_role("button", name="Pin", exact=True).click()
        expect(page.locator(".said")).to_contain_text("pinned")
        expect(page.locator(".badges").first).to_contain_text("pinned")
        page.get_by_role("button", name="Let it serve again").click()
        expect(page.locator(".badges").first).to_contain_text("serves again")


def test_what_no_model_wrote_is_pinned(browser: Browser, office: Office) -> None:
    with signed_in(browser, office, "phone") as page:
        page.goto(f"{office.address}/console/questions?q=Ticket")
        page.locator("table a").first.click()
        page.get_by_role("button", name="Pin", exact=True).click()
        expect(page.locator(".said")).to_contain_text("pinned")
        page.get_by_role("button", name="Take the pin off").click()
        expect(page.locator(".said")).to_contain_text("The pin is off")


def test_a_desk_is_changed_and_changed_back(browser: Browser, office: Office) -> None:
    with signed_in(browser, office, "phone", refused=1, bypass_csp=True) as page:
        page.goto(f"{office.address}/console/desk")
        page.get_by_label("Name", exact=True).fill("Lantern desk")
        page.keyboard.press("Enter")  # saves: it takes nothing back
        expect(page.locator(".said")).to_contain_text("Saved")
        expect(page.locator("h1")).to_have_text("Lantern desk")
        assert not is_wide(page)
        page.get_by_label("Budget a day").fill("a lot")
        page.get_by_label("Budget a day").press("Enter")
        box = page.get_by_label("Budget a day")
        expect(box).to_have_value("a lot")
        expect(box).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#limits .wrong")).to_contain_text("daily_budget")
        page.screenshot(path=SHOTS / "desk-wrong-phone.png", full_page=True)
        page.evaluate(AXE)
        assert page.evaluate(BY_AXE) == []
        page.get_by_role("button", name="Take back to dengmi.toml: Name").click()
        expect(page.locator(".said")).to_contain_text("Taken back")
        expect(page.locator("h1")).to_have_text("walks")


def test_a_model_is_added_in_steps_tested_and_used(browser: Browser, office: Office) -> None:
    """First with an address that cannot be, then as it is; axe looks at the steps and the model."""
    with Serving(FakeDeepSeek(key="").app()) as endpoint:
        options = {"refused": 1, "bypass_csp": True}
        with signed_in(browser, office, "phone", **options) as page:
            page.goto(f"{office.address}/console/models")
            page.get_by_role("link", name="Another endpoint").click()
            page.get_by_label("Name", exact=True).fill("own")
            page.get_by_label("Address").fill("ftp://nowhere")
            page.get_by_label("Model", exact=True).fill("deepseek-flash")
            page.get_by_role("button", name="Add", exact=True).click()
            expect(page.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
            page.get_by_label("Address").fill(endpoint.address)
            page.get_by_label("Address").press("Enter")  # tests: it adds nothing
            expect(page.locator(".findings")).to_contain_text("missing or refused")
            expect(page.get_by_label("Name", exact=True)).to_have_value("own")
            assert not is_wide(page)
            page.evaluate(AXE)
            assert page.evaluate(BY_AXE) == []
            page.screenshot(path=SHOTS / "model-tested-phone.png", full_page=True)
            page.get_by_role("button", name="Add", exact=True).click()
            expect(page.locator(".said")).to_contain_text("Added")
            page.get_by_label("Deep", exact=True).check()
            page.get_by_role("button", name="Save").first.click()
            expect(page.locator("main")).to_contain_text("asked in this order: own")
            page.evaluate(AXE)
            assert page.evaluate(BY_AXE) == []
            page.screenshot(path=SHOTS / "model-phone.png", full_page=True)
            page.get_by_label("Deep", exact=True).uncheck()
            page.get_by_role("button", name="Save").first.click()
            expect(page.locator("main")).to_contain_text("asked in this order: –")
            page.get_by_role("button", name="Remove this model").click()
            page.get_by_role("button", name="Remove this model").click()
            expect(page.locator(".said")).to_contain_text("Removed")


def test_a_channel_is_set_up_and_tested(browser: Browser, office: Office) -> None:
    with signed_in(browser, office, refused=1, bypass_csp=True) as page:
        page.goto(f"{office.address}/console/channels")
        page.get_by_role("button", name="Test wechat.acme").click()
        expect(page.locator(".findings")).to_contain_text("server.public_url")
        page.screenshot(path=SHOTS / "channels-tested-desktop.png", full_page=True)
        page.evaluate(AXE)
        assert page.evaluate(BY_AXE) == []
        page.get_by_role("link", name="Matrix account").click()
        page.get_by_label("Name of your choice").fill("town")
        page.get_by_label("Homeserver").fill("https://matrix.example.org")
        page.get_by_label("Account", exact=True).fill("town")
        page.get_by_role("button", name="Go on").click()
        expect(page.locator(".wrong")).to_contain_text("user")
        page.get_by_label("Account", exact=True).fill("@town:example.org")
        page.get_by_role("button", name="Go on").click()
        expect(page.locator(".guide")).to_contain_text("env:MATRIX_TOWN_TOKEN")


def test_gaps_are_topics(browser: Browser, office: Office) -> None:
    with signed_in(browser, office, "phone") as page:
        page.goto(f"{office.address}/console/gaps")
        topic = page.locator(".cluster", has_text="boat").first
        expect(topic.locator(".count")).to_have_text("2×")
        topic.locator("summary").click()
        expect(topic.locator("li")).to_have_count(2)
        topic.locator("li a").first.click()
        expect(page.locator("h1")).to_contain_text("boat")


def test_today_is_drawn_anew(browser: Browser, office: Office) -> None:
    with signed_in(browser, office) as page:
        page.clock.install()
        page.goto(f"{office.address}/console")
        count = page.locator(".tiles b").first
        before = int(count.inner_text())
        ask(office.address, CLOSES)
        page.clock.run_for(6_000)
        expect(count).to_have_text(str(before + 1))


def test_filters_take_effect_at_once(browser: Browser, office: Office) -> None:
    with signed_in(browser, office) as page:
        page.goto(f"{office.address}/console/questions")
        page.locator(".more-filters summary").click()
        page.locator("[name=state]").select_option("unanswered")
        page.wait_for_url("**state=unanswered**")
        assert "lantern walk close" not in page.locator("table").inner_text()


def test_everything_works_without_scripts(browser: Browser, office: Office) -> None:
    with signed_in(browser, office, "phone", java_script_enabled=False) as page:
        page.goto(f"{office.address}/console")
        expect(page.locator(".tiles b").first).not_to_be_empty()
        page.goto(f"{office.address}/console/questions")
        page.locator("[name=q]").fill("close")
        page.locator("button.first").click()
        expect(page.locator("table a").first).to_contain_text("close")
        page.goto(f"{office.address}/console/sources")
        file = {"name": "sun.md", "mimeType": "text/markdown", "buffer": b"# Sun\n\nIt is warm.\n"}
        page.locator("[type=file]").set_input_files([file])  # type: ignore[list-item]
        page.locator("form[enctype] button").click()
        expect(page.locator(".said")).to_contain_text("Added")
        page.goto(f"{office.address}/console/operators")
        page.locator("button.first").click()
        assert "/console/join/" in page.locator("input.secret").input_value()
