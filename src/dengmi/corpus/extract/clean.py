"""Takes away what stands around an article and is not part of it: its title said again, calls to
subscribe, links to other articles. Only short blocks of known wording go, most of them only at
the end, so that a mistake costs a line and not a paragraph."""

import re
from collections.abc import Sequence

from dengmi.corpus.blocks import Block

_ENGLISH_TAIL = re.compile(
    r"""^(?:(?:leave\ a\ )?(?:reply|comments?)(?:\s*\(?\d*\)?)?$
    |(?:you\ (?:may|might)\ also\ like|related(?:\ (?:articles?|posts?|stories))?|more)\s*[:.…]*$
    |(?:read\ (?:more|next|also)|see\ also|share\ this.{0,20}|tags?|topics|advertisement)\s*[:.…]*$
    |(?:filed\ under|tagged|posted\ in|sources?|image\ credits?|photo)\s*:\s*\S.{0,60}$
    |like\ this\ (?:story|article|post)\?.{0,80}$
    |.{0,40}\bfollow\ (?:us|me|him|her|them|\S+(?:\ \S+){0,5})\ on\b.{0,160}$
    |.{0,40}\b(?:sign\ up|subscribe)\ (?:for|to|here|now|today)\b.{0,160}$
    |.{0,40}\b(?:join\ our|download\ our\ app)\b.{0,160}$
    |(?:copyright|©|\(c\)).{0,80}$)""",
    re.I | re.X,
)
_CHINESE_TAIL = re.compile(
    r"""^(?:[(（\[【]?\s*(?:责任编辑|责编|编辑|校对|审核|监制|值班编辑|原标题|本文来源|关键词|标签|分享到|特别声明)
        \s*[:：].{0,40}$
    |(?:相关(?:阅读|新闻|推荐|链接|文章)|延伸阅读|推荐阅读|热门推荐|网友评论|发表评论|举报|收藏|分享)\s*[:：>]*$
    |(?:返回搜狐|返回.{0,6}首页|点击进入专题|查看原图|打开.{0,10}APP|扫(?:一扫|码|描).{0,30}关注).{0,40}$
    |[【\[]?(?:打印本页|关闭窗口|打印|关闭).{0,12}$
    |[(（]本文来自.{0,20}(?:更多原创资讯|请下载).{0,40}$)""",
    re.X,
)
_POINTER = re.compile(
    r"^\[?(?:related(?: post)?|read more|read also|see more|see also|also read|don.t miss)\s*[:>]",
    re.I,
)
_LONGEST_TAIL = 260


def cleaned(found: Sequence[Block], title: str) -> list[Block]:
    """The blocks without the title at the top, pointers to other articles and the usual tail."""
    kept = [block for block in found if not _is_pointer(block)]
    kept = _without_repeats(_without_title(kept, title))
    end = len(kept)
    while end > 1 and _is_tail(kept[end - 1]):
        end -= 1
    return kept[:end] or list(found)


def squeezed(text: str) -> str:
    """Letters and digits only, lower case: for comparing titles."""
    return re.sub(r"[\W_]+", "", text).lower()


def _without_title(found: list[Block], title: str) -> list[Block]:
    """Without the headings at the top that say the title again, and what stands above them."""
    wanted = squeezed(title)
    for number, block in enumerate(found[:4]):
        said = squeezed(block.text)
        if wanted and said and (said == wanted or (block.kind == "heading" and said in wanted)):
            above = sum(len(other.text) for other in found[:number])
            if block.kind != "row" and above < 120:
                return found[number + 1 :] or found
    return found


def _without_repeats(found: list[Block]) -> list[Block]:
    return [
        block
        for number, block in enumerate(found)
        if not number or block.text != found[number - 1].text or len(block.text) < 12
    ]


def _is_pointer(block: Block) -> bool:
    return (
        block.kind in ("paragraph", "heading", "item")
        and len(block.text) < 160
        and _POINTER.match(block.text) is not None
    )


def _is_tail(block: Block) -> bool:
    if block.kind in ("code", "row") or len(block.text) > _LONGEST_TAIL:
        return False
    # A heading at the very end has nothing under it.
    return block.kind == "heading" or bool(
        _ENGLISH_TAIL.match(block.text) or _CHINESE_TAIL.match(block.text)
    )
