"""What of an answer can be shown at a moment, while its events come. Pure."""

from collections.abc import Mapping, Sequence

from dengmi.channels.matrix.contents import Drawn
from dengmi.channels.matrix.rendering import Style, answered, growing, preview, said
from dengmi.core.events import Cited, Done, Event, Failed, Found, Notice, Text
from dengmi.core.late import Pending
from dengmi.core.records import Answer, Citation, Head
from dengmi.language.texts import catalogue, text


class Draft:
    """Feed it the events of an answer; draw it whenever it is time.

    Args:
        lang: of words of our own, until the answer tells its language.
    """

    def __init__(self, style: Style, lang: str) -> None:
        self._style = style
        self._lang = lang
        self._quotes: Sequence[Citation] = ()
        self._nearest: Sequence[Head] = ()
        self._text = ""
        self._written = False
        self._known: dict[int, Citation] = {}
        self._notices: list[Notice] = []
        self._pending: Pending | None = None
        self.answer: Answer | None = None

    def hear(self, event: Event) -> None:
        """Take in what has come."""
        match event:
            case Found():
                self._quotes, self._nearest = event.quotes, event.nearest
            case Text():
                if self._written and event.claim is None:  # quotes in place of what was written
                    self._text, self._written = "", False
                    self._known.clear()
                self._written = self._written or event.claim is not None
                self._text += event.text
            case Cited():
                self._known[event.citation.n] = event.citation
            case Notice():
                self._notices.append(event)
            case Done():
                self.answer, self._pending = event.answer, event.pending
            case Failed():
                self.answer = None

    def now(self) -> Drawn | None:
        """What can be read meanwhile; None for nothing yet."""
        if self._written and self._text.strip():
            return growing(self._text, list(self._known.values()), self._style)
        if not (self._quotes or self._nearest):
            return None
        return preview(self._quotes, self._style, self._lang, self._nearest)

    def whole(self) -> Drawn:
        """The answer, or that there is none."""
        if self.answer is None:
            return said(text("matrix_failed", self._lang))
        lang = self.answer.lang or self._lang
        said_beside = (_words(each.code, each.params, lang) for each in self._notices)
        foot = [words for words in said_beside if words]
        if self._pending is not None:
            foot.append(text("matrix_pending", lang, position=self._pending.position))
        return answered(self.answer, self._style, foot)


def _words(code: str, params: Mapping[str, object], lang: str) -> str:
    return text(code, lang, **params) if code in catalogue() else ""
