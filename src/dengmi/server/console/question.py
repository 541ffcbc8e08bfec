"""The whole life of one question, and what an operator may do about its answer."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from starlette.responses import RedirectResponse, Response

from dengmi.answer.pins import pin_of
from dengmi.core.charges import Charge
from dengmi.core.errors import BadInput, Conflict, NotFound
from dengmi.core.late import Late
from dengmi.core.records import Answer, Citation, Head, Passage, SearchQuery
from dengmi.core.reuses import ReuseState
from dengmi.core.review import Life
from dengmi.language.money import amount
from dengmi.server.bodies import clean
from dengmi.server.console.frame import card, field, form, page, with_query
from dengmi.server.console.questions import HERE
from dengmi.server.console.tables import Column, table
from dengmi.server.console.today import kind_name
from dengmi.server.console.visit import Visit
from dengmi.server.ui.card import marked
from dengmi.server.ui.lines import lines_of
from dengmi.server.ui.links import answer_path, article_path, sentence_path
from dengmi.server.ui.markup import Child, Html, el
from dengmi.server.ui.shared import shared_answer
from dengmi.server.ui.written import blocks

LONGEST = 20_000
"""Characters of a corrected answer."""

FOUND = 8
"""Passages looked for where a corrected answer had none to stand on."""

Found = Mapping[str, tuple[Head, Passage]]

_SERVING: Mapping[ReuseState, str] = {
    "live": "con_reuse_live", "pinned": "con_reuse_pinned", "void": "con_reuse_void",
}  # fmt: skip

_STATES = ("pinned", "unpinned", "live", "void", "declined")
"""What may be done about an answer."""


async def show(visit: Visit) -> Response:
    """The page. Raises NotFound."""
    life = await _life(visit)
    question = life.question
    answer = life.answers[-1] if life.answers else None
    late = await visit.office.parts.store.late(question.id)
    found: Found = {}
    if answer is not None:
        ids = list(dict.fromkeys((*answer.evidence, *(c.passage_id for c in answer.citations))))
        found = await visit.office.parts.store.passages(ids)
    title = question.text if len(question.text) <= 160 else f"{question.text[:159]}…"
    return page(
        visit,
        title,
        _answer(visit, answer, life) if answer else _unanswered(visit, life),
        el("div", _facts(visit, life, answer), _steps(visit, life, late), class_="two"),
        _acts(visit, life, answer) if answer and visit.me.may("editor") else None,
        _evidence(visit, answer, found) if answer else None,
        _lines(visit, life.charges),
        at=HERE,
    )


async def serve(visit: Visit) -> Response:
    """Pin an answer or take its pin off, let it serve again, forbid it. Raises NotFound, BadInput,
    Conflict."""
    life, answer = await _answered(visit)
    wanted = visit.form.get("state", "")
    store, by = visit.office.parts.store, visit.me.operator.name
    done = True
    if wanted == "pinned":
        pin = await asyncio.to_thread(pin_of, answer, visit.now, by)
        done = await store.pin_answer(pin)
    elif wanted == "unpinned":
        done = await store.unpin_answer(answer.id)
    elif wanted == "declined":
        done = await _decline(visit, answer)
    elif wanted in ("live", "void"):
        state: ReuseState = wanted  # type: ignore[assignment]
        done = await store.set_reuse(answer.id, state, "operator")
    else:
        raise BadInput("console_state_bad", states=", ".join(_STATES))
    if not done:
        raise Conflict("console_not_kept")
    await visit.office.parts.pinned.look()
    await visit.note(f"reuse_{wanted}", life.question.text[:120], answer=answer.id)
    return RedirectResponse(with_query(f"{HERE}/{life.question.id}", said=f"reuse_{wanted}"), 303)


async def _decline(visit: Visit, answer: Answer) -> bool:
    """Have the question told that the articles do not answer it: quotes are made anew each time,
    so a bad one is forbidden only by what stands in its place. Raises NotFound."""
    from dengmi.answer.correcting import declined

    if not answer.quoted:
        return False
    other = await asyncio.to_thread(declined, answer, visit.now)
    pin = await asyncio.to_thread(pin_of, other, visit.now, visit.me.operator.name)
    return await visit.office.review.correct(answer.id, other, pin)


async def correct(visit: Visit) -> Response:
    """Put other words in the place of an answer. Raises NotFound, BadInput, Conflict."""
    from dengmi.answer.correcting import corrected, stood_on

    life, answer = await _answered(visit)
    words = clean(visit.form.get("text", "")).strip()
    if not words or len(words) > LONGEST:
        raise BadInput("console_text_bad", most=LONGEST)
    answer = await _with_evidence(visit, answer)
    found = await visit.office.parts.store.passages(stood_on(answer))
    better = await asyncio.to_thread(corrected, answer, words, found, visit.now)
    pin = await asyncio.to_thread(pin_of, better, visit.now, visit.me.operator.name)
    if not await visit.office.review.correct(answer.id, better, pin):
        raise Conflict("console_not_kept")
    await visit.office.parts.pinned.look()
    await visit.note("corrected", life.question.text[:120], answer=better.id)
    return RedirectResponse(with_query(f"{HERE}/{life.question.id}", said="corrected"), 303)


async def _with_evidence(visit: Visit, answer: Answer) -> Answer:
    """An answer that stood on nothing, with the passages that its question finds now."""
    from dengmi.answer.correcting import stood_on

    if stood_on(answer):
        return answer
    asked = answer.standalone or answer.question
    query = SearchQuery(text=asked, desk=answer.desk, limit=FOUND)
    evidence = await visit.office.parts.search.search(query)
    return replace(answer, evidence=tuple(hit.passage.id for hit in evidence.hits))


async def _life(visit: Visit) -> Life:
    wanted = clean(str(visit.request.path_params["question_id"]))[:100]
    life = await visit.office.review.life(wanted)
    if life is None:
        raise NotFound("console_question_unknown", question=wanted[:60])
    return life


async def _answered(visit: Visit) -> tuple[Life, Answer]:
    life = await _life(visit)
    if not life.answers:
        raise Conflict("console_not_kept")
    return life, life.answers[-1]


def _answer(visit: Visit, answer: Answer, life: Life) -> Html:
    level = kind_name(visit, answer.level) if answer.grounded else visit.say("ui_level_none")
    badges: list[Child] = [el("span", level, class_="badge" if answer.grounded else "badge bad")]
    if answer.reused:
        badges.append(el("span", visit.say("ui_reused"), class_="badge"))
    if life.pin is not None:
        badges.append(el("span", visit.say("con_reuse_pinned"), class_="badge"))
    elif life.reuse is not None:
        badges.append(el("span", visit.say(_SERVING[life.reuse.state]), class_="badge"))
    quotes = [_quote(visit, one) for one in answer.citations]
    return card(
        el("p", badges, class_="badges"),
        el("div", _text(visit, answer), class_="prose", lang=answer.lang or None),
        el("h2", visit.say("con_cited")) if quotes else None,
        el("ul", quotes, class_="rows") if quotes else None,
        _as_asker(visit, answer),
    )


def _text(visit: Visit, answer: Answer) -> Child:
    """What was answered, as its asker saw it."""
    if answer.quoted or not answer.claims:
        return el("p", answer.text, class_="answer-text")
    return blocks(visit, lines_of(answer.text, answer.claims))


def _as_asker(visit: Visit, answer: Answer) -> Child:
    """The way to the answer's own page, where its desk shares it."""
    if not shared_answer(visit.office.parts.settings, answer).open:
        return None
    link = el("a", visit.say("con_as_asker"), class_="button", href=answer_path(answer.id))
    return el("p", link)


def _unanswered(visit: Visit, life: Life) -> Html:
    state = visit.say(f"con_state_{life.question.state}")
    why = visit.known(life.failure, life.failure) if life.failure else ""
    return card(el("p", el("span", state, class_="badge bad")), el("p", why) if why else None)


def _quote(visit: Visit, one: Citation) -> Html:
    said = {"supported": "good", "partial": "warm", "unsupported": "bad"}
    verdict = None
    if one.verdict is not None:
        words = visit.say(f"con_{one.verdict}")
        verdict = el("span", words, class_=f"badge {said[one.verdict]}")
    title = el("a", _titled(visit, one.head), href=sentence_path(one))
    quote = el("div", f"[{one.n}] ", marked(one.quote, one.marks), el("small", title))
    return el("li", quote, verdict)


def _titled(visit: Visit, head: Head) -> str:
    """An article's title as text shows it."""
    title = head.title or head.id
    chinese = head.lang.startswith("zh") or (not head.lang and visit.lang == "zh")
    return f"《{title}》" if chinese and not title.startswith("《") else title


def _facts(visit: Visit, life: Life, answer: Answer | None) -> Html:
    question = life.question
    rows: list[tuple[str, Child]] = [
        ("con_when", visit.when(question.asked_at)),
        ("con_desk", question.desk),
        ("con_channel", question.channel),
        ("con_wanted", visit.known(f"ui_level_{question.wanted}", question.wanted)),
    ]
    if question.asker and visit.me.may("owner"):
        link = with_query("/console/askers", asker=question.asker)
        rows.append(("con_asker", el("a", question.asker, href=link)))
    if answer is not None:
        if answer.standalone and answer.standalone != question.text:
            rows.append(("con_standalone", answer.standalone))
        rows += [
            ("con_model", answer.model),
            ("con_price", amount(answer.cost.micros, answer.cost.currency)),
            ("con_full_price", amount(answer.full_cost.micros, answer.full_cost.currency)),
            ("con_confidence", f"{answer.confidence:.2f}"),
        ]
    if life.ups or life.downs:
        rows.append(("con_thumb", f"↑{life.ups} ↓{life.downs}"))
    if life.reuse is not None:
        rows.append(("con_served", f"{life.reuse.served:,}"))
    said = [[el("dt", visit.say(name)), el("dd", value)] for name, value in rows if value]
    return card(el("h2", visit.say("con_facts")), el("dl", said, class_="facts"))


def _steps(visit: Visit, life: Life, late: Late | None) -> Html:
    """What happened, in order."""
    question = life.question
    steps: list[tuple[float, str]] = [(question.asked_at, visit.say("con_step_asked"))]
    for answer in life.answers:
        level = kind_name(visit, answer.level)
        words = visit.say("con_step_answered", level=level, ms=f"{answer.took_ms:,.0f}")
        steps.append((answer.created_at, words))
    for charge in life.charges:
        shared = charge.purpose in ("reuse", "join")
        words = visit.say(f"con_step_{charge.purpose}" if shared else "con_step_called",
                          model=charge.model, purpose=_purpose(visit, charge))  # fmt: skip
        steps.append((charge.at, words))
        if charge.settled_at is not None and charge.settled_at != charge.at:
            cost = amount(charge.micros, charge.currency)
            words = visit.say("con_step_settled", model=charge.model or "–", cost=cost)
            steps.append((charge.settled_at, words))
    if late is not None:
        level = kind_name(visit, late.level)
        steps.append((late.since, visit.say("con_step_waits", level=level)))
        if late.state != "waiting":
            steps.append((late.told_at or late.until, visit.say(f"con_step_late_{late.state}")))
    rows = [
        el("li", el("time", f"{visit.moment(at):%H:%M:%S}.{int(at % 1 * 1000):03}"), words)
        for at, words in sorted(steps, key=lambda each: each[0])
    ]
    return card(el("h2", visit.say("con_steps")), el("ol", rows, class_="steps"))


def _purpose(visit: Visit, charge: Charge) -> str:
    return visit.known(f"con_purpose_{charge.purpose}", charge.purpose)


def _acts(visit: Visit, life: Life, answer: Answer) -> Html:
    """Pin, forbid and correct, whatever wrote the answer."""
    here = f"{HERE}/{life.question.id}"
    states: list[Child] = [
        form(
            visit,
            f"{here}/serve",
            el("input", type="hidden", name="state", value=state),
            el("button", visit.say(f"con_do_{state}"), class_="button"),
        )
        for state in _possible(life, answer)
    ]
    from dengmi.answer.correcting import plain

    box = el("textarea", plain(answer), name="text", required=True, maxlength=LONGEST)
    change = form(
        visit,
        f"{here}/correct",
        field(visit.say("con_correct_label"), box, visit.say("con_correct_note")),
        el("button", visit.say("con_correct"), class_="button first"),
        class_="stack",
    )
    inside = el("details", el("summary", visit.say("con_correct"), class_="button"), change)
    asked = answer.standalone or answer.question
    told = visit.say("con_pin_serves" if life.pin else "con_pin_how",
                     asked=life.pin.asked if life.pin else asked,
                     by=life.pin.by if life.pin else "")  # fmt: skip
    return card(
        el("h2", visit.say("con_acts")),
        el("p", told, class_="soft"),
        el("div", states, inside, class_="acts-row"),
    )


def _possible(life: Life, answer: Answer) -> Sequence[str]:
    """What may be done about an answer as it stands."""
    reuse = life.reuse.state if life.reuse else None
    if life.pin is not None:
        return ("live", "void") if reuse else ("unpinned",)
    if reuse is not None:
        return ("pinned", *(each for each in ("live", "void") if each != reuse))
    return ("pinned", "declined") if answer.quoted else ("pinned",)


def _evidence(visit: Visit, answer: Answer, found: Found) -> Child:
    """The passages that the model saw, or those that are quoted, as they are now."""
    ids = answer.evidence or tuple(dict.fromkeys(one.passage_id for one in answer.citations))
    if not ids:
        return None
    cited = {one.passage_id for one in answer.citations}
    rows = [
        _passage(visit, place, found.get(each), is_cited=each in cited)
        for place, each in enumerate(ids, 1)
    ]
    return card(
        el("h2", visit.say("con_evidence")),
        el("p", visit.say("con_evidence_lead"), class_="soft"),
        el("div", rows),
    )


def _passage(
    visit: Visit, place: int, found: tuple[Head, Passage] | None, *, is_cited: bool
) -> Html:
    if found is None:
        return el("p", f"{place}. {visit.say('con_passage_gone')}", class_="soft")
    head, passage = found
    badge = el("span", visit.say("con_is_cited"), class_="badge good") if is_cited else None
    lines = [
        el("li", passage.text[one.start : one.end], value=str(one.n)) for one in passage.sentences
    ]
    top = el("summary", el("span", f"{place}"), el("b", _titled(visit, head)), badge)
    link = el("p", el("a", visit.say("con_open_article"), href=article_path(head)))
    return el("details", top, el("ol", lines), link, class_="cluster", lang=head.lang or None)


def _lines(visit: Visit, charges: Sequence[Charge]) -> Child:
    """What the ledger says."""
    if not charges:
        return None
    number: Callable[[int], str] = "{:,}".format
    columns: Sequence[Column[Charge]] = (
        Column(visit.say("con_purpose"), lambda one: _purpose(visit, one)),
        Column(visit.say("con_model"), lambda one: f"{one.model} {one.version}".strip() or "–"),
        Column(visit.say("con_tokens_hit"), lambda one: number(one.tokens.hit), number=True),
        Column(visit.say("con_tokens_miss"), lambda one: number(one.tokens.miss), number=True),
        Column(visit.say("con_tokens_out"), lambda one: number(one.tokens.output), number=True),
        Column(visit.say("con_price"), lambda one: amount(one.micros, one.currency), number=True),
        Column(visit.say("con_full_price"), lambda one: amount(one.full_micros, one.currency),
               number=True),
        Column(visit.say("con_state"), lambda one: visit.say(f"con_charge_{one.state}")),
    )  # fmt: skip
    return card(el("h2", visit.say("con_ledger")), table(visit, columns, charges))
