"""Checks each sentence of a draft against the articles before anybody sees it, and turns the
numbers it cites into citations."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dengmi.answer.check.judge import (
    COPIED,
    Judgement,
    Source,
    best_support,
    judge,
    source_of,
)
from dengmi.answer.check.reading import read
from dengmi.answer.check.silence import beyond
from dengmi.answer.check.states import exact
from dengmi.answer.check.tables import header_of, wrong_column
from dengmi.answer.write.draft import Sentenced
from dengmi.answer.write.listed import Lists, Piece
from dengmi.answer.write.second import Doubt
from dengmi.answer.write.shown import Ref, Shown
from dengmi.core.records import Citation, Claim, Policy, Verdict

MARK = "[?]"
"""Stands behind a sentence that the articles do not support, where a desk marks those."""

_MOST_CITED = 4
"""Citations of one sentence at the most."""

_ADDS = 0.15
"""Share of a claim's weight that a second sentence must add to be looked at where the best one
already bears the claim out."""

_FOUND, _PIECED = 0.15, 0.25
"""The score from which sentences that a claim does not cite bear it out, of one passage and of
several. Below, it is borne out in part. Measured: docs/decisions/0052-states-lists-tables.md."""

_ANSWERS = re.compile(
    r"^\s*(?:yes|no|是的?|不是?|对|對|不对|有的?|没有|沒有|否)\s*[,，;；.。]\s*(?=\S)",
    re.IGNORECASE,
)

_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>()（）\[\]\"'”」』》*`|，。、；！？]+|[\w.+-]+@[\w-]+\.[\w.-]+",
    re.IGNORECASE,
)
"""A web or mail address."""

_MUST_AGREE = frozenset(("number", "date", "unit", "name", "negation"))
"""What a sentence must not get wrong, even where it would only be marked."""

_EXACT = frozenset(("number", "date", "unit"))
_WITH_LEAD = _EXACT | {"negation", "comparison", "state"}
"""What a list item must not get wrong together with its lead-in."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence that may be shown.

    `text` is what to append to the answer, `claim` the sentence in it, `citations` those that are
    cited for the first time.
    """

    text: str
    claim: Claim
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sentence with what the judge found; `found` is None where nothing was judged. `said`: what
    it says, where that is more than its words: an item with its lead-in, a row with its heads."""

    sentence: Sentenced
    refs: tuple[Ref, ...]
    found: Judgement | None
    said: str = ""


class Citing:
    """Checks the sentences of one answer, in order.

    Args:
        shown: the sentences the model was shown.
        policy: what happens to a sentence that they do not support. A sentence with a number,
            date, name or negation that they do not bear out is left out under "mark" too.
    """

    def __init__(self, shown: Shown, policy: Policy) -> None:
        self._shown = shown
        self._policy = policy
        self._refs: tuple[Ref, ...] = tuple(shown.refs())
        self._sources = _Sources(shown)
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._addresses: str | None = None
        self._written = 0
        self._lists = Lists()
        self._gap = ""
        self._numbered = False
        self.facts = 0
        self.kept_facts = 0

    def check(self, sentence: Sentenced) -> Checked | None:
        """What becomes of a sentence; None when it is left out."""
        return self.settle(self.weigh(sentence))

    def weigh(self, sentence: Sentenced) -> Weighed:
        """Judge a sentence."""
        refs = self._resolved(sentence)
        if self._policy == "off":
            return Weighed(sentence, refs, None)
        pieces = self._lists.see(sentence)
        if self._leads_elsewhere(sentence.text):
            return Weighed(sentence, (), Judgement("unsupported", 0.0, ("name",)))
        if not pieces:
            return Weighed(sentence, (), None)
        found = [self._of_piece(piece, refs) for piece in pieces]
        worst, _ = min(found, key=lambda each: _worth(each[0]))
        if self._lists.head and not _borne(worst):
            return Weighed(replace(sentence, text=self._lists.headless(sentence)), (), None)
        # Of what is refused too: a stronger judge is shown the sentences that it cites.
        cited = dict.fromkeys(
            ref for each, there in found for ref in there if _borne(each) or not _borne(worst)
        )
        said = "; ".join(piece.whole or piece.text for piece in pieces)
        return Weighed(sentence, tuple(cited)[:_MOST_CITED], worst, said)

    def _of_piece(self, piece: Piece, refs: tuple[Ref, ...]) -> tuple[Judgement, tuple[Ref, ...]]:
        """The verdict on one claim of a sentence; what its lead-in adds must not disagree."""
        found, cited = self._judged(_stated(beyond(piece.text)), refs)
        if not piece.whole or not _borne(found):
            return found, cited
        own = self._judge(piece.whole, cited)
        if not _WITH_LEAD.intersection(own.reasons):
            return found, cited
        for place, _ in best_support(piece.whole, [self._sources[ref] for ref in self._refs], 3):
            other = self._refs[place]
            whole = self._judge(piece.whole, (other,))
            if _borne(whole) and not _WITH_LEAD.intersection(whole.reasons):
                return whole, (other,)
        exact = tuple(reason for reason in own.reasons if reason in _EXACT)
        return Judgement("unsupported", own.score, exact or ("state",)), cited

    def doubt(self, weighed: Weighed) -> Doubt | None:
        """The sentence as a question to a stronger judge; None where there is nothing to ask: it
        states no fact, cites nothing, or is copied."""
        found = weighed.found
        if found is None or not weighed.refs or found.score >= COPIED:
            return None
        sources = tuple(self._sources[ref] for ref in weighed.refs)
        said = weighed.said or weighed.sentence.text
        return Doubt(said, sources, found.verdict, found.reasons)

    def settle(self, weighed: Weighed) -> Checked | None:
        """What becomes of a judged sentence; None when it is left out. In the order of the text."""
        sentence, found = weighed.sentence, weighed.found
        if found is None:
            return self._kept(sentence, weighed.refs, None)
        self.facts += 1
        wrong = found.verdict == "unsupported" and (
            self._policy == "drop" or bool(_MUST_AGREE.intersection(found.reasons))
        )
        if wrong:
            self._gap = max(self._gap, sentence.gap, key=len)
            return None
        if found.verdict == "unsupported":
            return self._kept(sentence, (), found.verdict)
        self.kept_facts += 1
        return self._kept(sentence, weighed.refs, found.verdict)

    def told(self, text: str, claim: Claim, new: Sequence[Citation]) -> Sentenced | None:
        """Take over a sentence that was checked and told already.

        Args:
            new: the citations that it brought.

        Returns:
            About what the model wrote; None, and nothing is taken over, where it cites what was
            not told.
        """
        numbers = self._numbers | {(one.passage_id, one.first, one.last): one.n for one in new}
        places = {n: key for key, n in numbers.items()}
        if not places.keys() >= set(claim.cited):
            return None
        cites: list[Ref] = []
        for passage, first, last in map(places.__getitem__, claim.cited):
            if (p := self._shown.number_of(passage)) is not None:
                cites += [(p, s) for s in range(first, last + 1)]
        start, end = claim.start - self._written, claim.end - self._written
        gap = text[: len(text) - len(text.lstrip())]
        self._numbers = numbers
        self._written += len(text)
        self._numbered = text.endswith("]")
        self.facts += claim.verdict is not None
        self.kept_facts += claim.verdict in ("supported", "partial")
        row = "|" in text[start:end]
        sentence = Sentenced(
            gap, text[len(gap) : start], text[start:end], tuple(cites), code=row, row=row
        )
        self._lists.see(sentence)
        return sentence

    def _judged(self, text: str, refs: tuple[Ref, ...]) -> tuple[Judgement, tuple[Ref, ...]]:
        """The verdict on a sentence with the sentences that bear it out best: those it cites, or
        others that were shown where those do not do."""
        own = self._judge(text, refs) if refs else None
        if own is not None and own.verdict == "supported":
            return own, refs
        best = best_support(text, [self._sources[ref] for ref in self._refs])
        others = tuple(self._refs[place] for place, _ in best)
        known = [(own, refs)] if own is not None else []
        for cited in _tries(refs, others):
            known.append((_pieced(self._judge(text, cited), cited, refs), cited))
            if known[-1][0].verdict == "supported" and (len(best) < 2 or best[1][1] < _ADDS):
                return known[-1]  # a second sentence would say little that this one does not
        if not known:  # shares no word with anything: a number or a name in it is made up
            said = read(text)
            if exact(said) or said.names or said.cues:
                return self._judge(text, ()), ()
            return Judgement("unsupported", 0.0, ("words",)), ()
        return max(known, key=lambda each: _worth(each[0]))

    def _judge(self, text: str, refs: Sequence[Ref]) -> Judgement:
        sources = [self._sources[ref] for ref in refs]
        found = judge(text, sources)
        rows = {ref: header for ref in refs if (header := self._header(ref)) is not None}
        if not rows:
            return found
        if found.verdict != "supported":  # what its columns are called bears a row out too
            heads = [self._sources[ref] for ref in dict.fromkeys(rows.values())]
            again = judge(text, [*sources, *heads])
            found = max(found, again, key=_worth)
        pairs = [
            (self._sources[header].text, self._sources[ref].text) for ref, header in rows.items()
        ]
        others = [self._sources[ref].text for ref in refs if ref not in rows]
        if found.verdict != "unsupported" and wrong_column(text, pairs, others):
            return Judgement("unsupported", found.score, ("number",))
        return found

    def _header(self, ref: Ref) -> Ref | None:
        """The row that names the columns of a row."""
        p, n = ref
        first = header_of(self._shown.places[p - 1][1], n)
        return None if first is None else (p, first)

    def _leads_elsewhere(self, text: str) -> bool:
        """Whether a text holds an address that stands nowhere in the articles shown: one that was
        made up, or remembered."""
        found = _ADDRESS.findall(text)
        if not found:
            return False
        if self._addresses is None:
            own = (
                part
                for head, passage in self._shown.places
                for part in (passage.text, head.url, *head.addresses)
            )
            self._addresses = "\n".join(own).lower()
        return any(_bare(address) not in self._addresses for address in found)

    def _resolved(self, sentence: Sentenced) -> tuple[Ref, ...]:
        """The sentences cited that were shown; of a whole passage, the one that fits best."""
        refs: list[Ref] = []
        for p, s in sentence.cites:
            if s == 0 and 1 <= p <= len(self._shown.places):
                inside = [ref for ref in self._refs if ref[0] == p]
                best = best_support(sentence.text, [self._sources[ref] for ref in inside], 1)
                refs += [inside[place] for place, _ in best]
            elif self._shown.has((p, s)):
                refs.append((p, s))
        return tuple(dict.fromkeys(refs))[:_MOST_CITED]

    def _kept(self, sentence: Sentenced, refs: tuple[Ref, ...], verdict: Verdict | None) -> Checked:
        gap = max(self._gap, sentence.gap, key=len) if self._written else ""
        # Chinese sentences follow each other without a space, but not the number of the last one.
        gap = gap or (" " if self._numbered else "")
        self._gap = ""
        numbers, new = self._cited(refs, verdict)
        start = self._written + len(gap) + len(sentence.lead)
        marked = f" {MARK}" if verdict == "unsupported" and self._policy == "mark" else ""
        within = sentence.code and not sentence.row
        cites = "" if within else "".join(f"[{n}]" for n in numbers)
        body, tail = _opened(sentence) if cites or marked else (sentence.text, "")
        end = start + len(body)
        text = f"{gap}{sentence.lead}{body}{' ' if cites else ''}{cites}{marked}{tail}"
        self._written += len(text)
        self._numbered = bool(cites or marked) and not tail
        return Checked(text, Claim(start=start, end=end, cited=numbers, verdict=verdict), new)

    def _cited(
        self, refs: tuple[Ref, ...], verdict: Verdict | None
    ) -> tuple[tuple[int, ...], tuple[Citation, ...]]:
        """The numbers of these sentences' citations, neighbours as one, and those that are new."""
        numbers: list[int] = []
        new: list[Citation] = []
        for p, first, last in _ranges(refs):
            head, passage = self._shown.places[p - 1]
            key = (passage.id, first, last)
            if key not in self._numbers:
                self._numbers[key] = n = len(self._numbers) + 1
                quote = passage.quote(first, last)
                new.append(
                    Citation(
                        n=n,
                        head=head,
                        passage_id=passage.id,
                        first=first,
                        last=last,
                        quote=quote,
                        verdict=verdict,
                    )
                )
            numbers.append(self._numbers[key])
        return tuple(dict.fromkeys(numbers)), tuple(new)


def _stated(text: str) -> str:
    """What a sentence states behind the "no" or "yes" that answers the question: that is no denial
    of the rest."""
    return _ANSWERS.sub("", text)


def _pieced(found: Judgement, cited: tuple[Ref, ...], refs: tuple[Ref, ...]) -> Judgement:
    """The verdict on sentences that were found for a claim and that it does not cite itself: with
    a word from here and one from there many a claim could be pieced together."""
    least = _FOUND if len({p for p, _ in cited}) < 2 else _PIECED
    if found.verdict != "supported" or found.score >= least or set(cited) <= set(refs):
        return found
    return Judgement("partial", found.score, ("words",))


def _worth(found: Judgement) -> tuple[int, float]:
    """By which of several judgements the best is found."""
    return _RANK[found.verdict], found.score


def _borne(found: Judgement) -> bool:
    """Whether a claim is borne out, at least in part."""
    return found.verdict != "unsupported"


def _opened(sentence: Sentenced) -> tuple[str, str]:
    """A sentence and what stands behind its numbers: those of a row stand in its last cell, since
    readers of Markdown leave out what is behind it."""
    text = sentence.text.rstrip()
    if not (sentence.row and text.endswith("|")) or len(text) < 2:
        return sentence.text, ""
    body = text[:-1].rstrip()
    return body, f"{text[len(body) : -1] or ' '}|"


def _bare(address: str) -> str:
    """An address without what may stand around it or be left out."""
    plain = re.sub(r"^(?:https?://)?(?:www\.)?", "", address.lower())
    return plain.rstrip(".,:;!?_~/")


class _Sources(dict[Ref, Source]):
    """The sentences that were shown, for the judge: those that are looked at."""

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self._shown = shown

    def __missing__(self, ref: Ref) -> Source:
        self[ref] = source = source_of(*self._shown.places[ref[0] - 1], ref[1])
        return source


def _tries(refs: tuple[Ref, ...], others: tuple[Ref, ...]) -> Iterator[tuple[Ref, ...]]:
    """What a sentence may cite instead: the best others alone, then all of them, then the best one
    with those that it cites."""
    for n in range(1, len(others) + 1):
        yield others[:n]
    if refs and others:
        yield refs + others[:1]


_RANK: dict[Verdict, int] = {"unsupported": 0, "partial": 1, "supported": 2}


def _ranges(refs: Sequence[Ref]) -> list[tuple[int, int, int]]:
    """(passage, first, last) of these sentences, neighbours in a passage as one, in the order
    they are cited."""
    ranges: list[tuple[int, int, int]] = []
    for p, s in refs:
        if ranges and ranges[-1][0] == p and ranges[-1][2] + 1 == s:
            ranges[-1] = (p, ranges[-1][1], s)
        elif (p, s, s) not in ranges:
            ranges.append((p, s, s))
    return ranges
