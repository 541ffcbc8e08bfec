"""A model in this process: llama.cpp on a GGUF file, by xllamacpp (the extra `local`).

llama.cpp brings its own server, which listens on a loopback port that only we have the key of; we
speak to it as to any other endpoint, so streaming, thinking, usage and hanging up are the same
code for all. The file is loaded when the model is first asked.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import msgspec

from dengmi.core.chat import ChatRequest, Piece
from dengmi.core.errors import ModelFailed
from dengmi.models.openai import OpenAiModel
from dengmi.settings.local import at_once
from dengmi.settings.options import ModelSettings

FOLDER = "models"
"""Where `dengmi models pull` puts files, inside the home."""

FIRST, BETWEEN = 300.0, 120.0
"""Seconds that are waited at the least for the first token and between two. Nothing can be lost on
the way; a prompt of 2,000 tokens alone takes a model of 1.5 B parameters 30 s on two cores, and
minutes where other work has them."""


class LocalModel:
    """One model in this process.

    Args:
        name: its name in the settings.
        settings: `model` is a GGUF file: a path, or the name of a file in the home's `models`.
        home: the home.
    """

    def __init__(self, name: str, settings: ModelSettings, home: Path) -> None:
        self.name = name
        self._settings = settings
        self._file = _file(settings.model, home)
        self._loading = asyncio.Lock()
        self._server: Any = None
        self._endpoint: OpenAiModel | None = None
        self._calls = 0
        self._ended = asyncio.Event()

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        """The pieces of one answer (see core.chat.ChatModel). Raises ModelFailed."""
        self._calls += 1
        try:
            endpoint = await self._loaded()
            async with aclosing(endpoint.chat(request)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            self._calls -= 1
            self._ended.set()

    async def idle(self) -> None:
        """Wait until no call is under way: closing the model ends them."""
        while self._calls:
            self._ended.clear()
            await self._ended.wait()

    async def close(self) -> None:
        """Let go of the model's memory."""
        if self._endpoint is not None:
            await self._endpoint.close()
            self._endpoint = None
        server, self._server = self._server, None
        if server is not None:
            await asyncio.to_thread(_drop, [server])

    async def _loaded(self) -> OpenAiModel:
        async with self._loading:
            if self._endpoint is None:
                key = secrets.token_urlsafe(16)
                self._server = await asyncio.to_thread(self._start, key)
                settings = msgspec.structs.replace(
                    self._settings,
                    base_url=f"{self._server.listening_address}/v1",
                    api_key=key,
                    profile="llama.cpp",
                    first=max(self._settings.first, FIRST),
                    between=max(self._settings.between, BETWEEN),
                )
                self._endpoint = OpenAiModel(self.name, settings)
            return self._endpoint

    def _start(self, key: str) -> Any:
        """Load the file and start its server; blocks."""
        try:
            import xllamacpp  # type: ignore[import-untyped]
        except ImportError:
            reason = "pip install 'dengmi[local]'"
            raise ModelFailed("missing", self.name, reason=reason) from None
        if not self._file.is_file():
            raise ModelFailed("missing", self.name, reason=f"{self._file.name}: dengmi models pull")
        params = xllamacpp.CommonParams()
        params.model.path = str(self._file)
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.api_keys = [key]
        params.model_alias = {self._file.stem}
        params.n_ctx = self._settings.context
        if self._settings.threads:
            params.cpuparams.n_threads = self._settings.threads
            params.cpuparams_batch.n_threads = self._settings.threads
        params.n_parallel = at_once(self._settings)
        params.use_jinja = True
        params.ui = False
        params.warmup = False
        params.verbosity = 0
        try:
            return xllamacpp.Server(params)
        except (RuntimeError, ValueError, OSError) as error:
            reason = f"{self._file.name}: {error}"[:200]
            raise ModelFailed("missing", self.name, reason=reason) from None


def _file(model: str, home: Path) -> Path:
    path = Path(model).expanduser()
    if path.is_absolute():
        return path
    return home / FOLDER / path


def _drop(held: list[Any]) -> None:
    """The server ends with its last reference; that waits for its threads."""
    held.clear()
