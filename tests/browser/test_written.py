"""A written answer in a real browser: quotes first, sentences in their place, links to the
sentence, thinking folded, follow-ups, stop; with and without JavaScript."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_pages import PAIRED, is_wide, opened
from tests.commands import SCRIPTED, add, home_of, serving
from tests.http.conftest import write_articles

SETTINGS = (
    SCRIPTED
    + """\
deep = ["script"]

[writing]
reuse = false

[desks.tables]
check = "off"
"""
)
SCRIPT = """
[[answer]]
match = "close"
thinking = "The sentences say when it opens and when it closes, so both belong here."
text = "The lantern walk closes on the seventeenth [1.1]. Painters from abroad admire it [1.1]."
first = 0.6
per_second = 25

[[answer]]
match = "\\\\bpark\\\\b"
text = "You can park below the south bridge and walk for six minutes [1.2]."

[[answer]]
match = "riddle"
text = '''
Riddles hang on every lantern along the south bridge [1.2].
Whoever solves one gets a paper fan [1.3].'''
first = 0.5
per_second = 4

[[answer]]
match = "overview"
text = '''
At a glance [1.1]:

| Day | Opens | What is shown to visitors that day |
|:----|------:|----|
| Tuesday | 9 | Paper [1.1] |
| Sunday | 10 | [https://museum.example.org/a/very/long/address/that/does/not/end/anywhere](x) |

- Tickets
  - thirty yuan [1.2]
- Bicycles

```sh
for one in a b; do
    echo "$one | $one"
done
```'''
first = 0.3
per_second = 12

[[answer]]
match = "车位"
thinking = "门口的车位写在第二句。"
text = "门口只有十二个车位[1.2]。院子很受外地画家喜爱[1.1]。"
first = 0.6
per_second = 25
"""
VISIT = """# Visiting the paper museum

## When is the museum open?

The paper museum is open from Tuesday to Sunday, nine to five.

## How much is a ticket?

A ticket for the paper museum costs thirty yuan; children pay half.

## Where can bicycles be left?

Bicycles can be left behind the paper museum, next to the mill.
"""
QUESTIONS = {"en": "When does the lantern walk close?", "zh": "老茶厂有多少个车位？"}
WRITTEN = {"en": "closes on the seventeenth", "zh": "十二个车位"}
UNBORNE = {"en": "Painters from abroad", "zh": "外地画家"}
THOUGHT = {"en": re.compile(r"Thought for \d+\.\d s"), "zh": re.compile(r"思考了 \d+\.\d 秒")}
SECRET = {"en": "both belong here", "zh": "写在第二句"}
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server whose levels a script serves."""
    root = tmp_path_factory.mktemp("written")
    folder = write_articles(root / "articles")
    (folder / "visit.md").write_text(VISIT, encoding="utf-8")
    home = home_of(root, SETTINGS, SCRIPT)
    # One desk for each test that must not be given what another has just been told.
    for name in ("walks", "tables", *map(desk_of, PAIRED)):
        add(home, folder, desk=name)
    with serving(home) as server:
        yield server.address


def desk_of(look: Sequence[str]) -> str:
    return "-".join(look)


def ask(page: Page, words: str, *, deep: bool = False) -> Locator:
    """Send a question; its turn."""
    count = page.locator(".turn").count()
    if deep:
        page.locator(".depth").click()
    page.locator("textarea").fill(words)
    page.locator(".send").click()
    return page.locator(".turn").nth(count)


def keep(page: Page, name: str) -> None:
    """A picture of the page, to be looked at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


@pytest.mark.parametrize(("size", "scheme", "lang"), PAIRED)
def test_a_deep_answer(browser: Browser, desk: str, size: str, scheme: str, lang: str) -> None:
    with opened(browser, size, scheme, lang) as page:
        page.goto(f"{desk}/d/{desk_of((size, scheme, lang))}")
        turn = ask(page, QUESTIONS[lang], deep=True)
        waiting = turn.locator(".card.waiting")
        expect(waiting.locator(".quote").first).to_contain_text(WRITTEN[lang])
        expect(waiting.locator(".says")).to_be_hidden()
        keep(page, f"{size}-{scheme}-{lang}-1-quotes")
        card = turn.locator(".card:not(.waiting)")
        expect(card.locator(".says")).to_contain_text(WRITTEN[lang])
        check_thinking(card, lang)
        expect(card.locator(".says")).not_to_contain_text(SECRET[lang])
        weak = card.locator(".weak")
        expect(weak).to_have_count(1)
        expect(weak).to_contain_text(UNBORNE[lang])
        assert weak.locator(".verdict").inner_text()
        assert not is_wide(page)
        keep(page, f"{size}-{scheme}-{lang}-2-answer")
        card.locator("a.ref").first.click()
        sheet = page.locator(".sheet")
        expect(sheet.locator("mark")).to_contain_text(WRITTEN[lang])
        expect(sheet).to_be_in_viewport()
        keep(page, f"{size}-{scheme}-{lang}-3-sources")
        sheet.locator(".title").click()
        expect(page.locator("#s")).to_be_in_viewport()
        expect(page.locator("#s")).to_contain_text(WRITTEN[lang])
        page.go_back()
        expect(page.locator(".says")).to_contain_text(WRITTEN[lang])
        page.reload()
        expect(page.locator(".card .meta")).to_contain_text(THOUGHT[lang])
        assert SECRET[lang] not in page.content()  # what it thought is not kept


def check_thinking(card: Locator, lang: str) -> None:
    """Folded, with how long it took; opened, it says what was thought."""
    folded = card.locator(".thinking")
    expect(folded.locator("summary")).to_have_text(THOUGHT[lang])
    expect(folded.get_by_text(SECRET[lang])).to_be_hidden()
    folded.locator("summary").click()
    expect(folded.get_by_text(SECRET[lang])).to_be_visible()
    folded.locator("summary").click()


def test_a_greeting_is_answered_and_offers_questions(browser: Browser, desk: str) -> None:
    with opened(browser, "phone") as page:
        page.goto(desk)
        card = ask(page, "Hi!").locator(".card:not(.waiting)")
        expect(card.locator(".says")).to_contain_text("Hello! Ask me")
        expect(card.locator(".acts")).to_have_count(0)
        keep(page, "phone-light-en-greeting")
        first = card.locator(".followups a").first
        words = first.inner_text()
        first.click()
        expect(page.locator(".turn").nth(1).locator(".asked")).to_have_text(words)
        expect(page.locator(".turn").nth(1).locator(".card:not(.waiting)")).to_be_visible()
        thanks = ask(page, "Thanks").locator(".card:not(.waiting)")
        expect(thanks.locator(".says")).to_contain_text("You're welcome!")


def test_sentences_come_one_by_one(browser: Browser, desk: str) -> None:
    with opened(browser, "phone") as page:
        page.goto(desk)
        turn = ask(page, "Where do the riddles hang?")
        says = turn.locator(".card.waiting .says")
        expect(says).to_contain_text("Riddles hang on every lantern")
        expect(says).not_to_contain_text("paper fan")
        expect(turn.locator(".card:not(.waiting) .says")).to_contain_text(
            "paper fan", timeout=15000
        )
        assert turn.locator(".thinking:visible").count() == 0, "quick answers do not think"


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_tables_lists_and_code(browser: Browser, desk: str, size: str) -> None:
    """They are such while they are written, and wide ones scroll by themselves."""
    with opened(browser, size) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{desk}/d/tables")
        turn = ask(page, "Is there an overview of the paper museum?")
        growing = turn.locator(".card.waiting .says")
        expect(growing.locator("tr")).to_have_count(2)
        expect(growing.locator("table")).to_have_count(1)
        says = turn.locator(".card:not(.waiting) .says")
        expect(says.locator("th")).to_have_text(
            ["Day", "Opens", re.compile("^What")], timeout=15000
        )
        assert says.locator("td.end").all_inner_texts() == ["9", "10"]
        assert says.locator("ul ul li").count() == 1
        assert says.locator("pre code").inner_text().splitlines()[1] == '    echo "$one | $one"'
        assert not is_wide(page)
        wide = says.locator(".wide")
        wide.focus()
        expect(wide).to_be_focused()
        keep(page, f"{size}-light-en-6-table")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert not is_wide(page)
        page.evaluate("document.documentElement.style.fontSize = ''")
        says.locator("td a.ref").click()
        expect(page.locator(".sheet mark")).to_be_visible()
        page.keyboard.press("Escape")
        turn.locator("[data-act=copy]").click()
        expect(turn.locator(".told")).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()").splitlines()
        assert copied[1:4] == [
            "| Day | Opens | What is shown to visitors that day |",
            "| --- | --- | --- |",
            "| Tuesday | 9 | Paper [1] |",
        ]
        assert any(line.startswith("  - thirty yuan") for line in copied)


def test_stopping_keeps_what_is_there(browser: Browser, desk: str) -> None:
    with opened(browser, "phone") as page:
        page.goto(desk)
        turn = ask(page, "What hangs on a riddle lantern, and where?")
        expect(turn.locator(".card.waiting .says")).to_contain_text("Riddles hang")
        expect(page.locator(".send")).to_have_attribute("aria-label", "Stop")
        page.locator(".send").click()
        expect(page.locator(".send")).to_have_attribute("aria-label", "Send")
        expect(turn.locator(".notice")).to_have_text("Stopped. What was found stays.")
        expect(turn.locator(".says")).to_contain_text("Riddles hang")
        assert turn.locator("[aria-busy]").count() == 0
        keep(page, "phone-light-en-4-stopped")
        page.reload()
        expect(page.locator(".card .quote").first).to_contain_text("riddle", ignore_case=True)


def test_escape_before_the_first_sentence_leaves_the_quotes(browser: Browser, desk: str) -> None:
    with opened(browser) as page:
        page.goto(desk)
        turn = ask(page, "On which day does the walk close?", deep=True)
        expect(turn.locator(".card.waiting .quote").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(turn.locator(".notice")).to_be_visible()
        expect(turn.locator(".acts")).to_be_visible()
        expect(turn.locator(".quote").first).to_contain_text(WRITTEN["en"])
        # The next question is asked as if nothing had been.
        again = ask(page, "Where can I park?")
        expect(again.locator(".card:not(.waiting) .says")).to_contain_text("six minutes")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_suggested_questions_are_asked_in_context(
    browser: Browser, desk: str, script: bool
) -> None:
    with opened(browser, "phone", script=script) as page:
        page.goto(desk)
        ask(page, "When is the paper museum open?")
        links = page.locator(".card:not(.waiting) .followups a")
        expect(links.first).to_be_visible(timeout=15000)
        conversation = page.locator("[name=c]").get_attribute("value")
        words = links.first.inner_text()
        links.first.click()
        expect(page.locator(".turn")).to_have_count(2)
        expect(page.locator(".asked").last).to_have_text(words)
        expect(page.locator(".card:not(.waiting)")).to_have_count(2)
        assert page.locator("[name=c]").get_attribute("value") == conversation


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_written_answer_without_scripts(browser: Browser, desk: str, lang: str) -> None:
    with opened(browser, "phone", lang=lang, script=False) as page:
        page.goto(desk)
        page.locator(".depth").click()
        page.locator("textarea").fill(QUESTIONS[lang])
        page.locator(".send").click()
        expect(page.locator(".says")).to_contain_text(WRITTEN[lang])
        assert page.locator(".depth [type=checkbox]").is_checked()
        assert SECRET[lang] not in page.content()
        page.locator("a.ref").first.click()
        expect(page.locator(".quote").first).to_be_in_viewport()
        keep(page, f"phone-light-{lang}-5-plain")
        page.locator(".quote .title").first.click()
        expect(page.locator("#s")).to_contain_text(WRITTEN[lang])
