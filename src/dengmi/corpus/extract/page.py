"""A web page to an article."""

from dengmi.core.errors import Unreadable
from dengmi.corpus.blocks import Block
from dengmi.corpus.encoding import decode
from dengmi.corpus.extract.extracted import Extracted


def page(html: str | bytes, url: str, hint: str | None = None) -> Extracted:
    """The article on a page.

    Args:
        html: the page; bytes are decoded as `corpus.encoding` does.
        url: where it comes from, or "".
        hint: the encoding named by the HTTP answer.

    Raises:
        Unreadable: there is no text on it ("page_empty"), it is too large ("page_too_big"), or
            WeChat shows something else instead ("wechat_deleted", "wechat_blocked").
    """
    from dengmi.corpus.extract.clean import cleaned
    from dengmi.corpus.extract.mainpart import main_blocks
    from dengmi.corpus.extract.markdown import to_markdown
    from dengmi.corpus.extract.metadata import page_facts
    from dengmi.corpus.extract.titles import first_line
    from dengmi.corpus.extract.tree import parse, rough_lines
    from dengmi.corpus.extract.wechat import is_wechat, wechat_page

    markup = html if isinstance(html, str) else decode(html, hint)
    root = parse(markup)
    if root is None:
        lines = rough_lines(markup)
        body = to_markdown([Block("paragraph", line) for line in lines])
        if not body:
            raise Unreadable("page_empty")
        return Extracted(title=first_line(lines[0]), body=body, url=url)
    if is_wechat(root, url):
        return wechat_page(root, markup, url)
    facts = page_facts(root, markup, url)
    found = cleaned(main_blocks(root, url), facts.title)
    if not found:
        raise Unreadable("page_empty")
    body = to_markdown(found)
    return Extracted(
        title=facts.title or first_line(found[0].text),
        body=body,
        author=facts.author,
        published=facts.published,
        lang=_believed(facts.lang, body),
        url=facts.url,
    )


def _believed(lang: str, body: str) -> str:
    """The declared language, unless the text plainly is or is not Chinese."""
    start = body[:4000]
    han = sum("\u3400" <= char <= "\u9fff" for char in start)
    if han > 0.2 * len(start):
        kana = sum("\u3041" <= char <= "\u30ff" for char in start)
        return lang if lang in ("zh", "ja") else "" if kana > 0.1 * han else "zh"
    return "" if lang == "zh" else lang
