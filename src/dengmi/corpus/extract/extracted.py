"""What every reader of a file or page gives back."""

from dataclasses import dataclass

from dengmi.core.records import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What a file or page says: an article without a key.

    `published` is ISO 8601 or None; `url` is the address it names as its own, else the one it
    was fetched from, or "".
    """

    title: str
    body: str
    form: Form = "markdown"
    author: str = ""
    published: str | None = None
    url: str = ""
    lang: str = ""
