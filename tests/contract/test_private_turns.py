"""What the hall told of a desk that has become private since is in no prompt any more. Real
store and search; the model plays a script and keeps what it was asked."""

from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest

from dengmi.answer.climb import LevelWay, Ways
from dengmi.answer.ladder import Ladder
from dengmi.answer.rewriting import Rewriting
from dengmi.answer.upper import Upper
from dengmi.answer.write.writer import Writer
from dengmi.core.chat import ChatRequest, Piece
from dengmi.core.clock import SystemClock
from dengmi.core.events import Done
from dengmi.core.records import HALL, Answer, Question
from dengmi.ledger.ledger import Ledger
from dengmi.models.scripted import Script, ScriptedModel
from dengmi.search.searcher import Searcher
from dengmi.settings.options import ModelSettings
from dengmi.store.store import SqlStore
from tests.contract.given import prepared, source

SECRET = "The clock tower of Linmen is sold to Adele Brandt in May."
PUBLIC = "The clock tower of Linmen is 38 metres high. It was repaired in 1904."


class Asked(ScriptedModel):
    """Answers from what it is shown."""

    def __init__(self) -> None:
        super().__init__("m", Script())
        self.prompts: list[str] = []

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        self.prompts.append("\n".join(message.text for message in request.messages))
        async for piece in super().chat(request):
            yield piece


@pytest.fixture
def private() -> set[str]:
    return set()


@pytest.fixture
async def search(store: SqlStore, private: set[str], tmp_path: Path) -> AsyncIterator[Searcher]:
    searcher = Searcher(store, tmp_path / "index", SystemClock(), private=private)
    await searcher.open()
    for desk, text in (("board", SECRET), ("guide", PUBLIC)):
        await store.put_articles(await source(store, desk), [prepared("tower", text, title=desk)])
    await searcher.catch_up()
    yield searcher
    await searcher.close()


def _ladder(store: SqlStore, search: Searcher, private: set[str], model: Asked) -> Ladder:
    clock = SystemClock()
    ledger = Ledger(store, clock, {"m": ModelSettings(kind="scripted")})
    upper = Upper(
        Ways(
            levels={"quick": LevelWay(models=("m",), evidence=2_000, tokens=400)}, private=private
        ),
        Writer(lambda _: model, ledger),
        *(ledger, store, clock),
        rewriting=Rewriting(lambda _: model, ledger, "m", 20.0),
    )
    return Ladder(store, search, clock, upper, private=private)


async def _ask(ladder: Ladder, desk: str, text: str) -> Answer:
    asked = Question(id="", desk=desk, text=text, wanted="quick", conversation="c", asker="ann")
    last = [event async for event in ladder.ask(asked)][-1]
    assert isinstance(last, Done)
    return last.answer


@pytest.mark.parametrize("becomes", [True, False], ids=["private", "stays public"])
@pytest.mark.parametrize("desk", [HALL, "board"], ids=["hall", "desk"])
@pytest.mark.parametrize(
    "first",
    ["Who is the clock tower of Linmen sold to?", "How high is the clock tower of Linmen?"],
    ids=["told", "shown beside"],
)
async def test_earlier_turns_show_what_may_be_seen_now(
    store: SqlStore, search: Searcher, private: set[str], desk: str, becomes: bool, first: str
) -> None:
    model = Asked()
    ladder = _ladder(store, search, private, model)
    answer = await _ask(ladder, desk, first)
    assert any(SECRET in prompt for prompt in model.prompts)
    assert answer.evidence
    model.prompts.clear()
    if becomes:
        private.add("board")
    await _ask(ladder, desk, "And in which year was the clock tower repaired?")
    assert model.prompts
    gone = becomes and desk == HALL
    assert any(SECRET[:-1] in prompt for prompt in model.prompts) is not gone
    if gone:
        assert not any("Adele" in prompt for prompt in model.prompts)
