"""WeChat Official Account articles (mp.weixin.qq.com), saved or as the server sends them.

The body stands in `#js_content`, hidden by its style until scripts run. Authors lay it out with
nested sections and spans, and make headings by setting a short paragraph bold or large.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from dengmi.core.errors import Unreadable
from dengmi.corpus.blocks import Block
from dengmi.corpus.extract.dates import iso_date
from dengmi.corpus.extract.extracted import Extracted
from dengmi.corpus.extract.flow import Loud, styled_blocks
from dengmi.corpus.extract.markdown import to_markdown
from dengmi.corpus.extract.titles import first_line
from dengmi.corpus.extract.tree import first, parse, text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

_HOST = re.compile(r"^https?://mp\.weixin\.qq\.com/", re.I)
_GONE = re.compile(
    r"该内容已被发布者删除|此内容因违规无法查看|此内容被投诉|该公众号已迁移|此帐号已被屏蔽|此账号已被屏蔽"
    r"|内容已删除|该内容暂时无法查看|此内容发送失败无法查看|链接已过期|参数错误|已停止访问该网页"
)
_BLOCKED = re.compile(
    r"环境异常|完成验证后即可继续访问|请在微信客户端打开链接|访问过于频繁|操作频繁"
)
_CREATED = re.compile(
    r"(?:\bvar\s+(?:ct|oriCreateTime|svr_time_of_msg)|create_time|publish_time|createTime)"
    r"""\s*[=:]\s*["']?(?:"\s*\|\|\s*")?(\d{10})\b"""
)
_CREATED_TEXT = re.compile(
    r"""(?:create_time|createTime|publish_time)\s*[=:]\s*["']"""
    r"((?:19|20)\d{2}-\d{1,2}-\d{1,2}(?: \d{1,2}:\d{2})?)"
)
_LINK = re.compile(r"""\bmsg_link\s*[=:]\s*["']([^"'\s]+)["']""")
_NICKNAME = re.compile(r"""\bnickname\s*[=:]\s*(?:htmlDecode\()?["']([^"']{1,60})["']""")
_JS_TITLE = re.compile(r"""\bmsg_title\s*[=:]\s*["']([^"']{1,200})["']""")
_BEIJING = 8 * 3600
_LONGEST_HEADING = 40
_NO_HEADING_END = "。！？，；：、…,.;!?:"


def is_wechat(root: "HtmlElement", url: str) -> bool:
    """Whether a page is a WeChat article, or what WeChat shows instead of one."""
    return first(root, "//*[@id='js_content']") is not None or bool(_HOST.match(url))


def wechat_page(root: "HtmlElement", markup: str, url: str) -> Extracted:
    """The article of a WeChat page. Raises Unreadable: "wechat_deleted", "wechat_blocked",
    "page_empty"."""
    content = first(root, "//*[@id='js_content']")
    styled = styled_blocks(content) if content is not None else []
    found = with_headings(styled)
    title = _title(root, markup)
    if not found:
        found = _other_kinds(root)
    if not found:
        raise _why_empty(root)
    author = _meta(root, "author") or _meta(root, "og:article:author")
    account = text_of(first(root, "//*[@id='js_name']")) or _found(_NICKNAME, markup)
    while len(found) > 1 and found[0].text == title:
        found = found[1:]
    return Extracted(
        title=title or first_line(found[0].text),
        body=to_markdown(found),
        author=" · ".join(dict.fromkeys(filter(None, (account, author)))),
        published=_published(root, markup),
        lang="zh",
        url=_address(root, markup, url),
    )


def content_markdown(markup: str, title: str) -> str:
    """The text of an article from its content alone, as the platform's interface gives it."""
    root = parse(f"<html><body>{markup}</body></html>")
    found = with_headings(styled_blocks(root)) if root is not None else []
    while len(found) > 1 and found[0].text == title:
        found = found[1:]
    return to_markdown(found)


def with_headings(styled: Sequence[tuple[Block, Loud]]) -> list[Block]:
    """The blocks, short ones that are set bold or large turned into headings.

    Three and more such lines in a row are a poem or a slogan, not headings; a lone number above a
    heading belongs to it.
    """
    sizes = sorted(loud.size for block, loud in styled if loud.size for _ in block.text)
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    marked = [_is_loud(block, loud, usual) for block, loud in styled]
    runs = _runs(marked)
    result: list[Block] = []
    number = ""
    for at, (block, _) in enumerate(styled):
        if not marked[at] or runs[at] >= 3:
            if number:
                result.append(Block("paragraph", number))
            number = ""
            result.append(block)
        elif re.fullmatch(
            r"(?:PART|NO|第)?[\s.·]*[\d一二三四五六七八九十]{1,3}[\s.、/章节]*", block.text, re.I
        ):
            number = block.text
        else:
            level = block.level if block.kind == "heading" else 2
            result.append(Block("heading", f"{number} {block.text}".strip(), max(level, 2)))
            number = ""
    return result + ([Block("paragraph", number)] if number else [])


def _is_loud(block: Block, loud: Loud, usual: float) -> bool:
    if block.kind == "heading":
        return True
    if block.kind != "paragraph" or len(block.text) > _LONGEST_HEADING:
        return False
    large = usual > 0 and loud.size >= usual * 1.15
    return (loud.bold or large) and block.text[-1] not in _NO_HEADING_END


def _runs(marked: Sequence[bool]) -> list[int]:
    """For each block, how many marked ones in a row it belongs to."""
    return [len(run) for _, group in groupby(marked) if (run := list(group)) for _ in run]


def _other_kinds(root: "HtmlElement") -> list[Block]:
    """Picture posts and shared texts keep their words elsewhere."""
    for path in (
        "//*[@id='js_image_desc']",
        "//*[@id='js_text_title']",
        "//*[@id='js_share_notice']",
    ):
        element = first(root, path)
        if element is not None and (found := [block for block, _ in styled_blocks(element)]):
            return found
    text = _meta(root, "og:description").replace("\\x0a", "\n").replace("\\n", "\n")
    has_content = first(root, "//*[@id='js_content' or @id='js_article']") is not None
    lines = [" ".join(line.split()) for line in text.split("\n")] if has_content else []
    return [Block("paragraph", line) for line in lines if line]


def _why_empty(root: "HtmlElement") -> Unreadable:
    body = root.find("body")
    shown = text_of(body if body is not None else root)[:20_000]
    if _GONE.search(shown):
        return Unreadable("wechat_deleted")
    if _BLOCKED.search(shown):
        return Unreadable("wechat_blocked")
    return Unreadable("page_empty")


def _title(root: "HtmlElement", markup: str) -> str:
    shown = text_of(first(root, "//*[@id='activity-name']"))
    return shown or _meta(root, "og:title") or _found(_JS_TITLE, markup) or _window(root)


def _window(root: "HtmlElement") -> str:
    return text_of(first(root, "//head/title"))


def _published(root: "HtmlElement", markup: str) -> str | None:
    """Beijing time, as WeChat shows it."""
    if found := _CREATED.search(markup):
        return iso_date(int(found[1]) + _BEIJING)
    if found := _CREATED_TEXT.search(markup):
        return iso_date(found[1])
    return iso_date(text_of(first(root, "//*[@id='publish_time']")))


def _address(root: "HtmlElement", markup: str, url: str) -> str:
    """The article's own address: the lasting one that the page names, else where it was found."""
    canonical = first(root, "//link[@rel='canonical'][@href]")
    named = canonical.get("href") if canonical is not None else ""
    link = _found(_LINK, markup).replace("\\x26", "&")
    for said in (_meta(root, "og:url"), link, named or ""):
        address = said.replace("&amp;", "&").split("#")[0]
        if _HOST.match(address) and len(address) > 30:
            return address
    return url


def _meta(root: "HtmlElement", name: str) -> str:
    element = first(root, f"//meta[@name='{name}' or @property='{name}']")
    return " ".join((element.get("content") or "").split()) if element is not None else ""


def _found(pattern: re.Pattern[str], markup: str) -> str:
    found = pattern.search(markup)
    return found[1].strip() if found else ""
