"""An answer as far as it is written: its sentences, each checked as it is finished. It may be begun
by one model and go on with another."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile

from dengmi.answer.check.silence import declines, is_about_itself
from dengmi.answer.write.citing import Citing, Weighed
from dengmi.answer.write.draft import Draft, Sentenced
from dengmi.answer.write.prompt import COMPLETE, continued
from dengmi.answer.write.said import Said
from dengmi.answer.write.second import Doubt
from dengmi.answer.write.shown import Shown
from dengmi.core.charges import Charge, Tokens
from dengmi.core.chat import Message
from dengmi.core.events import Cited, Notice, Text, Thinking
from dengmi.core.records import Citation, Claim, Level, Policy, Question, Verdict
from dengmi.language.tokens import estimate_tokens

PER_MESSAGE = 8
"""Tokens that an endpoint adds around each message, about."""

LEAST = 64
"""Tokens that the rest of a broken answer may have at the least."""

_ENDS = ".。！？!?…:：;；\"'”’」』)）]】`*|"
_DECLINED = re.compile(r"\bNO[_ \\-]{0,2}ANSWER\b")
"""The agreed word (`core.chat.DECLINED`), as models write it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An answer to be written.

    Attributes:
        question: whom it is for; what it costs is noted under its id.
        models: names of the models to try, in order.
        messages: the prompt; `shown` what it shows.
        thinking: whether the model thinks first.
        max_tokens: most tokens of thinking and answer.
        judge: name of the model that takes a second look at sentences; "" for none.
        calling: called when a model is about to be called.
        told: what was told of it already, by a process that is gone.
    """

    question: Question
    level: Level
    models: tuple[str, ...]
    messages: tuple[Message, ...]
    shown: Shown
    policy: Policy
    max_tokens: int
    thinking: bool = False
    judge: str = ""
    calling: Callable[[], object] = bool
    told: "tuple[Out, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a task. `text` is "" where nothing could be kept or the model declined.

    Attributes:
        evidence: ids of the passages shown, in the order of their numbers.
        declined: the model found no answer in what it was shown.
        cut: the answer ended before its end; `broken` where that was because models failed, and
            whoever asks next may get more.
        charges: what the calls cost, the one that wrote the answer last.
    """

    text: str = ""
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    evidence: tuple[str, ...] = ()
    declined: bool = False
    cut: bool = False
    broken: bool = False
    charges: tuple[Charge, ...] = ()


Out = Thinking | Text | Cited | Notice | Written


class Begun:
    """What models have written so far of one answer.

    Args:
        asks: whether the judge of a name is asked about a doubt.
    """

    def __init__(self, task: Task, asks: Callable[[str, Doubt], bool]) -> None:
        self.task = task
        self._asks = asks
        self.kept: list[str] = []
        self.declined = False
        self._denied = False
        self.cut = False
        self._forget_call()
        self._draft = Draft(task.shown.means)
        self._citing = Citing(task.shown, task.policy)
        self._claims: list[Claim] = []
        self._citations: list[Citation] = []
        self._waiting: list[Weighed] = []
        self.doubts: list[tuple[int, Doubt]] = []
        """Places in what waits for a second look, and what is to be looked at."""
        self._raw: list[str] = []
        self._said = Said(task.question.text)
        if task.told:
            self._take_over(task.told)

    def _forget_call(self) -> None:
        self._thought: list[str] = []
        self._heard: list[str] = []
        self._held = ""

    @property
    def text(self) -> str:
        """The finished sentences with the numbers that the model gave them."""
        return "".join(self._raw)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The prompt of the next call: the task's, or one that asks for the rest."""
        return continued(self.task.messages, self.text) if self._raw else self.task.messages

    @property
    def prompt(self) -> int:
        """Tokens of the prompt, about."""
        if not self._raw:
            return self._first_prompt
        return self._counted()

    @cached_property
    def _first_prompt(self) -> int:
        return self._counted()

    def _counted(self) -> int:
        return sum(estimate_tokens(each.text) + PER_MESSAGE for each in self.messages)

    @property
    def most(self) -> int:
        """Tokens that the next call may write."""
        whole = self.task.max_tokens
        return max(min(LEAST, whole), whole - estimate_tokens(self.text)) if self._raw else whole

    @property
    def thinking(self) -> bool:
        """Whether the next call may think first: not for the rest of an answer."""
        return self.task.thinking and not self._raw

    def broken(self) -> None:
        """The model broke off: its unfinished sentence is forgotten, the next one goes on behind
        the last that is whole, and what stands there is not said again."""
        self._draft.broken()
        self._said.broken()
        self._forget_call()

    def _take_over(self, told: "Sequence[Out]") -> None:
        """Go on behind what somebody else told. What was not told whole is not taken over: the
        answer in the end is what holds."""
        for n, piece in enumerate(told, 1):
            if not isinstance(piece, Text) or piece.claim is None:
                continue
            cited = takewhile(lambda one: isinstance(one, Cited), told[n:])
            new = [one.citation for one in cited if isinstance(one, Cited)]
            sentence = self._citing.told(piece.text, piece.claim, new)
            if sentence is None:
                break
            self.kept.append(piece.text)
            self._claims.append(piece.claim)
            self._citations += new
            self._raw.append(sentence.raw)
            self._said.add(sentence.text)
        if self._raw:
            self._draft.go_on()
            self.broken()

    def holds(self, text: str) -> bool:
        """Whether text that came may wait for more: it completes no sentence."""
        self._held = text
        return self._draft.holds(text)

    def thinks(self, text: str) -> None:
        """The model thinks."""
        self._thought.append(text)

    def heard(self, text: str) -> Iterator[Sentenced]:
        """The sentences that a piece completes."""
        self._heard.append(text)
        self._held = ""
        return self._draft.feed(text)

    def rest(self, *, cut: bool = False) -> Iterator[Sentenced]:
        """What was left over when the model ended. `cut`: it had no room for more; half a sentence
        is left out then, where others stand before it."""
        self.cut = cut
        left = list(self._draft.end())
        if cut and left and (len(left) > 1 or self.kept or self._waiting):
            last = left[-1]
            if not (last.code or last.cites or last.text.rstrip().endswith(tuple(_ENDS))):
                left.pop()
        return iter(left)

    @property
    def done(self) -> bool:
        """Whether nothing more is worth hearing: the model declined, or goes round in circles."""
        return self.declined or self._said.circling

    def checked(self, sentence: Sentenced) -> Iterator[Text | Cited]:
        """Events of the next sentence. Takes some milliseconds."""
        if _DECLINED.search(sentence.text) or self.declined:
            self.declined = self.declined or not (self._citations or self._waiting)
            return
        self._denied = self._denied or declines(sentence.text)
        if COMPLETE in sentence.text or is_about_itself(sentence.text):
            return
        if self._said.repeats(sentence):
            return
        self._said.add(sentence.text)
        weighed = self._citing.weigh(sentence)
        doubt = self._citing.doubt(weighed) if self.task.judge else None
        if doubt is not None and self._asks(self.task.judge, doubt):
            self.doubts.append((len(self._waiting), doubt))
        if self.doubts:  # the sentences behind it wait too, to stay in order
            self._waiting.append(weighed)
            self._raw.append(sentence.raw)
            return
        kept = len(self.kept)
        yield from self._settle(weighed)
        if len(self.kept) > kept:
            self._raw.append(sentence.raw)

    def turn(self, verdicts: Sequence[Verdict | None]) -> None:
        """Take over what a second look found."""
        for (place, _), verdict in zip(self.doubts, verdicts, strict=True):
            weighed = self._waiting[place]
            if verdict is not None and weighed.found is not None:
                reasons = weighed.found.reasons or ("words",)
                told = () if verdict == "supported" else reasons
                found = replace(weighed.found, verdict=verdict, reasons=told)
                self._waiting[place] = replace(weighed, found=found)

    def settled(self) -> Iterator[Text | Cited]:
        """Events of the sentences that waited."""
        waiting, self._waiting, self.doubts = self._waiting, [], []
        for weighed in waiting:
            yield from self._settle(weighed)

    def _settle(self, weighed: Weighed) -> Iterator[Text | Cited]:
        checked = self._citing.settle(weighed)
        if checked is None:
            return
        self.kept.append(checked.text)
        self._claims.append(checked.claim)
        self._citations += checked.citations
        yield Text(checked.text, checked.claim)
        for citation in checked.citations:
            yield Cited(citation)

    def used(self, prompt: int) -> Tokens:
        """About what was used when the endpoint could not tell."""
        thought = estimate_tokens("".join(self._thought))
        said = estimate_tokens("".join((*self._heard, self._held)))
        return Tokens(miss=prompt, output=said + thought, reasoning=thought)

    def written(self, charges: list[Charge], *, cut: bool, broken: bool = False) -> Written:
        """What came of it. Sentences without any fact that was borne out are no answer; where one
        of them says that there is none, in whatever words, the model declined."""
        shown = tuple(passage.id for _, passage in self.task.shown.places)
        bare = self._citing.facts > 0 and self._citing.kept_facts == 0
        if self.declined or bare or not self._citations:
            declined = self.declined or (self._denied and not cut)
            return Written(evidence=shown, declined=declined, cut=cut, charges=tuple(charges))
        return Written(
            text="".join(self.kept),
            claims=tuple(self._claims),
            citations=tuple(self._citations),
            evidence=shown,
            cut=cut,
            broken=broken,
            charges=tuple(charges),
        )
