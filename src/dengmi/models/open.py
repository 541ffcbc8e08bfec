"""Makes models from their settings, when they are first asked for."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from dengmi.core.chat import ChatModel
from dengmi.core.errors import ModelFailed
from dengmi.settings.options import ModelSettings


class Models:
    """The models of an installation, by their names in the settings."""

    def __init__(self, settings: Mapping[str, ModelSettings], home: Path) -> None:
        self._settings = settings
        self._home = home
        self._open: dict[str, ChatModel] = {}

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
        for model in self._open.values():
            await model.close()
        self._open.clear()


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
