"""Renders an answer as a chat completion, whole or in chunks. What was sent is final."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dengmi.channels.append import Appending
from dengmi.channels.links import Links, defused, name
from dengmi.channels.openai.messages import RULE
from dengmi.channels.openai.shapes import Json, Shape, message_json
from dengmi.core.events import Done, Event, Notice, Thinking
from dengmi.core.records import Answer, Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How answers look.

    Attributes:
        links: where numbers lead.
        sources: whether the quoted sentences are listed below.
        say: the words of a notice.
        page: the address of an answer's own page.
    """

    links: Links
    sources: bool
    say: Callable[[Notice], str]
    page: Callable[[Answer], str]


class Completion:
    """One answer on its way out: feed it the events, send the chunks, or take the whole at the
    end."""

    def __init__(self, shape: Shape, manner: Manner) -> None:
        self._shape = shape
        self._manner = manner
        self._appending = Appending(self._mark)
        self._notices: list[str] = []
        self._thought: list[str] = []
        self._below = ""
        self._finish = "stop"
        self._answer: Answer | None = None

    def feed(self, event: Event) -> Iterator[Json]:
        """The chunks of an event; after `Done` the last ones."""
        match event:
            case Thinking():
                self._thought.append(event.text)
                yield self._shape.chunk({"reasoning_content": event.text})
            case Notice():
                self._notices.append(self._manner.say(event))
                if event.code == "answer_long":
                    self._finish = "length"
        if piece := self._appending.feed(event):
            yield self._shape.chunk({"content": piece})
        if isinstance(event, Done):
            yield from self._end(event.answer)

    def whole(self, answer: Answer) -> Json:
        """The whole completion, once `Done` was fed with this answer."""
        message = message_json(self._appending.text + self._below)
        message["annotations"] = self._annotations()
        if self._thought:
            message["reasoning_content"] = "".join(self._thought)
        made = self._shape.whole(message, self._finish, answer.usage)
        made["dengmi"] = self._more(answer)
        return made

    def _end(self, answer: Answer) -> Iterator[Json]:
        self._below = self._standing_below(answer)
        if self._below:
            yield self._shape.chunk({"content": self._below})
        if annotations := self._annotations():  # all at once: clients cannot join lists of them
            yield self._shape.chunk({"annotations": annotations})
        last = self._shape.chunk({}, self._finish)
        last["dengmi"] = self._more(answer)
        yield last
        yield from self._shape.spent(answer.usage)

    def _mark(self, citation: Citation) -> str:
        address = self._manner.links.of(citation)
        return f"[{citation.n}]({address})" if address else f"[{citation.n}]"

    def _standing_below(self, answer: Answer) -> str:
        """Notices and quoted sentences, parted from the answer by a line."""
        parts = [f"*{notice}*" for notice in self._notices]
        if self._manner.sources and self._appending.citations:
            quoted = answer.level == "quote"
            parts.append(
                "\n".join(self._source(each, quoted) for each in self._appending.citations)
            )
        return RULE + "\n" + "\n\n".join(parts) if parts else ""

    def _source(self, citation: Citation, quoted: bool) -> str:
        """A line about an article, with the sentence unless that is the answer already."""
        head, address = citation.head, self._manner.links.of(citation)
        title = name(head.title) or name(head.id)
        said = f"[{title}]({address})" if address else title
        by = " · ".join(name(each) for each in (head.author, (head.published or "")[:10]) if each)
        line = f"{citation.n}. {said}{f' · {by}' if by else ''}"
        return line if quoted else f"{line}: “{defused(' '.join(citation.quote.split()))}”"

    def _annotations(self) -> list[Json]:
        """Where the numbers stand; offsets count characters (code points) of the content."""
        links = self._manner.links
        return [
            {
                "type": "url_citation",
                "url_citation": {
                    "start_index": placed.start,
                    "end_index": placed.end,
                    "title": placed.citation.head.title,
                    "url": links.of(placed.citation) or links.article(placed.citation.head),
                    "quote": placed.citation.quote,
                },
            }
            for placed in self._appending.placed
        ]

    def _more(self, answer: Answer) -> Json:
        """What this API has no field for."""
        return {
            "answer_id": answer.id,
            "page": self._manner.page(answer),
            "level": answer.level,
            "grounded": answer.grounded,
            "reused": answer.reused,
            "cost": {"currency": answer.cost.currency, "micros": answer.cost.micros},
            "followups": list(answer.followups),
        }
