"""HTML to an element tree that is safe to walk: bounded in size, depth and attributes."""

import html as entities
import re
from typing import TYPE_CHECKING

from dengmi.core.errors import Unreadable

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

MOST_HTML = 20_000_000
"""Characters of one page."""

DEEPEST = 160
"""Levels of nesting that are kept; elements below that are dissolved into their parents."""

_DEEP_LIMIT = 2_000
_LONG_VALUE = re.compile(r"""=\s*(?:"[^"<>]{1000,}"|'[^'<>]{1000,}')""")
_MOST_ATTRIBUTES = 200
_VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]{0,2000}+)"""
_ATTRIBUTE = rf"[\s/]*+[^\s/>][^\s/>=]{{0,200}}+(?>(?:\s*+=\s*+(?>{_VALUE}?))?)"
# Read as browsers do: values in quotation marks may hold "<" and ">", and attributes need no value.
_CROWDED_TAG = re.compile(
    rf"<([A-Za-z][A-Za-z0-9-]{{0,30}}+)(?>(?:{_ATTRIBUTE}){{{_MOST_ATTRIBUTES},}})[^>]*+>?"
)
_ENDS = re.compile(r"</(?:html|body)\s*>", re.I)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_BREAK = re.compile(
    r"<(?:/?(?:p|div|li|tr|h[1-6]|section|article|table|ul|ol|dl|dd|dt)|br)\b[^<>]*>", re.I
)
_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>?")


def parse(markup: str) -> "HtmlElement | None":
    """The tree of a page, or None when it is too deep to be one (see `rough_lines`).

    Raises Unreadable("page_too_big").
    """
    root = whole_tree(markup)
    return root if root is not None and _flattened(root) else None


def whole_tree(markup: str) -> "HtmlElement | None":
    """The tree of a page, however deep; None when there is none.

    Raises Unreadable("page_too_big").
    """
    from lxml import etree  # type: ignore[import-untyped]
    from lxml import html as lxml_html

    if len(markup) > MOST_HTML:
        raise Unreadable("page_too_big", most=MOST_HTML // 1_000_000)
    # Scripts upset the parser and hold nothing that is shown; it also stops at the first end tag
    # of the page, though some pages go on after it.
    markup = _ENDS.sub("", _without_scripts(markup))
    # Long attribute values (pictures in the address) say nothing; a tag with thousands of
    # attributes takes the parser quadratic time.
    markup = _LONG_VALUE.sub('=""', _DECLARATION.sub("", markup.replace("\0", "")))
    markup = _CROWDED_TAG.sub(r"<\1>", markup)
    parser = lxml_html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, collect_ids=False
    )
    try:
        return lxml_html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _without_scripts(markup: str) -> str:
    """Without scripts, but for JSON-LD. Linear, whatever the markup is like."""
    lower = markup.lower()
    if len(lower) != len(markup):  # a few letters grow when made small
        lower = markup
    kept, at = [], 0
    while (start := lower.find("<script", at)) >= 0:
        end = lower.find("</script", start)
        if end < 0:
            break
        end = lower.find(">", end) + 1 or len(markup)
        is_data = "ld+json" in lower[start : min(start + 300, end)]
        kept.append(markup[at : end if is_data else start])
        at = end
    kept.append(markup[at:])
    return "".join(kept)


def _flattened(root: "HtmlElement") -> bool:
    """Dissolve what is nested too deeply; False when it is too much to be worth it."""
    from lxml import etree

    depth, deep = 0, []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and depth > DEEPEST:
            deep.append(element)
            if depth > _DEEP_LIMIT or len(deep) > 4 * _DEEP_LIMIT:
                return False
    for element in deep:
        if element.tag not in ("script", "style"):
            element.drop_tag()
    return True


def rough_lines(markup: str) -> list[str]:
    """The text of a page that has no usable tree, line by line, by leaving out its tags."""
    text = _BREAK.sub("\n", _COMMENT.sub(" ", _without_scripts(markup).replace("\n", " ")))
    lines = (
        " ".join(line.split())
        for line in entities.unescape(_TAG.sub("", text.replace("\0", ""))).split("\n")
    )
    return [line for line in lines if line]


def first(root: "HtmlElement", path: str) -> "HtmlElement | None":
    """The first element of an XPath, or None."""
    found = root.xpath(path)
    return found[0] if found else None


def text_of(element: "HtmlElement | None") -> str:
    """All text of an element on one line."""
    return "" if element is None else " ".join("".join(element.itertext()).split())
