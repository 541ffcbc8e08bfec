"""Scripts about the conversations that askers find again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dengmi.core.history import Conversation, Said
from dengmi.store.clean import clean
from dengmi.store.conversations import forget_questions
from dengmi.store.jsons import from_json
from dengmi.store.steps import Work, every, first, run


def conversations(asker: str, before: float, limit: int) -> Work[tuple[Conversation, ...]]:
    """An asker's conversations last used before a time, newest first."""
    rows = yield from every("conversations_of", asker=asker, before=float(before), most=limit)
    found: dict[tuple[str, str], Conversation] = {}
    for desk, name, title, opening, questions, began, last in rows:
        found.setdefault(
            (desk, name),
            Conversation(
                id=name,
                desk=desk,
                title=title,
                opening=opening,
                questions=questions,
                began=began,
                last=last,
            ),
        )
    return tuple(found.values())


def conversation(asker: str, conversation_id: str) -> Work[Conversation | None]:
    """One of an asker's conversations."""
    rows = yield from every("conversation_of", asker=asker, id=conversation_id)
    if not rows:
        return None
    desk, name, title, opening, began = rows[0]
    own = [row for row in rows if row[0] == desk]
    return Conversation(
        id=name,
        desk=desk,
        title=title,
        opening=opening,
        questions=len(own),
        began=began,
        last=own[-1][4],
    )


def conversation_of(asker: str, answer_id: str) -> Work[str]:
    """The asker's conversation that an answer belongs to; "" for none."""
    row = yield from first("conversation_of_answer", asker=asker, answer_id=answer_id)
    return str(row[0]) if row else ""


def said(asker: str, limit: int) -> Work[tuple[Said, ...]]:
    """What an asker asked, newest first, each question once with its newest answer."""
    rows = yield from every("said_by", asker=asker, most=limit)
    found: dict[tuple[str, str, float, str], Said] = {}
    for desk, name, question, answer, at in rows:
        found.setdefault(
            (desk, name, at, question),
            Said(desk=desk, conversation=name, question=question, answer=answer or "", at=at),
        )
    return tuple(found.values())


def rename(asker: str, conversation_id: str, title: str, at: float) -> Work[bool]:
    """Call a conversation so; "" calls it by its first question again."""
    if (yield from conversation(asker, conversation_id)) is None:
        return False
    if title:
        given = {"title": clean(title), "at": float(at)}
        yield from run("conversation_named", asker=asker, id=conversation_id, **given)
    else:
        yield from run("conversation_nameless", asker=asker, id=conversation_id)
    return True


def forget(asker: str, conversation_id: str) -> Work[int]:
    """Delete a conversation; how many questions went."""
    rows = yield from every("questions_of_conversation", asker=asker, id=conversation_id)
    yield from run("conversation_nameless", asker=asker, id=conversation_id)
    yield from forget_questions([row[0] for row in rows])
    return len(rows)


def thumbs(asker: str, answer_ids: Sequence[str]) -> Work[Mapping[str, bool]]:
    """An asker's thumbs on these answers."""
    rows = yield from every("thumbs_given", asker=asker, ids=list(answer_ids))
    return {row[0]: bool(row[1]) for row in rows}


def cited_lately(desk: str, since: float, limit: int) -> Work[Mapping[int, int]]:
    """How often articles are cited in the newest answers of a desk; an answer counts once."""
    rows = yield from every("citations_lately", desk=desk, since=float(since), most=limit)
    counted: Counter[int] = Counter()
    for (citations,) in rows:
        cited: list[dict[str, Any]] = from_json(citations, list[dict[str, Any]])
        counted.update({each["head"]["pk"] for each in cited})
    return dict(counted)


def keep_handover(key: str, asker: str, until: float, now: float) -> Work[None]:
    """Note a link that takes a history to another device; forget those whose time is over."""
    yield from run("handovers_over", now=float(now))
    yield from run("handover_insert", key=key, asker=asker, until=float(until))


def take_handover(key: str, other: str, now: float) -> Work[str]:
    """Use such a link, once; what `other` asked goes along."""
    row = yield from first("handover_taken", key=key, now=float(now))
    if row is None:
        return ""
    asker = str(row[0])
    if other:
        yield from merge(asker, other)
    return asker


def merge(asker: str, other: str) -> Work[None]:
    """What `other` asked becomes an asker's."""
    if other == asker:
        return
    named = yield from every("conversations_named", asker=asker)
    ids = [each[0] for each in named]
    yield from run("questions_moved", asker=asker, other=other)
    yield from run("conversations_moved", asker=asker, other=other, ids=ids)
