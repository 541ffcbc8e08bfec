"""Embedding and reranking in this process: fastembed on ONNX files (the extra `semantic`).

A model is downloaded when it is first used and kept in the home. Instead of a name the settings
may give a folder with `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`, for machines
without a network.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

from dengmi.core.errors import ModelFailed
from dengmi.models.onnx_files import first_of, json_of

FOLDER = "models/fastembed"
"""Where models are kept, inside the home."""

_FILES = ("model.onnx", "onnx/model.onnx", "model_optimized.onnx", "onnx/model_quantized.onnx")
_TOGETHER = 8
"""Texts at a time, so that a question need not wait long for the processor."""


_T = TypeVar("_T")
_Args = TypeVarTuple("_Args")


class _Loaded:
    """A model that is loaded when it is first used, in a thread. Questions have a thread of their
    own, so that they do not wait for passages."""

    def __init__(self, table: str, model: str, open_: Callable[[bool], Any]) -> None:
        self._table = table
        self._model = model
        self._open = open_
        self._loading = asyncio.Lock()
        self._loaded: Any = None
        self._threads = ThreadPoolExecutor(2, "dengmi-fastembed")

    async def open(self) -> None:
        """Load the model if it is here."""
        with suppress(ModelFailed):
            await self.get(fetch=False)

    async def get(self, *, fetch: bool = True) -> Any:
        """The model; downloaded where it is not here. Raises ModelFailed."""
        async with self._loading:
            if self._loaded is None:
                self._loaded = await asyncio.to_thread(self._load, fetch)
            return self._loaded

    async def run(self, work: "Callable[[*_Args], _T]", *args: *_Args) -> _T:
        """Do something with it in a thread. Raises ModelFailed."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        except (RuntimeError, ValueError) as error:
            raise ModelFailed("request", self._table, reason=_line(error)) from None

    async def close(self) -> None:
        self._loaded = None
        await asyncio.to_thread(self._threads.shutdown)

    def _load(self, fetch: bool) -> Any:
        try:
            import_module("loguru").logger.disable("fastembed")  # what it says, we say better
            return self._open(fetch)
        except ImportError:
            reason = "pip install 'dengmi[semantic]'"
            raise ModelFailed("missing", self._table, reason=reason) from None
        except Exception as error:  # noqa: BLE001 - the hub's library raises of all kinds
            failed = ModelFailed(
                "missing", self._table, name=self._model, reason=_line(error), table=self._table
            )
            failed.code = "model_not_loaded"
            raise failed from None


class FastEncoder:
    """Implements `models.embedding.Encoder`."""

    def __init__(self, model: str, home: Path, threads: int) -> None:
        self._model = _Loaded("embedding", model, partial(_open_embedding, model, home, threads))

    async def encode(
        self,
        texts: Sequence[str],
        *,
        hurry: bool,  # noqa: ARG002 - there is nobody else to wait for
    ) -> Sequence[Sequence[float]]:
        """See `Encoder`."""
        model = await self._model.get()
        made: list[Sequence[float]] = []
        for at in range(0, len(texts), _TOGETHER):
            made += await self._model.run(_embedded, model, texts[at : at + _TOGETHER])
        return made

    async def open(self) -> None:
        """Load the model if it is here."""
        await self._model.open()

    async def close(self) -> None:
        """Let go of the model's memory."""
        await self._model.close()


class FastReranker:
    """A cross encoder."""

    def __init__(self, model: str, home: Path, threads: int) -> None:
        self._model = _Loaded("reranking", model, partial(_open_reranking, model, home, threads))

    async def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """A score for each text. Raises ModelFailed."""
        return await self._model.run(_scored, await self._model.get(), question, texts)

    async def open(self) -> None:
        """Load the model if it is here."""
        await self._model.open()

    async def close(self) -> None:
        """Let go of the model's memory."""
        await self._model.close()


def _embedded(model: Any, texts: Sequence[str]) -> list[Sequence[float]]:
    return [vector.tolist() for vector in model.embed(list(texts))]


def _scored(model: Any, question: str, texts: Sequence[str]) -> Sequence[float]:
    return [float(score) for score in model.rerank(question, texts)]


def _open_embedding(model: str, home: Path, threads: int, fetch: bool) -> Any:
    """Blocks: reads, or downloads. Raises of many kinds."""
    kind = import_module("fastembed").TextEmbedding
    options: dict[str, Any] = {"cache_dir": str(home / FOLDER), "threads": threads}
    folder = Path(model).expanduser()
    if not folder.is_absolute():
        return _kept_or_fetched(kind, model, options, fetch)
    known = import_module("fastembed.common.model_description")
    config = json_of(folder / "config.json")
    pooled = json_of(folder / "1_Pooling" / "config.json").get("pooling_mode_cls_token")
    name = f"folder:{folder}"
    if name.lower() not in _names(kind):
        kind.add_custom_model(
            model=name,
            pooling=known.PoolingType.CLS if pooled else known.PoolingType.MEAN,
            normalization=True,
            sources=known.ModelSource(url="file:"),
            dim=int(config.get("hidden_size", 0)),
            model_file=first_of(folder, _FILES),
        )
    return kind(name, specific_model_path=str(folder), **options)


def _open_reranking(model: str, home: Path, threads: int, fetch: bool) -> Any:
    """The same for a cross encoder."""
    kind = import_module("fastembed.rerank.cross_encoder").TextCrossEncoder
    options: dict[str, Any] = {"cache_dir": str(home / FOLDER), "threads": threads}
    folder = Path(model).expanduser()
    if not folder.is_absolute():
        return _kept_or_fetched(kind, model, options, fetch)
    known = import_module("fastembed.common.model_description")
    name = f"folder:{folder}"
    if name.lower() not in _names(kind):
        kind.add_custom_model(
            model=name, sources=known.ModelSource(url="file:"), model_file=first_of(folder, _FILES)
        )
    return kind(name, specific_model_path=str(folder), **options)


def _names(kind: Any) -> set[str]:
    return {one["model"].lower() for one in kind.list_supported_models()}


def _kept_or_fetched(kind: Any, model: str, options: dict[str, Any], fetch: bool) -> Any:
    """The model from the home; downloaded where it is not there and may be. One that is there
    opens without any request, also on a machine without a network."""
    try:
        return kind(model, local_files_only=True, **options)
    except Exception as error:  # whatever is wrong with it, fetching may mend it
        if not fetch or "not supported" in str(error):
            raise
        return kind(model, **options)


def _line(error: Exception) -> str:
    return " ".join((str(error) or type(error).__name__).split())[:200]
