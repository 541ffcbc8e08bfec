"""What every verb is handed: the home, the language, and words in that language."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dengmi.language.texts import text
from dengmi.settings.load import load_settings, user_language
from dengmi.settings.options import Settings


@dataclass
class App:
    """One run of the command. Its fields are filled while the options are read."""

    home: Path | None = None
    lang: str = ""
    debug: bool = False

    @cached_property
    def settings(self) -> Settings:
        """The settings of the home. Raises BadSettings."""
        return load_settings(self.home)

    @property
    def language(self) -> str:
        """ "en" or "zh": as told by --lang, else by the settings once read, else by the system."""
        return self.lang or user_language(self.__dict__.get("settings"))

    def say(self, key: str, /, **params: str | int | float) -> str:
        """The text of a key in the language of this run."""
        return text(key, self.language, **params)
