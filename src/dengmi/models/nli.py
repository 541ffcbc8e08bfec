"""Natural language inference in this process: whether sentences entail a claim (onnxruntime, of the
extra `semantic`).

Models are files as the library transformers exports them: an ONNX file whose output is one number
for each label, tokenizer.json, and config.json with the labels (`id2label`).
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dengmi.core.entailment import Odds, Pair
from dengmi.core.errors import BadSettings, ModelFailed
from dengmi.models.in_time import InTime
from dengmi.models.nli_files import found
from dengmi.models.nli_labels import labels_in, roles_of
from dengmi.settings.nli import NliSettings

if TYPE_CHECKING:
    from dengmi.models.nli_onnx import NliSession

TABLE = "nli"
NEVER = 2.0
"""Odds that nothing reaches."""

_TOGETHER = 8
"""Pairs in one piece of work, so that those of several answers take turns."""


class NliModel:
    """Implements `core.entailment.Entailment`. The model is loaded when it is first wanted, and
    fetched where it is not here.

    Raises:
        BadSettings: the labels of the settings have no meaning.
    """

    def __init__(self, settings: NliSettings, home: Path) -> None:
        self.name = f"{TABLE} {settings.model}"
        self.threshold = settings.threshold
        self.refuting = settings.refuting if settings.refuting < 1 else NEVER
        self.decides = settings.decides
        self.languages = settings.languages
        self._settings = settings
        self._home = home
        self._loading = asyncio.Lock()
        self._session: NliSession | None = None
        self._thread = ThreadPoolExecutor(1, "dengmi-nli")
        self._in_time: InTime[tuple[Pair, ...], Sequence[Odds | None]] = InTime(
            self.name, self.told, settings.deadline, kept=128
        )
        if settings.labels:
            _roles_set(settings.labels)

    async def open(self) -> None:
        """See `Entailment`."""
        with suppress(ModelFailed):
            await self._get(fetch=False)

    async def odds(self, pairs: Sequence[Pair]) -> Sequence[Odds | None] | None:
        """See `Entailment`."""
        return await self._in_time(tuple(pairs))

    async def told(self, pairs: Sequence[Pair]) -> Sequence[Odds | None]:
        """The odds, however long it takes. Raises ModelFailed."""
        session = await self._get()
        loop = asyncio.get_running_loop()
        made: list[Odds | None] = []
        for at in range(0, len(pairs), _TOGETHER):
            part = pairs[at : at + _TOGETHER]
            try:
                made += await loop.run_in_executor(self._thread, session.odds, part)
            except (RuntimeError, ValueError) as error:
                raise ModelFailed("request", self.name, reason=_line(error)) from None
        return made

    async def close(self) -> None:
        """Let go of the model's memory."""
        await self._in_time.close()
        self._session = None
        await asyncio.to_thread(self._thread.shutdown)

    async def _get(self, *, fetch: bool = True) -> "NliSession":
        async with self._loading:
            if self._session is None:
                self._session = await asyncio.to_thread(self._load, fetch)
            return self._session

    def _load(self, fetch: bool) -> "NliSession":
        """Blocks. Raises ModelFailed."""
        settings = self._settings
        try:
            from dengmi.models.nli_onnx import NliSession

            files = found(settings.model, settings.file, self._home, fetch=fetch)
            labels = settings.labels or labels_in(files.config)
            try:
                roles = roles_of(labels)
            except ValueError as error:
                raise _failed("nli_labels", self.name, labels=str(error)) from None
            return NliSession(files, roles, settings.threads)
        except ModelFailed:
            raise
        except ImportError:
            reason = "pip install 'dengmi[semantic]'"
            raise ModelFailed("missing", self.name, reason=reason) from None
        except Exception as error:  # noqa: BLE001 - the libraries raise of all kinds
            raise _failed("nli_not_loaded", self.name, reason=_line(error)) from None


def open_nli(settings: NliSettings, home: Path) -> NliModel | None:
    """The model; None where none is configured. Opens no file. Raises BadSettings."""
    return NliModel(settings, home) if settings.model else None


def _roles_set(labels: Sequence[str]) -> None:
    try:
        roles_of(labels)
    except ValueError as error:
        raise BadSettings("nli_labels_set", labels=str(error)) from None


def _failed(code: str, model: str, **params: str) -> ModelFailed:
    failed = ModelFailed("missing", model, None, **params)
    failed.code = code
    return failed


def _line(error: Exception) -> str:
    return " ".join((str(error) or type(error).__name__).split())[:200]
