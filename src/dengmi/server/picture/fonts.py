"""Finds font files that can write a card: by the names under which systems keep them, without
opening any. Blocks for the disk."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HAN = (
    *("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf"),
    *("NotoSansSC-Regular.ttf", "NotoSansSC[wght].ttf", "NotoSansSC-VF.ttf"),
    *("NotoSansCJK-VF.ttc", "NotoSansCJK-VF.otf.ttc", "NotoSansCJKsc-VF.otf"),
    *("SourceHanSansSC-Regular.otf", "SourceHanSans.ttc", "SourceHanSansCN-Regular.otf"),
    *("PingFang.ttc", "Hiragino Sans GB.ttc", "STHeiti Light.ttc", "msyh.ttc", "msyh.ttf"),
    *("wqy-microhei.ttc", "wqy-zenhei.ttc", "DroidSansFallbackFull.ttf", "DroidSansFallback.ttf"),
    *("simhei.ttf", "simsun.ttc", "uming.ttc", "Arial Unicode.ttf"),
)
"""Files that have Chinese, the best first."""

BOLD = (
    *("NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold.otf", "NotoSansSC-Bold.otf"),
    *("NotoSansSC-Bold.ttf", "SourceHanSansSC-Bold.otf", "SourceHanSansCN-Bold.otf"),
    *("STHeiti Medium.ttc", "msyhbd.ttc", "msyhbd.ttf"),
)
"""The same in bold."""

LATIN = (
    *("NotoSans-Regular.ttf", "DejaVuSans.ttf", "LiberationSans-Regular.ttf"),
    *("SFNS.ttf", "HelveticaNeue.ttc", "Helvetica.ttc", "segoeui.ttf", "arial.ttf", "Arial.ttf"),
)
"""Files for everything else."""

_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Fonts:
    """Files to write with. `han` and `bold` are None where no font here has Chinese."""

    han: Path | None
    bold: Path | None
    latin: Path | None

    @property
    def writes(self) -> str:
        """What can be written: "all", or "latin" (with letters that the library brings)."""
        return "all" if self.han else "latin"


def find_fonts(wanted: str = "", folders: Iterable[Path] | None = None) -> Fonts:
    """The fonts of this system.

    Args:
        wanted: a file named by the operator, which then writes everything.
        folders: where to look; by default where the system keeps fonts.
    """
    if wanted:
        return Fonts(Path(wanted), Path(wanted), None)
    names = {*HAN, *BOLD, *LATIN}
    found: dict[str, Path] = {}
    for folder in font_folders() if folders is None else folders:
        for path in _files(folder):
            if path.name in names:
                found.setdefault(path.name, path)
    han = _first(HAN, found)
    return Fonts(han, _first(BOLD, found) or han, _first(LATIN, found))


def font_folders() -> Sequence[Path]:
    """Where this kind of system keeps fonts."""
    home = Path.home()
    if sys.platform == "darwin":
        return [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    if sys.platform == "win32":
        return [home / "AppData/Local/Microsoft/Windows/Fonts", Path("C:/Windows/Fonts")]
    return [
        *(home / ".local/share/fonts", home / ".fonts"),
        *(Path("/usr/local/share/fonts"), Path("/usr/share/fonts")),
    ]


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder, not too deep; what cannot be read is left out."""
    for at, inner, names in os.walk(folder):
        if len(Path(at).parts) - len(folder.parts) >= _DEEPEST:
            inner.clear()
        inner.sort()
        yield from (Path(at, name) for name in names)


def _first(names: Iterable[str], found: dict[str, Path]) -> Path | None:
    return next((found[name] for name in names if name in found), None)
