"""What an asker can do with an answer beside reading it: a thumb, and asking again in another way.

Everything here is a form or a link, so that it works without scripts.
"""

from urllib.parse import urlencode

from dengmi.core.records import Answer
from dengmi.server.ui.links import answer_path
from dengmi.server.ui.markup import Child, Html, el, icon
from dengmi.server.ui.page import Frame


def own_acts(frame: Frame, answer: Answer) -> Child:
    """Thumbs for an asker who is known, and the menu where there is a conversation."""
    thumbs = _thumbs(frame, answer) if frame.asker else None
    menu = again_menu(frame, answer.standalone or answer.question, answer.question, answer.level)
    return [thumbs, menu if frame.conversation else None]


def again_menu(frame: Frame, words: str, asked: str, level: str = "") -> Html:
    """Ask again at another level, or with other words.

    Args:
        words: the whole question.
        asked: the question as it was asked.
        level: the level that there is an answer of.
    """
    entries: list[Child] = [
        el(
            "a",
            frame.say("ui_again_at", level=frame.say(f"ui_level_{each}")),
            href=asking_path(frame, words, at=each),
            data_again=words,
            data_at=each,
            rel="nofollow",
        )
        for each in (*frame.offered, "quote")
        if each != level
    ]
    edit = asking_path(frame, asked, name="w")
    entries.append(el("a", frame.say("ui_edit"), href=edit, data_edit=asked, rel="nofollow"))
    return el(
        "details",
        el("summary", icon("more"), aria_label=frame.say("ui_more")),
        el("ul", [el("li", entry) for entry in entries]),
        class_="more",
    )


def asking_path(frame: Frame, words: str, *, name: str = "q", at: str = "") -> str:
    """The address that asks a question in the page's conversation.

    Args:
        name: "q" asks, "w" leaves the words in the box.
        at: the level it is asked at, once; "" for the usual one.
    """
    pairs = [(name, words)]
    if frame.conversation:
        pairs.append(("c", frame.conversation))
    if at:
        pairs.append(("at", at))
    return f"{frame.home}?{urlencode(pairs)}#{'last' if name == 'q' else 'ask'}"


def _thumbs(frame: Frame, answer: Answer) -> Html:
    given = frame.thumbs.get(answer.id)
    return el(
        "form",
        [
            el(
                "button",
                icon("thumb"),
                name="up",
                value="" if given is up else word,
                class_=word,
                aria_label=frame.say(f"ui_thumb_{word}"),
                aria_pressed="true" if given is up else "false",
            )
            for word, up in (("yes", True), ("no", False))
        ],
        class_="thumbs",
        method="post",
        action=f"{answer_path(answer.id)}/thumb",
    )
