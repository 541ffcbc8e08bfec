"""What a model adds of its own never passes as if nothing had to bear it out: behind the word that
the articles do not say something, where it shares no word with them, or as an address."""

from dataclasses import replace

import pytest

from dengmi.answer.check.judge import states_fact, warm
from dengmi.answer.check.silence import beyond
from dengmi.answer.common import commonness
from dengmi.answer.write.citing import Checked, Citing
from dengmi.answer.write.draft import Draft
from dengmi.answer.write.shown import Shown
from tests.unit.answer.conftest import written as article

TOWER = (
    "The clock tower of Linmen was built in 1904 by Adele Brandt. It is 38 metres high. "
    "Tickets are sold at www.linmen.example/tickets or by tower@linmen.example. "
    "林门钟楼由阿黛尔于1904年建造。钟楼高38米。"
)


@pytest.fixture(scope="module", autouse=True)
def ready() -> None:
    """What judging needs is read from files."""
    warm()
    commonness("tower")


def _checked(text: str, policy: str = "mark") -> list[Checked]:
    head, passage = article(1, "Clock tower", TOWER)
    shown = Shown(((replace(head, url="https://linmen.example/tower/"), passage),))
    citing, draft = Citing(shown, policy), Draft()  # type: ignore[arg-type]
    found = map(citing.check, [*draft.feed(text), *draft.end()])
    return [each for each in found if each is not None]


@pytest.mark.parametrize(
    "text",
    [
        "The articles do not mention the price, but it is 99 euros.",
        "Although the articles do not say so, a ticket costs 99 euros.",
        "The sources do not specify opening times; it opens at 9:30 on Mondays.",
        "The provided sentences don't mention the height, which is 83 metres.",
        "文章没有提到票价，但票价是99欧元。",
        "资料未说明高度，实际为83米。",
        "Penguins guard 4000 gates.",
        "Parking: 90 spaces.",
        "停车场有90个车位。",
        "```\nprice = 90\n```\n",
    ],
)
def test_a_made_up_number_passes_nowhere(text: str) -> None:
    assert not any(any(map(str.isdigit, each.text)) for each in _checked(text))


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\0", "\x1b", "\u2066"])
def test_signs_that_nobody_sees_are_left_out(sign: str) -> None:
    assert not _checked(f"It is {sign}83 metres high. [1.2]")
    assert not _checked(f"It is 3{sign}80 metres high. [1.2]")
    (one,) = _checked(f"It is{sign} 38 me{sign}tres high. [1.2]")
    assert one.text == "It is 38 metres high. [1]"


def test_what_is_said_beside_the_silence_is_marked() -> None:
    text = "The articles do not say who painted it, but Penguins were probably the painters."
    (one,) = _checked(text)
    assert one.claim.verdict == "unsupported"
    assert one.text.endswith("[?]")
    assert not _checked(text, "drop")


@pytest.mark.parametrize(
    "text",
    [
        "The articles do not say who painted it.",
        "The articles do not mention prices, opening hours, or whether dogs are allowed.",
        "The articles do not say whether a ticket costs 99 euros, so I cannot answer that.",
        "The sources do not specify the price; please check the website of the tower.",
        "The articles don't say when it opens, so that is unclear.",
        "文章没有提到票价、开放时间，也没有提到停车。",
        "资料未说明票价，建议咨询景区。",
        "文章没有提到票价，因此无法回答。",
    ],
)
def test_silence_alone_states_nothing(text: str) -> None:
    assert not states_fact(text)
    (one,) = _checked(text, "drop")
    assert one.claim.verdict is None


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The articles do not say who painted it, only that it is 38 metres high.", "38 metres"),
        ("文章没有说明票价，只提到钟楼高38米。", "38米"),
    ],
)
def test_what_is_true_beside_the_silence_is_cited(text: str, quote: str) -> None:
    (one,) = _checked(text, "drop")
    assert quote in one.citations[0].quote
    assert text in one.text


def test_a_sentence_without_silence_is_judged_whole() -> None:
    assert beyond("It is 38 metres high, but not wide.") == "It is 38 metres high, but not wide."


@pytest.mark.parametrize(
    "text",
    [
        "For more information see https://tickets.example/linmen.",
        "Tickets are sold at [the shop](https://evil.example/tickets).",
        "Tickets are sold at www.linmen.example.evil.example/tickets.",
        "Tickets are sold by tickets@linmen.example.",
        "请访问 https://evil.example 购票。",
    ],
)
def test_an_address_that_no_article_has_is_not_told(text: str) -> None:
    assert not _checked(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tickets are sold at https://linmen.example/tickets.",
        "Tickets are sold at www.linmen.example/tickets or by tower@linmen.example.",
        "See https://www.linmen.example/tower for more.",
    ],
)
def test_an_address_of_the_articles_is(text: str) -> None:
    assert text in _checked(text)[0].text


def test_what_fences_code_is_no_claim() -> None:
    texts = [each.text for each in _checked("```toml\nIt is 38 metres high.\n```\n")]
    assert texts[0] == "```toml"
    assert texts[-1] == "\n```"
