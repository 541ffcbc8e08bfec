"""The main part of a page, as blocks: trafilatura's choice, checked against plain text density."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING

from dengmi.corpus.blocks import Block, joined, row_text
from dengmi.corpus.extract.tree import text_of

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

MOST_ELEMENTS = 10_000
MOST_TEXT = 200_000
"""Pages with more elements or characters get by with the density search, which is linear."""

_HAN = re.compile("[\u3400-\u9fff]+")
_STOPS = re.compile(r"[，。！？；]|[,.!?;](?:\s|$)")
_EDGE = re.compile(
    r"免责声明|郑重声明|版权所有|举报电话|举报邮箱|不良信息|客服电话|网友评论"
    r"|不代表.{0,12}(?:立场|观点)|友情链接|ICP备"
    r"|转载请注明|Copyright|All Rights Reserved|\bcookies\b|Privacy Policy"
    r"|Terms of (?:Use|Service)",
    re.I,
)
_LIKELY = re.compile(r"content|article|detail|entry|post|story|text|正文|editor", re.I)
_UNLIKELY = re.compile(
    r"comment|foot|copyright|recommend|relat|rank|side|nav|share"
    r"|disclaimer|statement|hot|links|crumb",
    re.I,
)

ENOUGH = 250
"""Characters (a Han character counts three) that make a body believable without a second look."""


def main_blocks(root: "HtmlElement", url: str) -> list[Block]:
    """The blocks of the article on a page; empty when the page holds no text.

    On pages in Chinese the densest element is the better guess: trafilatura's lists of names and
    its minimum lengths were made for European pages. Elsewhere it is only a check and a reserve.
    """
    _prune(root)
    dense = dense_blocks(root)
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS or _text_size(root) > MOST_TEXT:
        return dense
    best = trafilatura_blocks(root, url, precise=True)
    if _prose(best) < ENOUGH:
        best = max(best, trafilatura_blocks(root, url, precise=False), key=_prose)
    if _is_chinese(dense) and _prose(dense) >= 0.5 * _prose(best):
        return dense
    if weight(best) < ENOUGH and _prose(dense) > 1.5 * weight(best):
        return dense
    return recovered(best, dense)


def _text_size(root: "HtmlElement") -> int:
    """Characters of text that a page shows."""
    hidden = ("script", "style")
    return sum(
        (len(element.text or "") if element.tag not in hidden else 0) + len(element.tail or "")
        for element in root.iter()
    )


def _is_chinese(found: list[Block]) -> bool:
    whole = "".join(block.text for block in found)
    return _han(whole) > 0.2 * len(whole)


def _prose(found: list[Block]) -> int:
    """The weight of the blocks that read like sentences and not like the edge of a page."""
    return weight(
        [block for block in found if _STOPS.search(block.text) and not _EDGE.search(block.text)]
    )


def _prune(root: "HtmlElement") -> None:
    """Take out what shows up only over the text: hidden bits and tooltips."""
    path = "//body//*[contains(@class, 'tooltip') or contains(@class, 'rollover')"
    path += " or contains(translate(@style, ' DISPLAYNO', 'displayno'), 'display:none')]"
    for element in root.xpath(path):
        if element.getparent() is not None and len(text_of(element)) < 500:
            element.drop_tree()


def recovered(best: list[Block], dense: list[Block]) -> list[Block]:
    """`best`, with the paragraphs put back that it lost out of the middle of the article.

    `dense` is the same part of the page with everything in it. Only what reads like prose comes
    back, and only where its neighbours belong to the article.
    """
    bare = ["".join(block.text.split()) for block in best]
    whole = "\n".join(bare)
    inside = ["".join(block.text.split()) in whole for block in dense]
    held = sum(len(block.text) for block, here in zip(dense, inside, strict=True) if here)
    if not held or held < 0.85 * sum(len(block.text) for block in best):
        return best
    lost = [
        not here and block.kind in ("paragraph", "quote") and _is_prose(block.text)
        for block, here in zip(dense, inside, strict=True)
    ]
    known = [number for number, here in enumerate(inside) if here]
    many = sum(lost[known[-1] :]) >= 3
    result, at = list(best), 0
    for number, block in enumerate(dense):
        if inside[number]:
            text = "".join(block.text.split())
            at = next((n + 1 for n in range(at, len(result)) if text in _bare(result[n])), at)
        elif lost[number] and (known[0] < number < known[-1] or (many and number > known[-1])):
            result.insert(at, block)
            at += 1
    return result


def _bare(block: Block) -> str:
    return "".join(block.text.split())


def _is_prose(text: str) -> bool:
    """Long enough for a paragraph, and ending like a sentence."""
    return len(text) + 2 * _han(text) >= 150 and text.rstrip("”\"'’）)」』")[-1:] in ".!?。！？…"


def weight(found: list[Block]) -> int:
    """How much text blocks hold: characters, a Han character for three."""
    whole = "".join(block.text for block in found)
    return len(whole) + 2 * _han(whole)


def _han(text: str) -> int:
    return len(text) - len(_HAN.sub("", text))


def trafilatura_blocks(root: "HtmlElement", url: str, precise: bool) -> list[Block]:
    """What trafilatura takes for the article."""
    from trafilatura import bare_extraction

    read = bare_extraction(
        deepcopy(root),
        url=url or None,
        favor_precision=precise,
        include_comments=False,
        include_tables=True,
        include_formatting=False,
        include_images=False,
        include_links=False,
        with_metadata=False,
    )
    body = getattr(read, "body", None)
    return list(_tei_blocks(body, 0)) if body is not None else []


def _tei_blocks(element: "_Element", depth: int) -> Iterator[Block]:
    """trafilatura's own small set of elements to blocks."""
    for child in element:
        match child.tag:
            case "head":
                rend = child.get("rend") or "h2"
                level = int(rend[1]) if rend[1:2].isdigit() else 2
                yield from _lines(child, "heading", level)
            case "list":
                yield from _items(child, depth + 1)
            case "table":
                yield from _rows(child)
            case "code":
                if text := "\n".join(x.rstrip() for x in _raw(child).splitlines()).strip("\n"):
                    yield Block("code", text)
            case "quote":
                yield from _lines(child, "quote", 0)
            case _:
                yield from _mixed(child, depth)
        if child.tail and (text := joined(child.tail.splitlines())):
            yield Block("paragraph", text)


def _mixed(element: "_Element", depth: int) -> Iterator[Block]:
    """A paragraph, or a wrapper around further blocks."""
    if any(child.tag in ("p", "list", "table", "head", "quote") for child in element):
        if element.text and (text := joined(element.text.splitlines())):
            yield Block("paragraph", text)
        yield from _tei_blocks(element, depth)
    else:
        yield from _lines(element, "paragraph", 0)


def _items(element: "_Element", depth: int) -> Iterator[Block]:
    ordered = (element.get("rend") or "").startswith("ol")
    number = 0
    for item in element:
        inner = [child for child in item if child.tag == "list"]
        for child in inner:
            item.remove(child)
        paragraphs = [text for child in item if child.tag == "p" and (text := text_of(child))]
        text = " ".join(" ".join(_split(item)).split())
        if len(text) > 400 and len(paragraphs) > 1:  # a page laid out as a list
            yield from (Block("paragraph", paragraph) for paragraph in paragraphs)
        elif text:
            number += 1
            yield Block("item", text, depth, number if ordered else 0)
        for child in inner:
            yield from _items(child, depth + 1)


def _rows(table: "_Element") -> Iterator[Block]:
    head = 1
    for row in table.iter("row"):
        cells = [" ".join(" ".join(cell.itertext()).split()) for cell in row if cell.tag == "cell"]
        if text := row_text(cells):
            if len([cell for cell in cells if cell]) == 1 and head:
                yield Block("paragraph", text)
                continue
            yield Block("row", text, head)
            head = 0


def _raw(element: "_Element") -> str:
    for line_break in element.iter("lb"):
        line_break.tail = "\n" + (line_break.tail or "")
    return "".join(element.itertext())


def _split(element: "_Element") -> list[str]:
    """The text of an element, cut where it breaks the line."""
    for line_break in element.iter("lb"):
        line_break.tail = "\u2028" + (line_break.tail or "")
    parts = "".join(element.itertext()).split("\u2028")
    return [text for part in parts if (text := joined(part.split("\n")))]


def _lines(element: "_Element", kind: str, level: int) -> Iterator[Block]:
    texts = _split(element)
    if kind == "heading":
        texts = [" ".join(texts)] if texts else []
    for text in texts:
        yield Block(kind, text, level)  # type: ignore[arg-type]


def dense_blocks(root: "HtmlElement") -> list[Block]:
    """The element whose own paragraphs hold the most text outside links, as blocks."""
    from dengmi.corpus.extract.flow import element_blocks

    scores: dict[HtmlElement, float] = {}
    for element in root.iter("p", "div", "section", "article", "td", "pre", "li", "span"):
        own = _own_text(element)
        if own < 8:
            continue
        share = 1.0
        holds = element.tag in ("div", "section", "article", "td")
        above = element if holds else element.getparent()
        for _ in range(4):
            if above is None or above.tag in ("html", "head"):
                break
            scores[above] = scores.get(above, 0.0) + own * share
            share *= 0.6
            above = above.getparent()
    body = root.find("body")
    best = max(scores, key=lambda element: scores[element] * _name_factor(element), default=None)
    found = element_blocks(best) if best is not None else []
    return found or element_blocks(body if body is not None else root)


def _name_factor(element: "HtmlElement") -> float:
    """How likely an article is in an element of that name."""
    name = f"{element.get('class') or ''} {element.get('id') or ''}"[:200]
    factor = 1.25 if _LIKELY.search(name) or element.tag == "article" else 1.0
    return factor * (0.3 if _UNLIKELY.search(name) else 1.0)


def _own_text(element: "HtmlElement") -> int:
    """Characters directly in an element or in its inline children, no links and no small print."""
    texts = [element.text or ""]
    for child in element:
        texts.append(child.tail or "")
        if child.tag in ("b", "strong", "em", "i", "font", "u"):
            texts.append(child.text or "")
    text = "".join(texts).strip()
    return 0 if len(text) < 300 and _EDGE.search(text) else len(text)
