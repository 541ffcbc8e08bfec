"""What is said to a language model, and what comes back. The adapters live in `models/`."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from dengmi.core.charges import Tokens

DECLINED = "NO_ANSWER"
"""What a model is asked to write where the sentences it is shown do not answer the question."""

Role = Literal["system", "user", "assistant"]
Effort = Literal["low", "high", "max"]
Ending = Literal["stop", "length", "filtered"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """A prompt with what the model may spend on it.

    Attributes:
        messages: system first, then user and assistant in turn, user last.
        max_tokens: most tokens of thinking and answer together; always sent.
        thinking: whether the model may think first; always sent, either way.
        effort: how hard it thinks, where it thinks.
        temperature: 0 to 2; None leaves it to the endpoint.
        json: whether the answer must be a JSON object; the prompt has to say so too, with the word.
        asker: who asks, for endpoints whose settings say so; "" is never sent.
        holds: is told the text of the answer that has come behind the last piece given, and tells
            whether it may wait for more, to be given as one piece then; None: nothing waits. A
            model may give it sooner all the same.
        sent: is called when the request is on its way: an endpoint may read it from then on, and
            take money for that, also when nothing of the answer ever comes.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    thinking: bool = False
    effort: Effort = "high"
    temperature: float | None = None
    json: bool = False
    asker: str = ""
    holds: Callable[[str], bool] | None = field(default=None, compare=False)
    sent: Callable[[], object] = field(default=bool, compare=False)


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of the model's thinking."""

    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of the model's answer, to be appended to the pieces before."""

    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The endpoint holds the request in its own queue: seconds since it was sent."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The last piece: why it ended, what it used, and which model version served it.

    `counted` is false where the endpoint told no usage and the tokens are our estimate.
    """

    ending: Ending
    tokens: Tokens
    version: str
    counted: bool = True


Piece = Thought | Said | Waiting | Ended


class ChatModel(Protocol):
    """A model that writes. Leaving the iterator early ends the request at the endpoint."""

    name: str
    """Its name in the settings."""

    def chat(self, request: ChatRequest) -> AsyncIterator[Piece]:
        """The pieces of one answer; `Ended` comes last, exactly once.

        Raises:
            ModelFailed: no answer, or not all of it. Pieces given before stay valid.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and memory."""
        ...
