"""Conversations as files that people keep: Markdown to read, JSON for programs."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.history import Conversation
from dengmi.core.links import outside
from dengmi.core.records import Answer, Citation, Exchange
from dengmi.server.parts import Parts
from dengmi.server.shapes import Json, citation_json, head_json
from dengmi.server.ui.links import sentence_path
from dengmi.server.ui.page import Frame

EXPORTS = {"export.md": "text/markdown", "export.json": "application/json"}
"""What there is, with its media type."""

NAMES = {"export.md": "ui_export_md", "export.json": "ui_export_json"}
"""What the links to them say."""

_MOST = 100_000
_MARKS = re.compile(r"([\\`*_<>\[\]#|~])")
_LINK = re.compile(r"\]\s*[(\[]")


def attachment(body: str, kind: str, name: str) -> Response:
    """A file to be saved, called as a conversation is (RFC 6266)."""
    ending = kind.rpartition(".")[2]
    plain = re.sub(r"[^\w\- ]+", "", name)[:60].strip() or "conversation"
    return Response(
        body.encode("utf-8", "replace"),
        media_type=EXPORTS[kind],
        headers={
            "content-disposition": f'attachment; filename="conversation.{ending}"; '
            f"filename*=UTF-8''{quote(f'{plain}.{ending}')}",
            "cache-control": "no-store",
        },
    )


class Exporter:
    """Writes conversations of one asker.

    Args:
        request: tells the address that links to our own pages begin with.
        frame: tells the language of the few words around.
    """

    def __init__(self, parts: Parts, request: Request, frame: Frame, asker: str) -> None:
        public = parts.settings.server.public_url
        self._base = (public or str(request.base_url)).rstrip("/")
        self._store = parts.store
        self._frame = frame
        self._asker = asker

    async def pieces(self, conversations: Iterable[Conversation], kind: str) -> AsyncIterator[str]:
        """The file piece by piece, conversation after conversation."""
        is_json = kind.endswith("json")
        if is_json:
            yield '{"conversations":['
        for number, one in enumerate(conversations):
            exchanges = await self._store.turns(one.desk, self._asker, one.id, one.last + 1, _MOST)
            if is_json:
                shape = _shape(one, exchanges)
                yield ("," if number else "") + msgspec.json.encode(shape).decode()
            else:
                yield "\n".join(self._markdown(one, exchanges)) + "\n\n"
        if is_json:
            yield "]}\n"

    def _markdown(self, one: Conversation, exchanges: Iterable[Exchange]) -> Iterator[str]:
        yield f"# {_plain(one.title or one.opening)}\n"
        yield f"{_plain(one.desk)} · {_day(one.began)}\n"
        for exchange in exchanges:
            yield f"## {_plain(exchange.question.text)}\n"
            if exchange.answer is None:
                yield f"*{self._frame.say('ui_failed')}*\n"
            else:
                yield from self._answer(exchange.answer)

    def _answer(self, answer: Answer) -> Iterator[str]:
        if not answer.grounded:
            yield f"{self._frame.say('ui_not_in_articles')}\n"
            for head in answer.nearest:
                yield f"- {_plain(head.title or head.id)}"
        elif not answer.quoted:
            yield _safe(answer.text) + "\n"
        for citation in answer.citations:
            yield self._source(citation)
        yield ""

    def _source(self, citation: Citation) -> str:
        """A numbered source: the quoted words, then where they stand."""
        head = citation.head
        to = outside(head.url) or self._base + sentence_path(citation)
        title = f"[{_plain(head.title or head.id)}]({_address(to)})"
        by = [_plain(part) for part in (head.author, (head.published or "")[:10]) if part]
        words = " ".join(citation.quote.split())
        return f"{citation.n}. “{_plain(words)}” — " + ", ".join([title, *by])


def _shape(one: Conversation, exchanges: Iterable[Exchange]) -> Json:
    """A conversation as a program reads it."""
    return {
        "id": one.id,
        "desk": one.desk,
        "title": one.title or one.opening,
        "began": one.began,
        "last": one.last,
        "questions": [
            {
                "question": each.question.text,
                "asked_at": each.question.asked_at,
                "answer": _answered(each.answer) if each.answer else None,
            }
            for each in exchanges
        ],
    }


def _answered(answer: Answer) -> Json:
    return {
        "id": answer.id,
        "level": answer.level,
        "text": answer.text,
        "grounded": answer.grounded,
        "citations": [citation_json(each) for each in answer.citations],
        "nearest": [head_json(head) for head in answer.nearest],
        "created_at": answer.created_at,
    }


def _plain(words: str) -> str:
    """Words of others as Markdown that shows them and does nothing else."""
    return _MARKS.sub(r"\\\1", " ".join(words.split()))


def _safe(words: str) -> str:
    """A written answer, whose lists may stay, without HTML and without links of its own."""
    return _LINK.sub("] (", words.replace("<", "&lt;"))


def _address(address: str) -> str:
    return quote(address, safe=":/?#[]@!$&'*+,;=%~-._")


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
