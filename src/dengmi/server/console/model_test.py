"""Calls a model once from the console, as `dengmi models test` does, and shows what came of it."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dengmi.core.errors import ModelFailed
from dengmi.language.money import amount
from dengmi.ledger.costs import cost
from dengmi.ledger.prices import price_of
from dengmi.models.open import open_model
from dengmi.models.probe import Probe, notes, tried
from dengmi.server.console.visit import Visit
from dengmi.server.problems import Refusal, detail
from dengmi.server.ui.markup import Child, Html, el
from dengmi.settings.added import edit_of_model, variable_of
from dengmi.settings.load import is_set
from dengmi.settings.options import ModelSettings

PATIENCE = 90.0
"""Seconds that the calls of a test may take together; a file of a model may have to be loaded."""

SHOWN = 300
"""Characters shown of what a model says."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of a test. `variable`: the one that holds the key and is not set, so that nothing
    was called."""

    settings: ModelSettings
    found: Sequence[Probe] = ()
    variable: str = ""
    late: bool = False


async def test_once(
    visit: Visit, name: str, model: ModelSettings | None = None, variable: str = ""
) -> Tested:
    """Call a model.

    Args:
        model: one that is only entered; None for the one of this name, as it runs.
        variable: the one that holds the key.

    Raises:
        Refusal: there were too many tests just now.
    """
    wait = visit.office.tests.take("models", visit.office.parts.clock.steady())
    if wait:
        raise Refusal("console_too_many", 429, seconds=max(1, round(wait)))
    parts = visit.office.parts
    if model is None:
        path = edit_of_model(name).path
        edit = next((each for each in parts.tuned.edits if each.path == path), None)
        variable = variable_of(edit.value) if edit else ""
    settings = model or parts.settings.models[name]
    if variable and not is_set(variable):
        done = Tested(settings, variable=variable)
    else:
        done = await _tried(visit, name, settings, as_it_runs=model is None)
    works = bool(done.found) and done.found[0].trouble is None
    await visit.note("model_tested", name, state="ok" if works else "fail")
    return done


async def _tried(visit: Visit, name: str, settings: ModelSettings, *, as_it_runs: bool) -> Tested:
    parts = visit.office.parts
    try:
        if as_it_runs:  # a file that is loaded is not loaded once more
            opened = parts.writing.model(name)
        else:
            opened = await asyncio.to_thread(open_model, name, settings, parts.settings.home)
    except ModelFailed as error:
        return Tested(settings, [Probe(thinking=False, trouble=error)])
    try:
        async with asyncio.timeout(PATIENCE):
            return Tested(settings, await tried(opened))
    except TimeoutError:
        return Tested(settings, late=True)
    finally:
        if not as_it_runs:
            await opened.close()


def findings(visit: Visit, tested: Tested | None) -> Child:
    """What came of a test, line by line; nothing where there was none."""
    if tested is None:
        return None
    rows = list(_rows(visit, tested))
    return el("div", el("ul", rows), class_="findings", role="status")


def _rows(visit: Visit, tested: Tested) -> Iterator[Html]:
    if tested.variable:
        yield _line(visit, "bad", visit.say("con_model_variable", variable=tested.variable))
    elif tested.late:
        yield _line(visit, "bad", visit.say("con_model_late", seconds=int(PATIENCE)))
    for each in tested.found:
        if each.trouble is not None:
            yield _line(visit, "bad", detail(each.trouble, visit.lang))
            continue
        yield _line(visit, "good", _call(visit, tested.settings, each))
    if not tested.found:
        return
    for note in notes(tested.found):
        yield _line(visit, "warm", visit.say(note))
    if said := tested.found[0].text.strip():
        quoted = el("q", said[:SHOWN])
        yield el("li", el("span", visit.say("con_model_said")), quoted)


def _call(visit: Visit, settings: ModelSettings, found: Probe) -> str:
    """What one call took and cost."""
    price = price_of(settings, visit.now)
    tokens = found.tokens
    micros = cost(price, tokens)
    return visit.say(
        "cli_models_line",
        how=visit.say("cli_models_thinking" if found.thinking else "cli_models_plain"),
        first=round(found.first_ms),
        total=round(found.total_ms),
        hit=tokens.hit,
        miss=tokens.miss,
        output=tokens.output,
        price=amount(micros, price.currency) if price.known else visit.say("cli_models_unpriced"),
    )


def _line(visit: Visit, colour: str, said: str) -> Html:
    words = {"good": "con_test_ok", "warm": "con_test_warn", "bad": "con_test_fail"}[colour]
    return el("li", el("span", visit.say(words), class_=f"badge {colour}"), el("span", said))
