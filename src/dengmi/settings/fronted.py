"""Whether a proxy that gives no sign of itself stands in front of the server, as was found out: a
file in the home, so that it holds after a restart, stays with this computer, and can be deleted."""

from pathlib import Path

from dengmi.settings.options import Settings

_NAME = "proxied"
_LONGEST = 200


def fronted(settings: Settings) -> str:
    """The name under which readers reach the server through such a proxy; "" where none was seen.
    Blocks."""
    try:
        return place(settings).read_text("utf-8")[:_LONGEST].strip()
    except (OSError, UnicodeDecodeError):
        return ""


def note_fronted(settings: Settings, name: str) -> None:
    """Write it down. Blocks. Raises OSError."""
    place(settings).write_text(f"{name[:_LONGEST]}\n", "utf-8")


def place(settings: Settings) -> Path:
    """The file."""
    return settings.home / _NAME
