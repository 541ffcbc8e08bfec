"""Builds HTML from plain values. Everything that is not already `Html` is escaped."""

from collections.abc import Iterable
from html import escape

VOID = frozenset({"br", "hr", "input", "link", "meta"})


class Html(str):
    """Text that is HTML already. Only this module makes it."""

    __slots__ = ()


Child = Html | str | None | Iterable["Child"]
Value = str | int | bool | None


def el(name: str, /, *children: Child, **attributes: Value) -> Html:
    """One element.

    Args:
        name: its tag.
        children: text (escaped), elements, nothing, or rows of these.
        attributes: `class_` is class, `aria_label` is aria-label; None and False are left out,
            True stands alone.
    """
    said = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Html(f"<{name}{said}>")
    return Html(f"<{name}{said}>{join(children)}</{name}>")


def join(children: Iterable[Child]) -> Html:
    """Children one after the other."""
    return Html("".join(_child(child) for child in children))


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return escape(child)
    return join(child)


def _attribute(key: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def icon(name: str) -> Html:
    """One of the few drawings, as inline SVG that takes the colour of its text."""
    view, drawing = _ICONS[name]
    return Html(
        f'<svg class="i i-{name}" viewBox="{view}" fill="none" stroke="currentColor" '
        f'stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
        f"{drawing}</svg>"
    )


_ICONS = {
    "lantern": (
        "0 0 24 24",
        '<path d="M12 2v3M9 5h6M9 17h6M12 17v5M10 22h4"/><ellipse cx="12" cy="11" rx="8" ry="6"/>'
        '<path d="M12 5c-3 3-3 9 0 12M12 5c3 3 3 9 0 12"/>',
    ),
    "send": ("0 0 20 20", '<path d="M10 16V4.5M5 9.2l5-5 5 5"/>'),
    "stop": ("0 0 20 20", '<rect x="6" y="6" width="8" height="8" rx="1.5"/>'),
    "out": ("0 0 16 16", '<path d="M6 4H4v8h8v-2M8.5 3.5h4v4M12.3 3.7L7.5 8.5"/>'),
    "back": ("0 0 20 20", '<path d="M12 4.5L6.5 10l5.5 5.5"/>'),
    "down": ("0 0 16 16", '<path d="M4 6.5l4 4 4-4"/>'),
    "more": (
        "0 0 20 20",
        '<g fill="currentColor" stroke="none"><circle cx="4.5" cy="10" r="1.5"/>'
        '<circle cx="10" cy="10" r="1.5"/><circle cx="15.5" cy="10" r="1.5"/></g>',
    ),
    "thumb": (
        "0 0 20 20",
        '<path d="M6.5 9l3-6c1.2 0 2 .9 1.8 2.1L10.8 8H15a1.6 1.6 0 0 1 1.6 1.9l-.9 '
        '5.1A1.7 1.7 0 0 1 14 16.5H6.5zM3.5 9h3v7.5h-3z"/>',
    ),
    "history": (
        "0 0 20 20",
        '<path d="M3.5 10a6.5 6.5 0 1 1 2 4.7M3.5 15.5v-3.3h3.3M10 6.5V10l2.5 2"/>',
    ),
    "shut": ("0 0 20 20", '<path d="M5.5 5.5l9 9M14.5 5.5l-9 9"/>'),
    "find": ("0 0 20 20", '<circle cx="9" cy="9" r="5"/><path d="M13 13l4 4"/>'),
    "mic": (
        "0 0 20 20",
        '<rect x="7.5" y="2.5" width="5" height="9" rx="2.5"/>'
        '<path d="M4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v2.5"/>',
    ),
    "zh": (
        "0 0 40 20",
        '<path d="M4 6.5h12.5v6.5H4zM10.2 2.5v15.5M29.5 2.2l1 2.6M22.5 6h15'
        'M34.5 6c-1.6 5.4-5.6 9.3-11.5 11.5M25.4 6c1.8 5.2 5.8 9.2 11.8 11.5"/>',
    ),
    "plus": ("0 0 20 20", '<path d="M10 4.5v11M4.5 10h11"/>'),
}
