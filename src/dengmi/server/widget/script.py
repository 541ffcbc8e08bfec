"""The widget's script: its sources, put together when it is first asked for."""

import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dengmi.core.ids import content_hash


@dataclass(frozen=True, slots=True)
class Script:
    """What is served: as it is and packed, under a tag that changes with it."""

    plain: bytes
    packed: bytes
    tag: str


@cache
def script() -> Script:
    """The script, all in one function of its own so that nothing of it meets the page's names.
    Reads files; blocks."""
    folder = files(__package__).joinpath("source")
    named = {entry.name: entry.read_text("utf-8") for entry in folder.iterdir()}
    style = json.dumps(_thin(named.pop("style.css")), ensure_ascii=False)
    parts = ['(() => {\n"use strict";', f"const STYLE = {style};"]
    parts += [_bare(named[name]) for name in sorted(named)]
    plain = "\n".join([*parts, "})();\n"]).encode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), content_hash(plain.decode())[:16])


def _thin(style: str) -> str:
    """A style sheet without the breaks that only its writer needs."""
    return " ".join(line.strip() for line in style.splitlines())


def _bare(source: str) -> str:
    """A script without indents and lines of comment, which only its writer needs. No text of it
    goes over several lines (tested)."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
