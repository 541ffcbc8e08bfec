"""What the index folder says of itself: its version, how far it got, where its files are."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "state.json"


@dataclass(frozen=True, slots=True)
class State:
    """`version` of the index, `seq` of the store's change it stands at, `folder` of its files
    inside the index folder."""

    version: str
    seq: int
    folder: str


def read_state(folder: Path) -> State | None:
    """The state, or None when there is none that can be read. Blocks."""
    try:
        raw = json.loads((folder / FILE).read_text(encoding="utf-8"))
        state = State(
            version=str(raw["version"]),
            seq=int(raw["seq"]),
            folder=str(raw["folder"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return state if state.folder.startswith("words-") and "/" not in state.folder else None


def write_state(folder: Path, state: State) -> None:
    """Replace the state in one step that survives a crash. Blocks."""
    fresh = folder / f"{FILE}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / FILE)


def stamp(folder: Path) -> tuple[int, int] | None:
    """Something that changes whenever the state does; None without one. Blocks, briefly."""
    try:
        told = os.stat(f"{folder}/{FILE}")  # noqa: PTH116 - asked for every search: no new Path
    except OSError:
        return None
    return told.st_mtime_ns, told.st_ino
