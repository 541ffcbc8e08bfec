"""Where no sentence is sure enough to be quoted, channels name the nearest articles meanwhile."""

from dengmi.channels.links import Links
from dengmi.channels.matrix.draft import Draft
from dengmi.channels.matrix.rendering import Style
from dengmi.channels.running import Running
from dengmi.channels.wechat import rendering as wechat
from dengmi.channels.wechat.rendering import Dialect
from dengmi.channels.wecom import markdown, plain
from dengmi.channels.wecom.markdown import Paper
from dengmi.channels.wecom.plain import Sheet
from dengmi.core.events import Found, Text
from dengmi.core.records import Citation, Claim, Head, Question

LINKS = Links("https://ask.example.org", lambda c: f"/s/{c.n}", lambda head: f"/articles/{head.id}")
NEAR = (
    Head(pk=1, id="a", desk="d", source_id="s", title="Of boats", url="https://example.org/a"),
    Head(pk=2, id="b", desk="d", source_id="s", title="Of harbours", url=""),
)
FOUND = Found("q_1", "quick", 3, 1.0, (), NEAR)
LEAD = "The answer is being written. The nearest articles meanwhile:"


def heard() -> Running:
    running = Running(Question(id="q_1", desk="d", text="When?", lang="en"))
    running.hear(FOUND)
    return running


async def test_a_running_question_has_something_useful() -> None:
    running = heard()
    assert running.nearest == NEAR
    assert await running.useful(0)


def test_a_wechat_account_links_them() -> None:
    foot = ['<a href="https://ask.example.org/a/q_1">All of it</a>']
    dialect = Dialect(links=LINKS)
    said = wechat.preview((), dialect, "en", lead=LEAD, foot=foot, nearest=NEAR)
    assert said == (
        f'{LEAD}\n· <a href="https://example.org/a">Of boats</a>'
        f'\n· <a href="https://ask.example.org/articles/b">Of harbours</a>\n\n{foot[0]}'
    )
    short = wechat.preview((), Dialect(most_bytes=160), "en", lead=LEAD, foot=foot, nearest=NEAR)
    assert len(short.encode()) <= 160
    assert short.endswith(foot[0])


def test_an_application_of_wecom_links_them() -> None:
    said = plain.preview((), "q_1", Sheet(links=LINKS, anchors=False), "en", NEAR)
    assert said.startswith(f"{LEAD}\n· Of boats https://example.org/a\n· Of harbours https://ask")


def test_a_bot_of_wecom_links_them_until_a_sentence_is_sure() -> None:
    running, paper = heard(), Paper(links=LINKS)
    assert markdown.writing(running, paper, "en") == (
        f"{LEAD}\n- [Of boats](https://example.org/a)"
        "\n- [Of harbours](https://ask.example.org/articles/b)"
    )
    quote = Citation(
        n=1, head=NEAR[0], passage_id="p", first=1, last=1, quote="x", verdict="supported", marks=()
    )
    running.hear(Found("q_1", "quick", 3, 1.0, (quote,)))
    assert "> x" in markdown.writing(running, paper, "en")


def test_matrix_links_them_until_something_is_written() -> None:
    draft = Draft(Style(LINKS), "en")
    draft.hear(FOUND)
    drawn = draft.now()
    assert drawn is not None
    assert drawn.text.startswith(LEAD)
    assert '<a href="https://example.org/a">Of boats</a>' in drawn.html
    assert "https://ask.example.org/articles/b" in drawn.html
    draft.hear(Text("At five.", Claim(start=0, end=8, cited=(1,), verdict="supported")))
    drawn = draft.now()
    assert drawn is not None
    assert drawn.text == "At five. …"
