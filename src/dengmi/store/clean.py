"""Text that no database refuses.

NUL characters and lone surrogates become U+FFFD, one for one, so that offsets into the text stay
right. Everything bound to a query goes through here.
"""

import re
from typing import Any

_BROKEN = re.compile("[\0\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def clean(text: str) -> str:
    """The text, each NUL and lone surrogate replaced. Same length."""
    if "\0" not in text:
        try:
            text.encode()
        except UnicodeEncodeError:
            pass
        else:
            return text
    return _BROKEN.sub(_REPLACEMENT, text)


def clean_deep(value: Any) -> Any:
    """Plain data (dicts, lists, texts, numbers) with every text in it cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean_deep(key): clean_deep(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_deep(item) for item in value]
    return value
