"""Title, author, date, language and address of a page, from wherever pages say them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dengmi.corpus.extract.clean import squeezed
from dengmi.corpus.extract.dates import iso_date
from dengmi.corpus.extract.tree import first, text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

_ARTICLE_TYPE = re.compile(r"Article|BlogPosting|Posting|NewsReport|WebPage|Report", re.I)
_SUFFIX = re.compile(r"\s*(?:[|_｜»«]|\s[-–—:·•]\s|(?<=[\u3400-\u9fff”》？！])[-–—]+(?=\S)|--+)\s*")
_DATE_METAS = (
    *("article:published_time", "datepublished", "og:published_time", "publishdate", "pubdate"),
    *(
        "publish_time",
        "publish-date",
        "publication_date",
        "published_at",
        "dc.date",
        "dc.date.issued",
    ),
    *(
        "dcterms.created",
        "parsely-pub-date",
        "sailthru.date",
        "apub:time",
        "weibo:article:create_at",
    ),
    *("citation_publication_date", "og:release_date", "date", "bytedance:published_time"),
)
_DATE_WORDS = ("time", "date", "pub", "info", "source", "meta", "byline", "author")
_DATE_TEXT = re.compile(
    r"(?:19|20)\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}日?(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_URL_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12]\d|3[01])(?!\d)"
)
_SCRIPT_DATE = re.compile(
    r"""["']?(?:publish_?time|pub_?date|publish_?date|ptime|datePublished|ctime)["']?\s*[:=]\s*["']?"""
    r"((?:19|20)\d{2}[-/]\d{1,2}[-/]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?)",
    re.I,
)
_AUTHOR_TEXT = re.compile(
    r"(?:作者|记者|撰文|文)\s*[:：/丨|]\s*"
    r"([\u3400-\u9fff·A-Za-z]{2,12}(?:[ 、][\u3400-\u9fff·]{2,4})*)"
)
_BY = re.compile(r"^\s*(?:by|from|von|par|作者\s*[:：])\s+", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a page says about itself; empty where it says nothing."""

    title: str = ""
    author: str = ""
    published: str | None = None
    lang: str = ""
    url: str = ""
    site: str = ""


def page_facts(root: "HtmlElement", markup: str, url: str) -> Facts:
    """Read the facts of a page. `url` is where it was fetched from, or empty."""
    metas = _metas(root)
    data = _linked_data(root)
    site = metas.get("og:site_name", "") or metas.get("application-name", "")
    return Facts(
        title=_title(root, metas, data, site),
        author=_author(root, metas, data, site),
        published=_published(root, markup, metas, data, url),
        lang=_lang(root, metas),
        url=_canonical(root, metas, url),
        site=site,
    )


def _metas(root: "HtmlElement") -> Mapping[str, str]:
    """The page's meta tags by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = " ".join((meta.get("content") or "").split())
        if name and content:
            found.setdefault(name.strip().lower(), content[:2000])
    return found


def _linked_data(root: "HtmlElement") -> Mapping[str, object]:
    """The first JSON-LD object of the page that describes an article."""
    best: Mapping[str, object] = {}
    for script in root.xpath("//script[@type='application/ld+json']")[:20]:
        try:
            parsed = json.loads((script.text or "")[:500_000].strip(), strict=False)
        except (ValueError, RecursionError):
            continue
        for thing in _things(parsed, 0):
            kind = str(thing.get("@type", ""))
            if "headline" in thing or _ARTICLE_TYPE.search(kind):
                best = thing if "headline" in thing or not best else best
                if "headline" in best:
                    return best
    return best


def _things(value: object, depth: int) -> Iterator[Mapping[str, object]]:
    if depth > 4:
        return
    if isinstance(value, list):
        for inner in value[:50]:
            yield from _things(inner, depth + 1)
    elif isinstance(value, dict):
        yield value
        yield from _things(value.get("@graph"), depth + 1)
        yield from _things(value.get("mainEntity"), depth + 1)


def _title(
    root: "HtmlElement", metas: Mapping[str, str], data: Mapping[str, object], site: str
) -> str:
    """The best of heading, og:title, JSON-LD and <title>, without the site's name."""
    window = text_of(first(root, "//head/title") if root.find("head") is not None else None)
    window = window or text_of(first(root, "//title[not(ancestor::svg)]"))
    headings = [text for h1 in root.xpath("//h1")[:8] if 1 < len(text := text_of(h1)) < 300]
    given = metas.get("og:title") or metas.get("twitter:title") or _said(data.get("headline"))
    best = _without_site(given or window, site, window)
    said = squeezed(given) + " " + squeezed(window)
    least = 0.35 * len(squeezed(best))
    # A heading that the window's title or og:title repeats is the article's own.
    for heading in headings + _named_titles(root):
        bare = squeezed(heading)
        if bare and len(bare) >= least and bare in said and bare != squeezed(site):
            return heading
    if not given and len(headings) == 1 and len(headings[0]) > len(best) / 2:
        return headings[0]
    return best or (headings[0] if headings else "") or metas.get("title", "")


def _named_titles(root: "HtmlElement") -> list[str]:
    """Texts of lesser headings and of elements that are called a title."""
    path = "//body//*[self::h2 or self::h3 or contains(@class,'title') or contains(@id,'title')]"
    return [text for element in root.xpath(path)[:30] if 6 < len(text := text_of(element)) < 200]


def _without_site(title: str, site: str, window: str) -> str:
    """A title without the parts after (or before) it that name the site."""
    parts = [part for part in _SUFFIX.split(title) if part.strip()]
    cuts = list(_SUFFIX.finditer(title))
    if len(parts) < 2 or not cuts:
        return title.strip()
    if site and squeezed(parts[0]) == squeezed(site):
        return title[cuts[0].end() :].strip()
    longest = max(range(len(parts)), key=lambda number: len(parts[number]))
    if longest == 0 or title != window:
        end = len(cuts)
        # Cut from the end while what is cut is short beside what stays, or names the site.
        while end and _names_site(
            title[cuts[end - 1].end() :], title[: cuts[end - 1].start()], site
        ):
            end -= 1
        return title[: cuts[end].start()].strip() if end < len(cuts) else title.strip()
    return title.strip()


def _names_site(tail: str, rest: str, site: str) -> bool:
    if not rest.strip():
        return False
    if site and squeezed(tail) and squeezed(tail) in squeezed(site) + squeezed(site):
        return True
    return len(tail) <= 30 and len(rest) >= 1.2 * len(tail)


def _author(
    root: "HtmlElement", metas: Mapping[str, str], data: Mapping[str, object], site: str
) -> str:
    names = _said(data.get("author"))
    for name in (
        "author",
        "article:author",
        "parsely-author",
        "dc.creator",
        "byl",
        "sailthru.author",
    ):
        names = names or metas.get(name, "")
    if "//" in names or "@" in names or squeezed(names) == squeezed(site):
        names = ""
    if not names:
        path = "//*[@rel='author' or @itemprop='author' or contains(@class,'author-name')"
        path += " or contains(@class,'byline__name')]"
        names = text_of(first(root, path))
    if not 1 < len(names) < 60:
        found = _AUTHOR_TEXT.search(_top_text(root))
        names = found[1] if found else ""
    return _BY.sub("", names).strip(" ,;|")


def _said(value: object) -> str:
    """A JSON-LD value as text: names of things, several joined by commas."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, dict):
        return _said(value.get("name"))
    if isinstance(value, list):
        return ", ".join(dict.fromkeys(filter(None, map(_said, value[:6]))))
    return ""


def _published(
    root: "HtmlElement", markup: str, metas: Mapping[str, str], data: Mapping[str, object], url: str
) -> str | None:
    declared: list[object] = [data.get("datePublished"), *(metas.get(name) for name in _DATE_METAS)]
    path = "//*[@itemprop='datePublished'] | //time[@pubdate]"
    path += " | //article//time[@datetime] | //header//time[@datetime]"
    for node in root.xpath(path)[:3]:
        declared.append(node.get("datetime") or node.get("content") or text_of(node))
    for value in declared:
        if isinstance(value, str) and (found := iso_date(value)):
            return found
    return _visible_date(root) or _script_date(markup) or _address_date(url, metas)


def _visible_date(root: "HtmlElement") -> str | None:
    """The first date in a small element whose class or id speaks of dates, sources or authors."""
    tests = " or ".join(f"contains(@class,'{w}') or contains(@id,'{w}')" for w in _DATE_WORDS)
    for element in root.xpath(f"//body//*[{tests}]")[:200]:
        text = text_of(element)
        if len(text) < 200 and (found := _DATE_TEXT.search(text)) and (date := iso_date(found[0])):
            return date
    times = (time.get("datetime") or text_of(time) for time in root.xpath("//time")[:3])
    return next((date for text in times if (date := iso_date(text))), None) or next(
        (date for found in _DATE_TEXT.finditer(_top_text(root)) if (date := iso_date(found[0]))),
        None,
    )


def _top_text(root: "HtmlElement") -> str:
    """Some text from the first heading on: where bylines stand."""
    heading = first(root, "//h1")
    if heading is None:
        return ""
    texts = heading.xpath("following::text()[not(parent::script or parent::style)]")[:60]
    return " ".join(" ".join(texts).split())[:400]


def _script_date(markup: str) -> str | None:
    found = _SCRIPT_DATE.search(markup[:2_000_000])
    return iso_date(found[1]) if found else None


def _address_date(url: str, metas: Mapping[str, str]) -> str | None:
    for address in (url, metas.get("og:url", "")):
        if found := _URL_DATE.search(address):
            return iso_date("-".join(found.groups()))
    return None


def _lang(root: "HtmlElement", metas: Mapping[str, str]) -> str:
    said = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    said = said or metas.get("og:locale", "") or metas.get("content-language", "")
    code = re.match(r"[A-Za-z]{2,3}(?=$|[-_,])", said.strip())
    return code[0].lower() if code else ""


def _canonical(root: "HtmlElement", metas: Mapping[str, str], url: str) -> str:
    link = first(root, "//link[@rel='canonical'][@href]")
    for address in (link.get("href") if link is not None else "", metas.get("og:url", "")):
        if address and re.match(r"https?://[^\s/]+/\S", address):
            return str(address)
    return url
