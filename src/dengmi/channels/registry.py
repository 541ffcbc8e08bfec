"""The channels that the settings describe, each with a table of its own.

A channel joins by a line in `CHECKS`: a module that says what its tables lack and how they fare. It
is imported when somebody asks.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Protocol

from msgspec import Struct

from dengmi.core.clock import Clock
from dengmi.core.errors import BadSettings
from dengmi.settings.lacking import empty, unset
from dengmi.settings.load import SEALING

CHECKS: Mapping[str, str] = {
    "wechat": "dengmi.channels.wechat.check",
    "wecom": "dengmi.channels.wecom.check",
    "ilink": "dengmi.channels.ilink.check",
    "matrix": "dengmi.channels.matrix.check",
}
"""The tables of the settings that describe channels, each with its module."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it stands, and the text that says so and what to do."""

    state: Literal["ok", "warn", "fail"]
    key: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)


class Check(Protocol):
    """What the module of a channel has. `settings` is the channel's table as it was read."""

    def missing(self, settings: Any, /) -> Sequence[str]:
        """The keys without which it cannot work."""
        ...

    def fault(self, name: str, settings: Any, /) -> BadSettings | None:
        """Why it cannot be opened, and what to do; None where nothing is in the way."""
        ...

    def place(self, name: str, settings: Any, /) -> str:
        """The path that its platform calls; "" where none is called."""
        ...

    def kind(self, settings: Any, /) -> str:
        """What it is, in one word."""
        ...

    async def check(
        self, name: str, settings: Any, /, *, public: str, home: Path, clock: Clock
    ) -> Sequence[Finding]:
        """Call the platform once, and say how it fares.

        Args:
            public: the address of this server as its readers know it; "" where there is none.
        """
        ...


def check_of(table: str) -> Check:
    """The module of a table."""
    found: Any = import_module(CHECKS[table])
    checked: Check = found
    return checked


def lacking(table: str, name: str, keys: Sequence[str]) -> BadSettings | None:
    """What is said of the first of the keys that a channel lacks; None where it lacks none."""
    return BadSettings("channel_secret_missing", key=f"{table}.{name}.{keys[0]}") if keys else None


def faults(settings: Any) -> Mapping[tuple[str, str], BadSettings]:
    """Why channels cannot be opened, of those that cannot. Blocks: which variable is not set stands
    in dengmi.toml."""
    found, named = {}, unset(settings)
    for (table, name), each in tables(settings).items():
        fault = check_of(table).fault(name, each)
        if fault is not None and fault.code == "channel_secret_missing":
            fault = empty(settings, str(fault.params["key"]))
        fault = named.get(_sealed_by(table, name)) or fault
        if fault is not None:
            found[table, name] = fault
    return found


def _sealed_by(table: str, name: str) -> str:
    """The setting without which messages that are to be sealed are not (see `load.SEALING`)."""
    return f"{table}.{name}.{SEALING}"


async def tested(settings: Any, table: str, name: str, clock: Clock) -> Sequence[Finding]:
    """Call the platform of one channel once, and say how it fares, or what it lacks.

    Args:
        settings: all of them; the table has an entry of the name.
    """
    check, each = check_of(table), getattr(settings, table)[name]
    if missing := check.missing(each):
        keys = [f"{table}.{name}.{key}" for key in missing]
        lacks = [await asyncio.to_thread(empty, settings, key) for key in keys]
        return [Finding("fail", each.code, each.params) for each in lacks]
    named = await asyncio.to_thread(unset, settings)
    if (fault := named.get(_sealed_by(table, name))) is not None:
        return [Finding("fail", fault.code, fault.params)]
    public = settings.server.public_url.rstrip("/")
    return await check.check(name, each, public=public, home=Path(settings.home), clock=clock)


def tables(settings: Any) -> Mapping[tuple[str, str], Struct]:
    """Every channel of the settings: (table, name) and what is set."""
    return {
        (table, name): each for table in CHECKS for name, each in getattr(settings, table).items()
    }
