"""What is counted of a question, whatever becomes of it."""

from dataclasses import replace

import pytest

from dengmi.answer.seen import Seen
from dengmi.core.counts import Counted, Counts
from dengmi.core.events import Cited, Done, Event, Failed, Found, Notice, Text, Thinking
from dengmi.core.late import Pending
from dengmi.core.records import Answer, Citation, Claim, Head, Level, Question, Wanted


class Hands:
    """A clock that is moved by hand."""

    at = 0.0

    def now(self) -> float:
        return 1_000.0 + self.at

    def steady(self) -> float:
        return self.at


HEAD = Head(pk=1, id="a", desk="d", source_id="s", title="t")
CITED = Citation(n=1, head=HEAD, passage_id="p", first=1, last=1, quote="Quoted.")
WRITTEN = Text("Written. [1]", Claim(start=0, end=8))


def answer(level: Level, *, reused: bool = False) -> Done:
    made = Answer(
        id="an",
        question_id="q",
        desk="d",
        question="?",
        level=level,
        wanted="auto",
        text="t",
        grounded=True,
        confidence=1.0,
        reused=reused,
    )
    return Done(made)


def seen(level: Level, *events: Event, wanted: Wanted = "auto", waited: float = 0.0) -> Counted:
    """What was counted of a question whose events came at 0.1 s, 0.2 s and so on."""
    counts, clock = Counts(), Hands()
    asked = Question(id="q", desk="d", text="?", wanted=wanted, asked_at=1_000.0 - waited)
    one = Seen(counts, asked, clock)
    one.aims(level)
    assert counts.copy().now == {("running", *aimed(counts)): 1, ("waiting", *aimed(counts)): 1}
    for event in events:
        clock.at += 0.1
        one.hear(event)
    one.end()
    told = counts.copy()
    assert set(told.now.values()) == {0}
    ends = [key for key in told.counts if key[0] in ("granted", "lowered", "failed", "left")]
    assert len(ends) == 1  # exactly one end
    return told


def aimed(counts: Counts) -> tuple[str, ...]:
    return next(key[1:] for key in counts.copy().counts if key[0] == "arrivals")


def seconds(counted: Counted) -> dict[tuple[str, ...], float]:
    return {key: round(times.seconds, 6) for key, times in counted.times.items()}


def test_a_quote_answer() -> None:
    told = seen(
        "quote", Found("q", "quote", 3, 1.0), Text("Quoted."), Cited(CITED), answer("quote")
    )
    assert told.counts == {
        ("arrivals", "quote"): 1,
        ("granted", "quote"): 1,
        ("answers", "quote", "true"): 1,
    }
    assert seconds(told) == {
        ("first_reply", "quote"): 0.2,
        ("first_reply_of", "d"): 0.2,
        ("duration", "quote"): 0.4,
    }


def test_what_serves_again_is_what_was_to_be_had() -> None:
    """A pinned quote, for who wanted more."""
    told = seen("quick", Text("Quoted."), answer("quote", reused=True))
    assert told.counts["granted", "quick"] == 1


def test_a_written_answer_is_read_from_its_quotes_on() -> None:
    found = Found("q", "quick", 3, 1.0, (CITED,))
    told = seen("quick", found, WRITTEN, WRITTEN, answer("quick"))
    assert told.counts["granted", "quick"] == 1
    assert seconds(told) == {
        ("first_reply", "quick"): 0.1,
        ("first_reply_of", "d"): 0.1,
        ("first_token", "quick"): 0.2,
        ("duration", "quick"): 0.4,
    }


def test_the_nearest_articles_are_something_to_read() -> None:
    found = Found("q", "quick", 3, 1.0, nearest=(HEAD,))
    assert seconds(seen("quick", found, WRITTEN, answer("quick")))["first_reply", "quick"] == 0.1


def test_thinking_is_a_first_word_but_nothing_to_read() -> None:
    found = Found("q", "deep", 3, 1.0)
    told = seen("deep", found, Thinking("Hm."), WRITTEN, answer("deep"), wanted="deep")
    times = seconds(told)
    assert (times["first_token", "deep"], times["first_reply", "deep"]) == (0.2, 0.3)


def test_an_answer_served_again_has_no_first_word_of_a_model() -> None:
    told = seen("quick", Found("q", "quick", 3, 1.0), WRITTEN, answer("quick", reused=True))
    assert ("first_token", "quick") not in told.times
    assert told.counts["granted", "quick"] == 1


@pytest.mark.parametrize(
    ("notice", "cause"),
    [
        ("no_room", "no_room"),
        ("model_failed", "model_failed"),
        ("answer_unchecked", "unchecked"),
        ("level_lowered", "not_offered"),
        ("a_new_one", "a_new_one"),
    ],
)
def test_a_lower_level_says_why(notice: str, cause: str) -> None:
    found = Found("q", "quick", 3, 1.0, (CITED,))
    told = seen("quick", found, Notice(notice), Text("Quoted."), answer("quote"))
    assert told.counts["lowered", "quick", cause] == 1
    assert told.counts["answers", "quote", "true"] == 1
    assert ("first_token", "quick") not in told.times


def test_a_question_that_nothing_comes_near_is_lowered_without_a_word() -> None:
    told = seen("quick", Found("q", "quote", 0, 1.0), Text("Not here."), answer("quote"))
    assert told.counts["lowered", "quick", "nothing_near"] == 1


def test_who_wants_more_than_is_offered_asks_for_that_level() -> None:
    told = seen("quick", Notice("level_lowered"), WRITTEN, answer("quick"), wanted="deep")
    assert told.counts["arrivals", "deep"] == 1
    assert told.counts["lowered", "deep", "not_offered"] == 1


def test_a_higher_level_than_asked_for_is_granted() -> None:
    assert seen("quote", answer("quick", reused=True)).counts["granted", "quote"] == 1


def test_a_question_that_waits_for_a_better_answer() -> None:
    waiting = replace(
        answer("quote"), pending=Pending(level="quick", position=2, wait=30.0, until=2_000.0)
    )
    told = seen("quick", Notice("no_room"), Text("Quoted."), waiting)
    assert told.counts["pending", "quick"] == 1
    assert told.counts["lowered", "quick", "no_room"] == 1


def test_failed_and_left() -> None:
    assert seen("quote", Failed("q", "unexpected")).counts["failed", "quote", "unexpected"] == 1
    assert seen("quick", Found("q", "quick", 1, 1.0)).counts["left", "quick"] == 1


def test_writing_the_question_down_counts_as_waiting_but_not_a_restart() -> None:
    told = seen("quote", Text("Quoted."), answer("quote"), waited=2.0)
    assert seconds(told)["first_reply", "quote"] == 2.1
    told = seen("quote", Text("Quoted."), answer("quote"), waited=3_000.0)
    assert seconds(told)["first_reply", "quote"] == 0.1


def test_what_never_arrived_is_not_counted() -> None:
    counts = Counts()
    one = Seen(counts, replace(Question(id="q", desk="d", text="?")), Hands())
    one.hear(Failed("q", "unexpected"))
    one.end()
    assert counts.copy() == Counted()
