"""Where the number of a citation leads, and what keeps foreign text from doing harm in Markdown."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from dengmi.core.links import outside
from dengmi.core.records import Citation, Head

Where = Literal["original", "page", "none"]

_ACTIVE = re.compile(r"(?<=\])(?=[(:])|<(?=[A-Za-z/!?])")
_NAME = re.compile(r"[\[\]\\*_`<>]")


@dataclass(frozen=True, slots=True)
class Links:
    """Makes addresses of articles.

    Attributes:
        base: address of this server as its readers know it, without a slash at its end.
        page: the path of the page that shows a citation's sentences in their article.
        whole: the path of the page of an article.
        where: whether links lead to the original or to our page, where there are both.
    """

    base: str
    page: Callable[[Citation], str]
    whole: Callable[[Head], str]
    where: Where = "original"

    def of(self, citation: Citation) -> str:
        """The address that a citation's number leads to; "" for none."""
        if self.where == "none":
            return ""
        original = outside(citation.head.url) if self.where == "original" else ""
        return original or self.base + self.page(citation)

    def article(self, head: Head) -> str:
        """The address of an article, one that a reader can open."""
        return outside(head.url) or self.base + self.whole(head)


def defused(text: str) -> str:
    """Text of an article or a model that Markdown shows as it stands: no links, no images and no
    HTML of its own."""
    return _ACTIVE.sub(lambda found: "\\" + found.group(), text)


def name(title: str) -> str:
    """A title as the words of a Markdown link, on one line."""
    return _NAME.sub(lambda found: "\\" + found.group(), " ".join(title.split()))
