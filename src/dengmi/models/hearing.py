"""What comes of one answer, read in the moment its bytes come.

A task that is woken for each token costs more than the token. So whoever asked may say what text
can wait (`ChatRequest.holds`), and is woken for the rest.
"""

import asyncio
import time
from collections.abc import Iterator

from dengmi.core.chat import ChatRequest, Piece, Said, Waiting
from dengmi.core.errors import ModelFailed
from dengmi.models.connection import Reply
from dengmi.models.sse import Events, TooLong
from dengmi.models.stream import AnswerStream

REST = 0.08
"""Seconds for which nothing is read of an answer whose first sentence has come, in the middle of
its next one or behind that. A wake-up for each token is most of what it costs; a sentence, and the
end, are told up to this much later, the first sentence never."""


class Hearing:
    """Reads the body of a reply into the pieces of an answer.

    Args:
        stream: takes the events in turn.
        sent: when the request was sent, on the monotonic clock.
        first: seconds behind that for which the first token may be waited for, whatever signs of
            life the endpoint gives; later ones may be `between` apart.
    """

    def __init__(
        self,
        reply: Reply,
        stream: AnswerStream,
        request: ChatRequest,
        *,
        sent: float,
        first: float,
        between: float,
    ) -> None:
        self._reply = reply
        self._stream = stream
        self._holds = request.holds
        self._sent = sent
        self._between = between
        self._clock = asyncio.get_running_loop().time
        self._events = Events()
        self._pieces: list[Piece] = []
        self._held = ""
        self._sentenced = False
        self._error: ModelFailed | TooLong | None = None
        reply.wait_until(self._clock() + sent + first - time.monotonic())
        reply.listen(self._take, self._worth)

    def pieces(self) -> Iterator[Piece]:
        """What has come and is not to wait. Raises ModelFailed and TooLong behind it."""
        while self._pieces or self._give_due():
            pieces, self._pieces = self._pieces, []
            yield from pieces
        if self._error is not None:
            yield from self.rest()
            raise self._error

    def rest(self) -> Iterator[Piece]:
        """What waited still."""
        if self._held:
            self._give()
        pieces, self._pieces = self._pieces, []
        yield from pieces

    def _take(self, body: bytes) -> None:
        """Read some bytes."""
        if self._error is not None or self._stream.done:
            return
        moved = False
        try:
            for data in self._events.feed(body):
                moved = self._read(data) or moved
        except (ModelFailed, TooLong) as error:
            self._error = error
        if moved:
            self._reply.wait_until(self._clock() + self._between)

    def _worth(self) -> bool:
        """Whether there is something now that does not wait. Behind the first sentence nothing is
        read for a moment, in the middle of a later one and when that is given."""
        if self._pieces or self._error is not None or self._stream.done:
            return True
        is_later = self._sentenced
        due = self._give_due()
        if is_later and (due or self._held):
            self._reply.rest(REST)
        return due

    def _read(self, data: str | None) -> bool:
        """Read an event; whether the answer went on."""
        began = self._stream.began
        if data is None:
            if not began:
                self._pieces.append(Waiting(time.monotonic() - self._sent))
            return False
        pieces = self._stream.take(data)
        for piece in pieces:
            if self._holds is None or not isinstance(piece, Said):
                self._give()
                self._pieces.append(piece)
                continue
            self._held += piece.text
            if not began and not self._give_due():  # the first token is a sign of load
                self._give()
        return bool(pieces) or self._stream.began != began

    def _give_due(self) -> bool:
        """Give what was held if that completes a sentence; whether it did."""
        if not self._held or (self._holds is not None and self._holds(self._held)):
            return False
        self._give()
        self._sentenced = True
        return True

    def _give(self) -> None:
        if self._held:
            self._pieces.append(Said(self._held))
            self._held = ""
