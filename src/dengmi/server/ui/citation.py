"""The sentence behind a number of an answer: shown in its paragraph, with where it comes from."""

from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.errors import NotFound
from dengmi.core.links import outside
from dengmi.core.records import Citation, Passage
from dengmi.server.bodies import clean
from dengmi.server.context import Context
from dengmi.server.replies import json_reply
from dengmi.server.rest.answers import stored
from dengmi.server.ui.card import title_of
from dengmi.server.ui.links import sentence_path
from dengmi.server.ui.markup import Child, Html, el, icon, join
from dengmi.server.ui.overview import Overview, frame_of
from dengmi.server.ui.page import TAGS, Frame
from dengmi.server.ui.shared import check_readable

WIDEST = 700
"""Characters of a paragraph that are shown on each side of the sentence."""


class Citations:
    """Shows what an answer cites."""

    def __init__(self, context: Context) -> None:
        self._parts = context.parts
        self._askers = context.askers
        self._overview = Overview(context.parts)

    async def show(self, request: Request) -> Response:
        """One citation as the page's script shows it: {"html", "label"}."""
        answer = await stored(self._parts, request)
        asker = await self._askers.known(request)
        await check_readable(request, self._parts, answer, asker)
        number = clean(request.path_params["n"])
        found = [each for each in answer.citations if str(each.n) == number]
        if not found:
            raise NotFound("answer_unknown", answer=answer.id)
        frame = await frame_of(self._overview, request, answer.desk)
        citation = found[0]
        there = await self._parts.store.passages([citation.passage_id])
        passage = there[citation.passage_id][1] if citation.passage_id in there else None
        label = frame.say("ui_source_of", n=citation.n)
        html = str(source(frame, citation, passage, answer.id))
        return json_reply({"html": html, "label": label})


def source(frame: Frame, citation: Citation, passage: Passage | None, answer_id: str) -> Html:
    """The sentence in its paragraph; alone, where the article has changed since."""
    head = citation.head
    before, words, after = _paragraph(citation, passage)
    lang = TAGS.get(head.lang, head.lang) or None
    path = sentence_path(citation, answer_id)
    about: list[Child] = [el("a", title_of(frame, head), class_="title", href=path)]
    if head.author:
        about.append(el("span", head.author))
    if head.published:
        about.append(el("time", head.published[:10], datetime=head.published))
    links: list[Child] = [el("a", frame.say("ui_open_article"), class_="chip", href=path)]
    if original := outside(head.url):
        name = [frame.say("ui_original"), icon("out")]
        links.append(el("a", name, class_="chip", href=original, rel="noopener external"))
    return join(
        [
            el(
                "button",
                icon("shut"),
                class_="shut",
                type="button",
                aria_label=frame.say("ui_shut"),
            ),
            _verdict(frame, citation),
            el("p", before, el("mark", words), after, class_="around", lang=lang),
            el("p", frame.say("ui_quote_moved"), class_="soft") if passage is None else None,
            el("cite", about),
            el("p", links, class_="row"),
        ]
    )


def _verdict(frame: Frame, citation: Citation) -> Html | None:
    if citation.verdict is None:
        return None
    words = frame.say(f"ui_source_{citation.verdict}")
    return el("p", words, class_=f"stands {citation.verdict}")


def _paragraph(citation: Citation, passage: Passage | None) -> tuple[str, str, str]:
    """(what stands before the sentences in their paragraph, they, what stands behind)."""
    if passage is None or not 1 <= citation.first <= citation.last <= len(passage.sentences):
        return "", citation.quote, ""
    start = passage.sentences[citation.first - 1].start
    end = passage.sentences[citation.last - 1].end
    low = passage.text.rfind("\n", 0, start) + 1
    high = passage.text.find("\n", end)
    before = passage.text[low:start]
    after = passage.text[end : len(passage.text) if high < 0 else high]
    if len(before) > WIDEST:
        before = "…" + before[-WIDEST:]
    if len(after) > WIDEST:
        after = after[:WIDEST] + "…"
    return before, passage.text[start:end], after
