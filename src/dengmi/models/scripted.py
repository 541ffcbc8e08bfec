"""A model whose answers stand in a file: for tests, and to try the product without a key.

The file is TOML. Each `[[answer]]` has `match` (a regular expression that the question must hold;
none matches every question) and `text`, and may have `thinking`, `fail` (a trouble, such as
"busy"), `after` (characters given before it fails), `first` and `per_second` (seconds until the
first piece, tokens a second). A question that nothing matches is answered with the sentences of the
prompt that share most with it.
"""

import asyncio
import json
import re
import tomllib
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from dengmi.core.charges import Tokens
from dengmi.core.chat import ChatRequest, Ended, Message, Piece, Said, Thought
from dengmi.core.errors import ModelFailed, Trouble
from dengmi.language.tokens import estimate_tokens
from dengmi.models.extractive import extract

REFUSALS = frozenset(("busy", "funds", "key", "request", "down"))
"""Troubles of an endpoint that reads no prompt."""

_PIECE = re.compile(r"\s*(?:[A-Za-z0-9.']+|.)", re.DOTALL)


class Line(Struct, forbid_unknown_fields=True, kw_only=True):
    """One answer of a script."""

    match: str = ""
    text: str = ""
    thinking: str = ""
    fail: Trouble | None = None
    after: Annotated[int, Meta(ge=0)] = 0
    first: Annotated[float, Meta(ge=0)] = 0.0
    per_second: Annotated[float, Meta(ge=0)] = 0.0


class Script(Struct, forbid_unknown_fields=True):
    """A script: its answers, the first that matches counts."""

    answer: list[Line] = []


class ScriptedModel:
    """Plays a script. Prompts whose beginning it was sent before count as found in its cache."""

    version = "scripted"

    def __init__(self, name: str, script: Script) -> None:
        self.name = name
        self._script = script
        self._seen: set[str] = set()

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        """The pieces of one answer (see core.chat.ChatModel). Raises ModelFailed."""
        line = self._line(request.messages)
        if line.fail not in REFUSALS:
            request.sent()
        await asyncio.sleep(line.first)
        spoken: list[str] = []
        thought = line.thinking if request.thinking else ""
        text = line.text or ("" if line.fail else _extracted(request))
        left = request.max_tokens
        whole = True
        for piece in _pieces(thought, text[: line.after] if line.fail else text):
            left -= estimate_tokens(piece.text)
            if left < 0:
                whole = False
                break
            spoken.append(piece.text)
            yield piece
            await asyncio.sleep(1 / line.per_second if line.per_second else 0)
        if line.fail:
            raise ModelFailed(line.fail, self.name, reason="script")
        tokens = self._used(request.messages, thought, "".join(spoken))
        yield Ended("stop" if whole else "length", tokens, self.version)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _line(self, messages: Sequence[Message]) -> Line:
        asked = messages[-1].text.rpartition("Question: ")[2]
        for line in self._script.answer:
            if re.search(line.match, asked, re.IGNORECASE):
                return line
        return Line()

    def _used(self, messages: Sequence[Message], thought: str, spoken: str) -> Tokens:
        hit = miss = 0
        so_far = ""
        for message in messages:
            so_far += f"{message.role}\n{message.text}\n"
            count = estimate_tokens(message.text)
            if so_far in self._seen and not miss:
                hit += count
            else:
                miss += count
            self._seen.add(so_far)
        reasoning = estimate_tokens(thought)
        return Tokens(hit=hit, miss=miss, output=estimate_tokens(spoken), reasoning=reasoning)


def read_script(name: str, path: Path | None) -> Script:
    """A script from its file; an empty one without a file.

    Raises:
        ModelFailed: the file cannot be read or is no script.
    """
    if path is None:
        return Script()
    try:
        script = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Script)
        for line in script.answer:
            re.compile(line.match)
    except (OSError, ValueError, msgspec.ValidationError, re.error) as error:
        raise ModelFailed("missing", name, reason=f"{path.name}: {error}") from None
    return script


def _extracted(request: ChatRequest) -> str:
    text = extract(request.messages)
    return json.dumps({"answer": text}, ensure_ascii=False) if request.json else text


def _pieces(thought: str, text: str) -> Iterator[Thought | Said]:
    for piece in _PIECE.findall(thought):
        yield Thought(piece)
    for piece in _PIECE.findall(text):
        yield Said(piece)
