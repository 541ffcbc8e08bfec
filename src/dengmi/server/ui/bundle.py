"""Joins style sheets and modules into the one file of each that a page loads.

Every file costs a first visit a way to the server and back, and a slow phone some milliseconds
before it paints. The sources stay modules that editors and browsers understand; they are joined
when the first page is asked for, without a tool.
"""

import re
from collections.abc import Mapping

STYLES = {"asker.css": ("app.css", "asker.css"), "console.css": ("app.css", "console.css")}
"""Which sheets are joined to which."""

SCRIPTS = ("ask.js", "share.js", "console.js")
"""The modules that pages name; what these import goes into them."""

_IMPORT = re.compile(r'^import (?:(\{[^}\n]*\}) from )?"\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function\*? (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b", re.MULTILINE)


def bundled(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with sheets and modules joined; modules that only others import are left out.

    Raises:
        ValueError: a module imports or exports in a form that is not understood here: other than
            `import { a } from "./b.js";`, `import "./b.js";` and `export [async] function`.
    """
    made = dict(files)
    for name, parts in STYLES.items():
        made[name] = b"\n".join(files[part] for part in parts)
    for name in SCRIPTS:
        needed = _needed(files, name)
        made[name] = "\n".join(_closed(files, one) for one in needed).encode()
        for part in needed:
            if part not in SCRIPTS:
                made.pop(part, None)
    return made


def _needed(files: Mapping[str, bytes], name: str) -> list[str]:
    """The module and all that it imports, each behind what it imports itself."""
    order: list[str] = []

    def visit(one: str) -> None:
        if one in order:
            return
        for found in _IMPORT.finditer(files[one].decode()):
            visit(f"{found[2]}.js")
        order.append(one)

    visit(name)
    return order


def _closed(files: Mapping[str, bytes], name: str) -> str:
    """A module as a function that is called at once, whose value is what it exports: names of one
    module mean nothing in another."""
    source = files[name].decode()
    given = _EXPORT.findall(source)
    source = _EXPORT.sub("", _IMPORT.sub(_taken, source))
    if found := _LEFT.search(source):
        line = source[found.start() :].partition("\n")[0]
        raise ValueError(f"{name}: {line}")
    value = f"return {{ {', '.join(given)} }};\n" if given else ""
    return f"const ${name.removesuffix('.js')} = (() => {{\n{source}{value}}})();"


def _taken(found: re.Match[str]) -> str:
    return f"const {found[1]} = ${found[2]};\n" if found[1] else ""
