"""Makes models from their settings, when they are first asked for."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol, runtime_checkable

from msgspec.structs import replace

from dengmi.core.chat import ChatModel
from dengmi.core.errors import ModelFailed
from dengmi.settings.options import ModelSettings


@runtime_checkable
class Lingering(Protocol):
    """A model whose calls end when it is closed; those of an endpoint go on."""

    async def idle(self) -> None:
        """Wait until no call is under way."""
        ...


class Models:
    """The models of an installation, by their names in the settings."""

    def __init__(self, settings: Mapping[str, ModelSettings], home: Path) -> None:
        self._settings = dict(settings)
        self._home = home
        self._open: dict[str, ChatModel] = {}
        self._retiring: dict[asyncio.Task[None], ChatModel] = {}

    def become(self, settings: Mapping[str, ModelSettings]) -> None:
        """Have these models from now on. Those that are others by now, or gone, are closed when
        their calls have ended; one that is gone is still made for an answer that began with it."""
        for name in list(self._open):
            new = settings.get(name)
            if new is None or not _same(new, self._settings[name]):
                model = self._open.pop(name)
                task = asyncio.create_task(_retire(model), name=f"closing {name}")
                self._retiring[task] = model
                task.add_done_callback(self._retiring.pop)
        self._settings |= settings

    def get(self, name: str) -> ChatModel:
        """The model of a name; made once.

        Raises:
            ModelFailed: a part or a file that it needs is not here.
        """
        if name not in self._open:
            self._open[name] = open_model(name, self._settings[name], self._home)
        return self._open[name]

    def warm(self) -> None:
        """Make the models whose script is read from a file; blocks. One that cannot be made says
        so when it is asked."""
        for name, each in self._settings.items():
            if each.kind == "scripted":
                with suppress(ModelFailed):
                    self.get(name)

    async def close(self) -> None:
        """Close what was opened."""
        left = [*self._retiring.values(), *self._open.values()]
        for task in self._retiring:
            task.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)
        for model in left:
            await model.close()
        self._open.clear()


def _same(one: ModelSettings, other: ModelSettings) -> bool:
    """Whether both are made alike: what they cost makes no other model."""
    return replace(one, price=None) == replace(other, price=None)


async def _retire(model: ChatModel) -> None:
    """Close a model that nobody new is given, once its calls have ended."""
    if isinstance(model, Lingering):
        await model.idle()
    await model.close()


def open_model(name: str, settings: ModelSettings, home: Path) -> ChatModel:
    """A model from its settings. Raises ModelFailed."""
    if settings.kind in ("deepseek", "openai"):
        from dengmi.models.openai import OpenAiModel

        if not settings.base_url and settings.kind == "openai":
            raise ModelFailed("missing", name, reason=f"models.{name}.base_url")
        return OpenAiModel(name, settings)
    if settings.kind == "scripted":
        from dengmi.models.scripted import ScriptedModel, read_script

        path = home / settings.model if settings.model else None
        return ScriptedModel(name, read_script(name, path))
    from dengmi.models.local import LocalModel

    return LocalModel(name, settings, home)
