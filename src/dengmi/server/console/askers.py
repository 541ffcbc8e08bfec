"""Askers: what is kept of one person, handed over as a file, and deleted."""

from dataclasses import asdict

import msgspec
from starlette.responses import RedirectResponse, Response

from dengmi.core.errors import BadInput
from dengmi.core.review import Person
from dengmi.server.console.frame import (
    HOME,
    asked_first,
    card,
    empty,
    field,
    form,
    page,
    with_query,
)
from dengmi.server.console.visit import Visit
from dengmi.server.shapes import answer_json
from dengmi.server.ui.markup import Html, el

HERE = f"{HOME}/askers"

SHOWN = 50
"""Questions shown; the file has all."""

LONGEST = 200


async def show(visit: Visit) -> Response:
    """What is kept of ?asker=."""
    asker = visit.query("asker", LONGEST)
    box = el("input", name="asker", value=asker, required=True, maxlength=LONGEST)
    search = el(
        "form",
        field(visit.say("con_asker"), box, visit.say("con_asker_note")),
        el("button", visit.say("con_show"), class_="button first"),
        method="get",
        action=HERE,
        class_="stack",
    )
    found = None
    if asker:
        found = _person(visit, await visit.office.review.person(asker))
    lead = visit.say("con_askers_lead")
    return page(visit, visit.say("con_askers"), card(search), found, at=HERE, lead=lead)


def _person(visit: Visit, person: Person) -> Html:
    if not person.questions and not person.thumbs:
        return empty(visit.say("con_asker_nothing"))
    gone = form(
        visit,
        f"{HERE}/delete",
        el("input", type="hidden", name="asker", value=person.asker),
        el("button", visit.say("con_asker_delete"), class_="button danger"),
    )
    file = with_query(f"{HERE}/export", asker=person.asker)
    rows = [
        el(
            "li",
            el("a", question.text, href=f"{HOME}/questions/{question.id}"),
            el("small", visit.when(question.asked_at)),
        )
        for question, _ in reversed(person.questions[-SHOWN:])
    ]
    said = visit.say(
        "con_asker_has", questions=f"{len(person.questions):,}", thumbs=f"{len(person.thumbs):,}"
    )
    return card(
        el(
            "div",
            el("p", said),
            el("div", el("a", "JSON", class_="button", href=file), gone, class_="acts-row"),
            class_="inline spread",
        ),
        el("ul", rows, class_="rows"),
    )


async def export(visit: Visit) -> Response:
    """Everything that is kept of an asker, as JSON."""
    asker = visit.query("asker", LONGEST)
    if not asker:
        raise BadInput("console_asker_missing")
    person = await visit.office.review.person(asker)
    shape = {
        "asker": person.asker,
        "questions": [
            {**asdict(question), "answers": [answer_json(answer) for answer in answers]}
            for question, answers in person.questions
        ],
        "thumbs": [{"answer_id": id_, "up": up, "at": at} for id_, up, at in person.thumbs],
        "conversations": [{"id": id_, "title": title, "at": at} for id_, title, at in person.names],
    }
    await visit.note("asker_exported")
    return Response(
        msgspec.json.format(msgspec.json.encode(shape)),
        media_type="application/json",
        headers={
            "content-disposition": 'attachment; filename="dengmi-asker.json"',
            "cache-control": "no-store",
        },
    )


async def delete(visit: Visit) -> Response:
    """Delete everything that is kept of an asker. The log does not say of whom."""
    asker = visit.form.get("asker", "")[:LONGEST]
    if not asker:
        raise BadInput("console_asker_missing")
    words = visit.say("con_asker_sure", asker=asker)
    if (asked := asked_first(visit, visit.say("con_asker_delete"), words, HERE)) is not None:
        return asked
    count = await visit.office.parts.store.forget_asker(asker)
    await visit.note("asker_deleted", questions=count)
    return RedirectResponse(with_query(HERE, said="asker_deleted"), 303)
