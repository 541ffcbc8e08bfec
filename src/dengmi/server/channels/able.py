"""Which channels of the settings can be opened. One that cannot is off, and must not keep the
others, or the server, from starting."""

import logging
from collections.abc import Mapping
from typing import TypeVar

from dengmi.channels.registry import check_of, faults
from dengmi.language.texts import text
from dengmi.settings.options import Settings

log = logging.getLogger(__name__)

Wanted = TypeVar("Wanted")


def able(table: str, wanted: Mapping[str, Wanted]) -> Mapping[str, Wanted]:
    """Those of a table's channels that nothing keeps from being opened."""
    check = check_of(table)
    return {name: each for name, each in wanted.items() if check.fault(name, each) is None}


def tell_off(settings: Settings) -> None:
    """A line of the log for each channel that is off, with the reason and what to do.
    Blocks."""
    for (table, name), fault in faults(settings).items():
        why = text(fault.code, settings.language or "en", **fault.params)
        log.warning("channel %s.%s is off: %s", table, name, why)
