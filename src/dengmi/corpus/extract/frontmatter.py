"""The head of a Markdown file: simple YAML between `---` or TOML between `+++`.

Only what heads of articles hold is understood: `key: value` lines, quoted values, lists and
nested tables skipped over. A full YAML parser is not needed, nor its dangers.
"""

import re
import tomllib
from collections.abc import Mapping

_YAML = re.compile(r"\A---[ \t]*\r?\n(?P<head>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_TOML = re.compile(r"\A\+\+\+[ \t]*\r?\n(?P<head>.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_PAIR = re.compile(r"^(?P<key>[A-Za-z_][\w.-]*)[ \t]*:(?:[ \t]+(?P<value>.*))?$")
_LARGEST_HEAD = 65_536
_LARGEST_TOML = 8_192
"""Characters of a TOML head: the parser takes quadratic time and memory for keys with dots."""


def split_front_matter(text: str) -> tuple[Mapping[str, object], str]:
    """(the values of the head by lower-case key, the text after it).

    A text without a head, or with one that cannot be read, comes back whole.
    """
    if found := _TOML.match(text[:_LARGEST_TOML]):
        try:
            values = tomllib.loads(found["head"].replace("\r\n", "\n"))
        except (ValueError, RecursionError):  # also numbers and dates that cannot be
            return {}, text
        return {key.lower(): value for key, value in values.items()}, text[found.end() :]
    found = _YAML.match(text[:_LARGEST_HEAD])
    if found and (pairs := _yaml_pairs(found["head"])):
        return pairs, text[found.end() :]
    return {}, text


def _yaml_pairs(head: str) -> dict[str, object]:
    """The top-level scalars and lists of simple YAML. Block scalars are joined by spaces."""
    pairs: dict[str, object] = {}
    key = ""
    for line in head.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if found := _PAIR.match(line):
            key = found["key"].lower()
            value = _scalar(found["value"] or "")
            pairs[key] = "" if value in ("|", ">", "|-", ">-", "|+", ">+") else value
        elif key and line[0] in " \t-":
            _extend(pairs, key, line.strip())
        else:
            return {}
    return pairs


def _extend(pairs: dict[str, object], key: str, line: str) -> None:
    """A further line of the key's value: a list item, or the next line of a text."""
    held = pairs[key]
    if line.startswith("- ") and (held == "" or isinstance(held, list)):
        pairs[key] = [*(held or []), _scalar(line[2:])]
    elif isinstance(held, str):
        pairs[key] = f"{held} {line}".strip()


def _scalar(value: str) -> str | list[str]:
    value = value.strip()
    if value[:1] in ("'", '"'):
        end = value.rfind(value[0])
        inner = value[1:end] if end > 0 else value[1:]
        return inner.replace("''", "'") if value[0] == "'" else inner.replace('\\"', '"')
    if value.startswith("[") and value.endswith("]"):
        parts = (part.strip().strip("'\"") for part in value[1:-1].split(","))
        return [part for part in parts if part]
    return re.split(r"\s+#", value, maxsplit=1)[0]
