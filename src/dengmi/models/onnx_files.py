"""Files of a model that was exported to a folder."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def first_of(folder: Path, names: Sequence[str]) -> str:
    """The first of these files that is there.

    Raises:
        FileNotFoundError: none is; it names those that are most usual.
    """
    for name in names:
        if (folder / name).is_file():
            return name
    raise FileNotFoundError(f"{folder}: {' / '.join(names[:2])}?")


def json_of(path: Path) -> dict[str, Any]:
    """What a file of settings says; nothing where there is none, or no object in it."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
