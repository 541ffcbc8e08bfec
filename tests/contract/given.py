"""Records for the contract suite."""

from collections.abc import Sequence

from dengmi.core.ids import content_hash, stable_id
from dengmi.core.records import (
    Answer,
    Citation,
    Cost,
    Draft,
    Head,
    Passage,
    Prepared,
    Question,
    Sentence,
    Source,
)
from dengmi.core.review import Wanted
from dengmi.store.store import SqlStore


def passage(text: str, n: int = 1, name: str = "") -> Passage:
    """A passage of one sentence per line."""
    sentences, start = [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        kind = "item" if line.startswith("-") else "prose"
        sentences.append(Sentence(n=number, start=start, end=start + len(line), kind=kind))
        start += len(line) + 1
    return Passage(
        id=name or stable_id("p", text),
        n=n,
        text=text,
        sentences=tuple(sentences),
        headings=("Heading", "子标题"),
        block=n,
        offset=3,
    )


def prepared(
    key: str, *texts: str, sketch: tuple[int, ...] = (), title: str = "", **draft: str | None
) -> Prepared:
    """An article of one passage per text."""
    made = Draft(key=key, title=title or f"Title of {key}", body="\n\n".join(texts), **draft)
    hashed = content_hash(made.title, made.body, made.url, made.author)
    passages = tuple(
        passage(text, n, stable_id("p", key, text)) for n, text in enumerate(texts, start=1)
    )
    return Prepared(draft=made, content_hash=hashed, passages=passages, sketch=sketch)


async def source(store: SqlStore, desk: str = "guide", address: str = "/articles") -> Source:
    """A folder at a desk, both made if needed."""
    await store.ensure_desk(desk)
    return await store.add_source(desk, "folder", address, {})


def question(name: str, **fields: object) -> Question:
    """A question with nothing special about it."""
    return Question(**{"id": name, "desk": "guide", "text": f"What is {name}?", **fields})


async def unfinished(store: SqlStore) -> Sequence[Question]:
    """The questions without a final state, oldest first."""
    found = await store.review().asked(Wanted(state="asked", limit=10_000))
    return tuple(each.question for each in reversed(found))


def answer(name: str, question_id: str, **fields: object) -> Answer:
    """A grounded quote answer."""
    head = Head(
        pk=1, id="a_1", desk="guide", source_id="s_1", title="标题", addresses=("http://a",)
    )
    cited = Citation(
        n=1, head=head, passage_id="p_1", first=1, last=2, quote="A quote.", marks=((0, 1), (2, 7))
    )
    made: dict[str, object] = {
        "id": name,
        "question_id": question_id,
        "desk": "guide",
        "question": "What?",
        "level": "quote",
        "wanted": "auto",
        "text": "A quote. [1]",
        "grounded": True,
        "confidence": 0.75,
        "citations": (cited,),
        "nearest": (head,),
        "followups": ("And then?",),
        "cost": Cost(micros=12),
        "usage": {"input": 5},
        "took_ms": 3.5,
        "created_at": 17.25,
        "lang": "en",
    }
    return Answer(**(made | fields))


SKETCH = tuple(range(1000, 1064))


def near(sketch: tuple[int, ...], changed: int, salt: int = 7) -> tuple[int, ...]:
    """A sketch that differs in the last `changed` places."""
    same = len(sketch) - changed
    return sketch[:same] + tuple(each * 31 + salt for each in sketch[same:])
