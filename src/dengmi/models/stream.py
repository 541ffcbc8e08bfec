"""What has come of one answer so far: from the events of its stream to pieces. No input or output
happens here."""

import re
from collections.abc import Iterable
from dataclasses import replace

from dengmi.core.charges import Tokens
from dengmi.core.chat import ChatRequest, Ended, Piece, Said, Thought
from dengmi.core.errors import ModelFailed, Trouble
from dengmi.language.tokens import estimate_tokens
from dengmi.models.payload import OVERLOADED, chunk_of, ending_of, trouble_of
from dengmi.models.thinking import Start, ThinkSplitter

_HALF = re.compile("[\ud800-\udfff]")


class AnswerStream:
    """Takes the events of one answer in turn.

    Args:
        model: the model's name in the settings.
        request: what was asked.
        start: what the text begins with; see ThinkSplitter.
        apart: whether thinking always comes in a field of its own.
    """

    def __init__(
        self, model: str, request: ChatRequest, start: Start = "answer", *, apart: bool = False
    ) -> None:
        self._model = model
        self._request = request
        self._splitter = ThinkSplitter(start, apart=apart)
        self._finish = ""
        self._tokens: Tokens | None = None
        self._version = ""
        self._thought: list[str] = []
        self._said: list[str] = []
        self._half = ""
        self.began = False
        """Whether any token came, also one that is still held back."""
        self.done = False
        """Whether the endpoint said that nothing more comes."""

    @property
    def found(self) -> Start:
        """How the text turned out to begin."""
        return self._splitter.found

    def take(self, data: str) -> list[Piece]:
        """The pieces of one event. What is no JSON is passed over.

        Raises:
            ModelFailed: the endpoint tells an error in place of an answer.
        """
        if not data.startswith("{") and data.strip() == "[DONE]":
            self.done = True
            return []
        chunk = chunk_of(data)
        if chunk is None:
            return []
        if chunk.error:
            error = self._failed(trouble_of(chunk.code), reason=chunk.error)
            if not self.began and error.used is None:
                error.used = Tokens()  # refused, though with the status of an answer
            raise error
        self._finish = chunk.finish or self._finish
        self._tokens = chunk.tokens or self._tokens
        self._version = chunk.version or self._version
        self.began = self.began or bool(chunk.thought or chunk.text)
        pieces: list[Piece] = []
        if chunk.thought:
            pieces.append(Thought(_HALF.sub("\ufffd", chunk.thought)))
            pieces += self._splitter.sure()
        if text := self._whole(chunk.text):
            if not pieces and self._splitter.passes(text):
                self._said.append(text)
                return [Said(text)]
            pieces += self._splitter.feed(text)
        return self._noted(pieces)

    def _whole(self, text: str) -> str:
        """Text without halves of signs: an endpoint may send an emoji in two pieces, each of which
        nobody could write. A first half waits for the other."""
        if not self._half and (text.isascii() or _HALF.search(text) is None):
            return text
        text, self._half = self._half + text, ""
        if "\ud800" <= text[-1:] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def end(self) -> list[Piece]:
        """The last pieces, `Ended` at the end.

        Raises:
            ModelFailed: the answer is not whole, or empty.
        """
        if self._finish == OVERLOADED:
            raise self._failed("busy")
        if not self._finish and not self.done:
            raise self._failed("cut" if self.began else "down", reason="the stream ended early")
        ending = ending_of(self._finish)
        pieces = self._noted(list(self._splitter.end(whole=ending == "stop")))
        if ending == "stop" and not "".join(self._said).strip():
            raise self._failed("empty")
        counted = self._tokens is not None
        return [*pieces, Ended(ending, self._used(), self._version, counted)]

    def _failed(self, trouble: Trouble, *, reason: str = "") -> ModelFailed:
        """A failure, with what the endpoint counted before it: that is paid all the same."""
        params = {"reason": reason} if reason else {}
        error = ModelFailed(trouble, self._model, retry_after=None, **params)
        error.used = None if self._tokens is None else self._used()
        return error

    def _noted(self, pieces: Iterable[Piece]) -> list[Piece]:
        noted = list(pieces)
        for piece in noted:
            if isinstance(piece, Thought):
                self._thought.append(piece.text)
            elif isinstance(piece, Said):
                self._said.append(piece.text)
        return noted

    def _used(self) -> Tokens:
        """What was used: told, or estimated where it was not. Few servers part the tokens of
        thinking from the others."""
        thought = estimate_tokens("".join(self._thought))
        if self._tokens is None:
            return Tokens(
                miss=sum(estimate_tokens(each.text) for each in self._request.messages),
                output=thought + estimate_tokens("".join(self._said)),
                reasoning=thought,
            )
        told = self._tokens
        return replace(told, reasoning=told.reasoning or min(thought, told.output))
