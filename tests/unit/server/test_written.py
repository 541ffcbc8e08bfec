"""Written answers as HTML: lists in lists, tables, code; and how they grow sentence by sentence."""

import re

import pytest

from dengmi.answer.write.draft import Draft
from dengmi.core.events import Text
from dengmi.core.records import Answer, Claim
from dengmi.server.ui.growing import Growing
from dengmi.server.ui.lines import cells_of, lines_of, spoken
from dengmi.server.ui.page import DeskView, Frame
from dengmi.server.ui.written import written

FRAME = Frame(
    lang="en", desk=DeskView("walks", "Walks", 3, None), desks=(), default="walks", now=0.0,
    max_chars=2_000,
)  # fmt: skip

LIST = "Open [1.1]:\n\n- Garden [1.1].\n  1. Pond.\n  2. Mill [1.2].\n- House.\n"
TABLE = "| Day | Hours |\n|:--|--:|\n| Monday | 9 to 5 [1.1] |\n| Tuesday | **10** to 5 |\n"
CODE = "Run it:\n\n```sh\nif x; then\n  y | z\n\nfi\n```\nThat is all [1.1]."


def pieces_of(raw: str, weak: str = "") -> list[Text]:
    """What a model wrote as the events of its sentences; the one that is `weak` is borne out in
    part."""
    draft, told, at = Draft(), list[Text](), 0
    for one in [*draft.feed(raw), *draft.end()]:
        numbers = "".join(f"[{n}]" for _, n in one.cites)
        within = one.row and one.text.endswith("|") and bool(numbers)
        body = one.text[:-1].rstrip() if within else one.text
        start = at + len(one.gap) + len(one.lead)
        verdict = "partial" if weak and weak in one.text else "supported"
        claim = Claim(start=start, end=start + len(body), verdict=verdict)
        mark = " [?]" if weak and weak in one.text and not one.cites else ""
        tail = f" {numbers}" * bool(numbers) + mark + " |" * within
        told.append(Text(f"{one.gap}{one.lead}{body}{tail}", claim))
        at += len(told[-1].text)
    return told


def answer_of(told: list[Text]) -> Answer:
    return Answer(
        id="an_1", question_id="q_1", desk="walks", question="?", level="quick", wanted="auto",
        text="".join(one.text for one in told), grounded=True, confidence=1.0,
        claims=tuple(one.claim for one in told if one.claim),
    )  # fmt: skip


def html_of(raw: str, weak: str = "") -> str:
    """Without the attributes that other tests look at."""
    made = str(written(FRAME, answer_of(pieces_of(raw, weak))))
    return re.sub(r' (?:href|class|data-source|tabindex|scope)="[^"]*"', "", made)


def test_lists_stand_in_their_items() -> None:
    assert html_of(LIST) == (
        "<p>Open:<sup><a>1</a></sup></p><ul><li>Garden.<sup><a>1</a></sup><ol>"
        '<li value="1">Pond.</li><li value="2">Mill.<sup><a>2</a></sup></li></ol></li>'
        "<li>House.</li></ul>"
    )


def test_lines_between_the_items_do_not_end_a_list() -> None:
    made = html_of("1. One.\n\n2. Two.\n\n- A.\n- B.\n\nWords.\n\n3. Three.")
    assert made == (
        '<ol><li value="1">One.</li><li value="2">Two.</li></ol><ul><li>A.</li><li>B.</li></ul>'
        '<p>Words.</p><ol><li value="3">Three.</li></ol>'
    )


def test_tables_are_tables_with_their_numbers() -> None:
    assert html_of(TABLE) == (
        "<div><table><tr><th>Day</th><th>Hours</th></tr>"
        "<tr><td>Monday</td><td>9 to 5<sup><a>1</a></sup></td></tr>"
        "<tr><td>Tuesday</td><td><strong>10</strong> to 5</td></tr></table></div>"
    )
    made = str(written(FRAME, answer_of(pieces_of(TABLE))))
    assert '<td class="end">9 to 5' in made
    assert '<th scope="col">Day' in made
    assert 'data-source="/a/an_1/citations/1"' in made


def test_a_weak_row_says_so_once() -> None:
    made = html_of(TABLE, weak="Monday")
    assert "<td><span>Monday</span></td>" in made
    assert "<td><span>9 to 5<small>borne out in part</small></span><sup>" in made
    assert made.count("<small>") == 1


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("| a | b |", ["a", "b"]),
        ("|a||c|", ["a", "", "c"]),
        (r"| a \| b | c |", ["a | b", "c"]),
        ("| a |", ["a"]),
    ],
)
def test_cells(row: str, cells: list[str]) -> None:
    (line,) = lines_of(row, ())
    assert ["".join(one.words for one in cell) for cell in cells_of(line)] == cells


def test_rows_without_outer_bars_and_short_ones() -> None:
    made = html_of("a | b\n--- | ---\n1 | 2\n| 3 |\n\nEither | or.")
    assert made == (
        "<div><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr>"
        "<tr><td>3</td><td></td></tr></table></div><p>Either | or.</p>"
    )


def test_code_stays_as_it_is() -> None:
    assert html_of(CODE) == (
        "<p>Run it:</p><pre><code>if x; then\n  y | z\n\nfi</code></pre>"
        "<p>That is all.<sup><a>1</a></sup></p>"
    )


def test_what_is_strong() -> None:
    made = html_of("It is **very** old, `a ** b` and x ** y.\n\n**Head**\n**Two** [1.1].")
    assert made.startswith("<p>It is <strong>very</strong> old, <code>a ** b</code> and x  y.</p>")
    assert "*" not in made.replace("a ** b", "")


def test_code_that_nothing_bears_out_says_so_once() -> None:
    made = html_of("```\nab c\nab d\ne\n```", weak="ab")
    assert made == (
        "<pre><code><span>ab c</span>\n<span>ab d<small>borne out in part</small></span>\ne"
        "</code></pre>"
    )


def test_a_head_without_rows_is_left_out() -> None:
    assert html_of("Words.\n\n| Day | Hours |\n|--|--|\n\nMore.") == "<p>Words.</p><p>More.</p>"


def test_what_is_heard() -> None:
    answer = answer_of(pieces_of(f"{LIST}\n{TABLE}"))
    assert spoken(lines_of(answer.text, answer.claims)).splitlines() == [
        *("Open:", "Garden.", "Pond.", "Mill.", "House."),
        *("Day, Hours", "Monday, 9 to 5", "Tuesday, 10 to 5"),
    ]


def test_what_grows_is_what_is_there_in_the_end() -> None:
    """Put together as the page's script does it, it is the answer but for its addresses."""
    told = pieces_of(f"Words. More words [1.1].\n\n{LIST}\n{TABLE}\n## Head\n\n{CODE}")
    growing, shown = Growing(FRAME), list[str]()
    for event in told:
        made = growing.add(event)
        if not made["html"]:
            continue
        if made.get("block") == "again":
            shown[-1] = made["html"]
        elif made.get("block"):
            shown.append(made["html"])
        elif made["gap"] or not shown or not shown[-1].startswith("<p>"):
            shown.append(f"<p>{made['html']}</p>")
        else:
            shown[-1] = shown[-1].removesuffix("</p>") + made["html"] + "</p>"
    plain = str(written(FRAME, answer_of(told)))
    plain = re.sub(r'<a href="[^"]*" class="ref" data-source="[^"]*">(\d+)</a>', r"\1", plain)
    grown = re.sub(r'<span class="ref">(\d+)</span>', r"\1", "".join(shown))
    assert re.sub(r"> +", ">", grown) == re.sub(r"> +", ">", plain)
