"""An answer that breaks off goes on with the next model, and nothing is lost or said twice.

The models are scripted; the ledger is the real one over lines in a list.
"""

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengmi.answer.check.judge import warm
from dengmi.answer.common import commonness
from dengmi.answer.write.begun import Task, Written
from dengmi.answer.write.prompt import COMPLETE, messages
from dengmi.answer.write.shown import Shown
from dengmi.answer.write.writer import Writer
from dengmi.core.charges import Charge, Tokens
from dengmi.core.chat import ChatRequest, Ended, Piece, Said
from dengmi.core.clock import SystemClock
from dengmi.core.entailment import Entailment, Odds, Pair
from dengmi.core.errors import ModelFailed, NoRoom, Trouble
from dengmi.core.events import Cited, Notice, Text
from dengmi.core.limits import Reserved
from dengmi.core.records import Question
from dengmi.gate.gate import Gate
from dengmi.gate.keeper import Keeper
from dengmi.ledger.ledger import Ledger
from dengmi.models.scripted import Line, Script, ScriptedModel
from tests.unit.answer.conftest import written as article

TOWER = (
    "The clock tower of Linmen was built in 1904 by Adele Brandt. It is 38 metres high. "
    "The tower is open from April to October. Tickets cost 6 euros."
)
TEXT = (
    "Adele Brandt built the clock tower in 1904. [1.1] It is 38 metres high. [1.2]\n\n"
    "- The tower is open from April to October. [1.3]\n- Tickets cost 6 euros. [1.4]"
)
TURM = "林门钟楼由阿黛尔于1904年建造。钟楼高38米。钟楼四月开放。门票6欧元。"
CHINESE = "钟楼由阿黛尔于1904年建造。[1.1]钟楼高38米。[1.2]钟楼四月开放。[1.3]门票6欧元。[1.4]"


@pytest.fixture(scope="module", autouse=True)
def ready() -> None:
    """What judging needs is read from files."""
    warm()
    commonness("tower")


class Lines:
    """The ledger's lines, in a list."""

    def __init__(self) -> None:
        self.kept: dict[str, Charge] = {}

    async def reserve_charge(
        self,
        charge: Charge,
        spans: object = (),
        decide: object = None,
    ) -> Reserved:
        return Reserved(charge=self.kept.setdefault(charge.id, charge))

    async def settle_charge(self, charge: Charge) -> bool:
        self.kept[charge.id] = charge
        return True


class Model(ScriptedModel):
    """A scripted model that keeps what it was asked."""

    def __init__(self, name: str, *lines: Line) -> None:
        super().__init__(name, Script(answer=list(lines)))
        self.asked: list[ChatRequest] = []

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        self.asked.append(request)
        async for piece in super().chat(request):
            yield piece


class GoesOn:
    """Writes what a text has behind the last sentence of the answer that broke off; the whole text
    where none did. It may break off itself, after some characters."""

    def __init__(self, name: str, text: str, breaks: int | None = None) -> None:
        self.name = name
        self._text = text
        self._breaks = breaks
        self.asked: list[ChatRequest] = []

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        self.asked.append(request)
        begun = request.messages[-2].text if request.messages[-2].role == "assistant" else ""
        numbers = re.findall(r"\[1\.\d\]", begun)
        rest = self._text[self._text.index(numbers[-1]) + 5 :] if numbers else self._text
        rest = rest.strip() or COMPLETE
        for sign in rest if self._breaks is None else rest[: self._breaks]:
            yield Said(sign)
        if self._breaks is not None:
            raise ModelFailed("cut", self.name)
        yield Ended("stop", Tokens(miss=10, output=10), "1")

    async def close(self) -> None:
        """Nothing."""


def _task(text: str, *models: str, **more: object) -> Task:
    question = Question(id="q", desk="d", text="Who built the clock tower?", asker="a")
    shown = Shown((article(1, "Clock tower", text),))
    task = Task(
        question=question,
        level="quick",
        models=models,
        messages=messages("", [], shown, question.text, "quick", "en"),
        shown=shown,
        policy="drop",
        max_tokens=400,
    )
    return replace(task, **more)  # type: ignore[arg-type]


async def _write(
    task: Task,
    *models: Model | GoesOn,
    gate: Gate | None = None,
    nli: Entailment | None = None,
) -> tuple[list[object], Written, Lines]:
    """The events, what came of them, and the ledger's lines."""
    lines = Lines()
    by_name = {model.name: model for model in models}
    ledger = Ledger(lines, SystemClock(), {})  # type: ignore[arg-type]
    writer = Writer(by_name.__getitem__, ledger, gate, nli=nli)
    events = [event async for event in writer.write(task)]
    assert isinstance(events[-1], Written)
    return events[:-1], events[-1], lines


def _claims(written: Written) -> list[tuple[str, object, object]]:
    text = written.text
    return [(text[one.start : one.end], one.cited, one.verdict) for one in written.claims]


def _shown(events: Sequence[object]) -> str:
    return "".join(event.text for event in events if isinstance(event, Text))


@settings(deadline=None, max_examples=50)
@given(st.sampled_from([(TOWER, TEXT), (TURM, CHINESE)]), st.data())
async def test_wherever_it_breaks_the_answer_is_the_same(
    pair: tuple[str, str], data: st.DataObject
) -> None:
    source, text = pair
    _, whole, _ = await _write(_task(source, "one"), GoesOn("one", text))
    assert len(whole.claims) == 4
    first, second = (data.draw(st.integers(0, len(text))) for _ in range(2))
    models = (GoesOn("one", text, first), GoesOn("two", text, second), GoesOn("three", text))
    events, written, lines = await _write(_task(source, "one", "two", "three"), *models)
    assert (
        written.text.split() == whole.text.split()
    )  # a paragraph may begin without its blank line
    assert _claims(written) == _claims(whole)
    assert written.citations == whole.citations
    assert _shown(events) == written.text
    assert [event.citation for event in events if isinstance(event, Cited)] == list(whole.citations)
    assert not written.cut
    assert not [event for event in events if isinstance(event, Notice)]
    assert [line.state for line in lines.kept.values()] == ["settled"] * 3
    assert len(written.charges) == 3


async def test_what_was_shown_stays_and_the_next_model_is_told() -> None:
    first = Model("one", Line(text=TEXT, fail="cut", after=75))
    rest = "- The tower is open from April to October. [1.3]"
    second = Model("two", Line(match="broke off", text=rest), Line(text="Something else."))
    events, written, _ = await _write(_task(TOWER, "one", "two"), first, second)
    assert written.text.startswith("Adele Brandt built the clock tower in 1904. [1]")
    assert "April to October" in written.text
    begun, told = second.asked[0].messages[-2:]
    assert (begun.role, told.role) == ("assistant", "user")
    assert begun.text == "Adele Brandt built the clock tower in 1904. [1.1]"
    assert second.asked[0].messages[:-2] == first.asked[0].messages
    assert second.asked[0].max_tokens < first.asked[0].max_tokens
    assert _shown(events) == written.text


@pytest.mark.parametrize("trouble", ["cut", "slow", "down", "busy"])
async def test_it_goes_on_after_every_kind_of_failure(trouble: Trouble) -> None:
    first = Model("one", Line(text=TEXT, fail=trouble, after=90))
    events, written, _ = await _write(_task(TOWER, "one", "two"), first, GoesOn("two", TEXT))
    assert len(written.claims) == 4
    assert len(first.asked) == 1
    assert _shown(events) == written.text


async def test_a_model_that_starts_over_is_heard_to_its_end() -> None:
    """It says again what stands there, and goes on; it does not go round in circles."""
    last = TEXT.index("- Tickets")
    first = Model("one", Line(text=TEXT, fail="cut", after=last + 3))
    events, written, _ = await _write(
        _task(TOWER, "one", "two"), first, Model("two", Line(text=TEXT))
    )
    assert len(written.claims) == 4
    assert "6 euros" in written.text
    assert written.text.count("1904") == written.text.count("April") == 1
    assert _shown(events) == written.text


async def test_a_model_that_starts_over_is_not_shown_twice() -> None:
    first = Model("one", Line(text=TEXT, fail="cut", after=90))
    events, written, _ = await _write(
        _task(TOWER, "one", "two"), first, Model("two", Line(text=TEXT))
    )
    assert written.text.count("1904") == 1
    assert written.text.count("38 metres") == 1
    assert "6 euros" in written.text
    assert _shown(events) == written.text


async def test_with_no_model_left_whole_sentences_stay_with_a_notice() -> None:
    first = Model("one", Line(text=TEXT, fail="cut", after=90))
    second = Model("two", Line(fail="down"))
    events, written, _ = await _write(_task(TOWER, "one", "two"), first, second)
    assert written.cut
    assert len(written.claims) == 2
    assert [event.code for event in events if isinstance(event, Notice)] == ["answer_cut"]
    assert _shown(events) == written.text


async def test_nothing_missing_is_nothing_said() -> None:
    first = Model("one", Line(text=f"{TEXT}\n", fail="cut", after=len(TEXT) + 1))
    second = Model("two", Line(text=COMPLETE))
    _, written, _ = await _write(_task(TOWER, "one", "two"), first, second)
    assert len(written.claims) == 4
    assert COMPLETE not in written.text
    assert not written.cut


async def test_the_rest_of_an_answer_is_not_thought_about_anew() -> None:
    line = Line(text=TEXT, thinking="Let me see.", fail="cut", after=90)
    first, second = Model("one", line), Model("two", Line(text=COMPLETE))
    await _write(_task(TOWER, "one", "two", thinking=True), first, second)
    assert (first.asked[0].thinking, second.asked[0].thinking) == (True, False)


async def test_a_broken_answer_goes_before_those_who_wait() -> None:
    gate = Gate(Keeper({"one": 1, "two": 1}, SystemClock()), SystemClock(), 5.0)
    first = Model("one", Line(text=TEXT, fail="cut", after=90))
    _, written, _ = await _write(_task(TOWER, "one", "two"), first, GoesOn("two", TEXT), gate=gate)
    assert len(written.claims) == 4
    load = gate.load()
    assert [model.busy for model in load.models.values()] == [0, 0]
    assert load.levels["quick"].arrived == 1  # the rest is no new arrival


async def test_a_busy_model_is_asked_a_second_time() -> None:
    """One model, whose endpoint refuses the first call and takes the second."""

    class Once(Model):
        async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
            if not self.asked:
                self.asked.append(request)
                raise ModelFailed("busy", self.name)
            async for piece in super().chat(request):
                yield piece

    model = Once("one", Line(text=TEXT))
    gate = Gate(Keeper({"one": 4}, SystemClock()), SystemClock(), 5.0)
    _, written, lines = await _write(_task(TOWER, "one"), model, gate=gate)
    assert len(written.claims) == 4
    assert len(model.asked) == 2
    assert sorted(line.micros for line in lines.kept.values())[0] == 0


async def test_waiting_for_a_slot_ends_once_for_the_whole_level() -> None:
    gate = Gate(Keeper({"one": 1, "two": 1}, SystemClock(), usual=0.01), SystemClock(), 1.0)
    holder = Question(id="h", desk="d", text="?", asker="h")
    task = _task(TOWER, "one", "two")
    clock = SystemClock()
    async with (
        gate.admit(holder, "quick", ("one",), prompt=1, most=1),
        gate.admit(holder, "quick", ("two",), prompt=1, most=1),
    ):
        began = clock.steady()
        with pytest.raises(NoRoom):
            await _write(task, Model("one"), Model("two"), gate=gate)
        assert 0.9 < clock.steady() - began < 1.9
    late = replace(task, question=replace(task.question, deadline=clock.now() - 1))
    async with (
        gate.admit(holder, "quick", ("one",), prompt=1, most=1),
        gate.admit(holder, "quick", ("two",), prompt=1, most=1),
    ):
        model = Model("one")
        with pytest.raises(NoRoom):  # nobody wants it any more: it does not begin
            await _write(late, model, Model("two"), gate=gate)
        assert not model.asked


class Reads:
    """Finds claims with a word contradicted, all others entailed; keeps the claims it was asked
    about, and how much of the answer was written by then."""

    name = "nli reads"
    threshold, refuting, decides, languages = 0.7, 0.98, False, ()

    def __init__(self, word: str, written: list[str]) -> None:
        self._word = word
        self._written = written
        self.asked: list[tuple[str, int]] = []

    async def open(self) -> None: ...

    async def odds(self, pairs: Sequence[Pair]) -> Sequence[Odds | None] | None:
        self.asked += [(claim, len("".join(self._written))) for _, claim in pairs]
        return [Odds(0.0, 0.99) if self._word in claim else Odds(0.9, 0.0) for _, claim in pairs]


class Aloud(GoesOn):
    """Tells what it has written."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(name, text)
        self.written: list[str] = []

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        async for piece in super().chat(request):
            if isinstance(piece, Said):
                self.written.append(piece.text)
            yield piece


async def test_a_model_for_inference_reads_each_sentence_as_it_is_written() -> None:
    text = TEXT.replace("The tower is open from", "The clock tower opens from")
    model = Aloud("one", text)
    nli = Reads("opens", model.written)
    events, written, _ = await _write(_task(TOWER, "one", judge=nli.name), model, nli=nli)
    assert [claim for claim, _ in nli.asked] == [
        "Adele Brandt built the clock tower in 1904.",
        "The clock tower opens from April to October.",
    ], "what is copied is not read; what seems borne out is"
    assert nli.asked[0][1] < text.index("[1.2]"), "it waits for no later sentence"
    assert "opens" not in written.text, "under `drop` a contradicted sentence is left out"
    assert [verdict for _, _, verdict in _claims(written)] == ["supported"] * 3
    assert _shown(events) == written.text


class Circling(GoesOn):
    """Says its text again and again."""

    said = 0

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        for _ in range(40):
            self.said += 1
            yield Said(f"{self._text}\n\n")
        yield Ended("length", Tokens(miss=10, output=400), "1")


async def test_a_model_that_goes_round_in_circles_is_hung_up_on() -> None:
    model = Circling("one", TEXT)
    events, written, lines = await _write(_task(TOWER, "one"), model)
    assert model.said <= 3
    assert written.text == _shown(events)
    assert len(written.claims) == 4
    assert not written.cut
    assert [line.state for line in lines.kept.values()] == ["settled"]


class Cut(GoesOn):
    """Says its text and has no room for more."""

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        yield Said(self._text)
        yield Ended("length", Tokens(miss=10, output=400), "1")


async def test_no_room_for_more_ends_behind_a_whole_sentence() -> None:
    text = "It is 38 metres high. [1.2] The tower is open from April to"
    events, written, _ = await _write(_task(TOWER, "one"), Cut("one", text))
    assert written.text == "It is 38 metres high. [1]"
    assert written.cut
    assert [event.code for event in events if isinstance(event, Notice)] == ["answer_long"]


async def test_a_number_stands_off_from_the_chinese_sentence_behind_it() -> None:
    _, written, _ = await _write(_task(TURM, "one"), GoesOn("one", CHINESE))
    assert written.text.startswith("钟楼由阿黛尔于1904年建造。 [1] 钟楼高38米。 [2] 钟楼")
    assert [said for said, *_ in _claims(written)][1] == "钟楼高38米。"


FARES = (
    "| Ticket | Adults | Children\n| Single visit | €5.50 | €3.00\n| Sauna | €6.00 | not admitted"
)
HOURS = "| 区域 | 周二至周五 | 周末\n| 少儿馆 | 13:00–18:00 | 9:00–18:00"


@pytest.mark.parametrize(
    ("table", "said", "shown"),
    [
        (FARES, "Children pay €3.00 for a single visit. [1.2]", True),
        (FARES, "Children pay €5.50 for a single visit. [1.2]", False),
        (FARES, "The sauna costs €6.00. [1.3]", True),
        (HOURS, "少儿馆周末9:00到18:00开放。[1.2]", True),
        (HOURS, "少儿馆周末13:00到18:00开放。[1.2]", False),
    ],
    ids=["column", "other-column", "cell", "column-zh", "other-column-zh"],
)
async def test_what_rows_of_tables_bear_out(table: str, said: str, shown: bool) -> None:
    task = _task(table, "one", policy="mark")
    _, written, _ = await _write(task, GoesOn("one", said))
    verdicts = [verdict for *_, verdict in _claims(written)]
    assert all(verdict in ("supported", "partial") for verdict in verdicts)
    assert bool(verdicts) is shown
