"""GET /load: what the server has to do just now, for its operator."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.counts import Counted, Times
from dengmi.gate.uses import Use
from dengmi.server.context import Context
from dengmi.server.replies import json_reply
from dengmi.server.rest.models import BudgetShape
from dengmi.server.shown import Whole

LEVELS = ("quote", "quick", "deep", "research")
"""Levels that a question can ask for."""


class Took(Struct, kw_only=True):
    """How long something took, in seconds, to about a tenth; null where nothing was timed."""

    median: float | None
    p99: float | None


class LevelLoad(Struct, kw_only=True):
    """One level. Counts are those of the last minute, or since the start where that is shorter.

    Every question that arrives is granted the level, lowered, failed, left, or under way."""

    level: str
    running: Annotated[int, Meta(description="Questions under way that ask for this level.")]
    waiting: Annotated[int, Meta(description="Those of them whose answer has not begun.")]
    arrivals: int
    granted: int
    lowered: Annotated[dict[str, int], Meta(description="How many got a lower level, by cause.")]
    failed: int
    left: Annotated[int, Meta(description="How many askers left before the end.")]
    rate: Annotated[float, Meta(description="Arrivals a second.")]
    answers: Annotated[int, Meta(description="Answers of this level, whatever was asked for.")]
    first_reply: Took
    first_token: Took
    duration: Took
    reuse: Annotated[float | None, Meta(description="Share of the answers that was reused.")]
    join: Annotated[float | None, Meta(description="Share of the answers that was joined.")]
    tokens: Annotated[dict[str, int], Meta(description="Tokens by kind.")]
    spent: Annotated[dict[str, int], Meta(description="Money by currency, in millionths.")]


class ModelLoad(Struct, kw_only=True):
    """One model, added up over all processes; it may tell more than this."""

    model: str
    busy: Annotated[int, Meta(description="Requests in flight.")]
    limit: Annotated[int, Meta(description="Requests that may be in flight now.")]
    most: Annotated[int, Meta(description="Requests that the settings allow.")]
    waiting: Annotated[int, Meta(description="Questions that wait for a slot.")]


class SearchLoad(Struct, kw_only=True):
    """Searches; there may be more told of them."""

    running: int
    waiting: Annotated[int, Meta(description="Questions that wait for theirs.")] = 0


class IndexLoad(Struct, kw_only=True):
    """The index."""

    lag: Annotated[int, Meta(description="Changes it is behind the store.")]


class LoadResponse(Struct, kw_only=True):
    """The present state."""

    at: float
    since: Annotated[float, Meta(description="Unix time since which is counted.")]
    seconds: Annotated[float, Meta(description="Length of the last minute, in seconds.")]
    workers: Annotated[int, Meta(description="Processes that answer.")]
    gate: Annotated[
        dict[str, dict[str, Any]], Meta(description="What the gate tells of each level.")
    ]
    models: list[ModelLoad]
    levels: list[LevelLoad]
    budgets: list[BudgetShape]
    searches: SearchLoad
    index: IndexLoad


class Loading:
    """Tells the load."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def load(self, request: Request) -> Response:
        """What is under way, and what was in the last minute."""
        await self._context.rights.check(request, "read")
        load = self._context.load
        return json_reply(load_json(await load.whole(), await load.budgets()))


def load_json(whole: Whole, budgets: Sequence[Use] = ()) -> dict[str, Any]:
    """A server's load as it is sent, with all that what is watched tells of itself."""
    more = {name: value for name, value in whole.facts.items() if name not in ("gate", "searches")}
    searches = whole.facts.get("searches", {})
    used = {key[1] for key in whole.counted.counts if key[0] in ("arrivals", "answers")}
    return {
        **more,
        "at": whole.at,
        "since": whole.began,
        "seconds": round(whole.seconds, 3),
        "workers": len(whole.pids),
        "gate": dict(whole.gates),
        "models": [{"model": name, **facts} for name, facts in whole.models.items()],
        "levels": [_level(whole, level) for level in LEVELS if level in used],
        "budgets": [{**asdict(use), "share": round(use.share, 4)} for use in budgets],
        "searches": {**searches, "running": int(whole.counted.now.get(("searches",), 0))},
        "index": {"lag": whole.index_lag},
    }


def _level(whole: Whole, level: str) -> LevelLoad:
    minute, now = whole.minute, whole.counted.now
    counts = minute.counts
    answers = sum(_by(minute, "answers", level).values())
    arrivals = int(counts.get(("arrivals", level), 0))
    shared = _by(minute, "shared", level)
    return LevelLoad(
        level=level,
        running=int(now.get(("running", level), 0)),
        waiting=int(now.get(("waiting", level), 0)),
        arrivals=arrivals,
        granted=int(counts.get(("granted", level), 0)),
        lowered=_by(minute, "lowered", level),
        failed=sum(_by(minute, "failed", level).values()),
        left=int(counts.get(("left", level), 0)),
        rate=round(arrivals / whole.seconds, 3),
        answers=answers,
        first_reply=_took(minute.times.get(("first_reply", level))),
        first_token=_took(minute.times.get(("first_token", level))),
        duration=_took(minute.times.get(("duration", level))),
        reuse=_share(shared.get("reuse", 0), answers),
        join=_share(shared.get("join", 0), answers),
        tokens=_by(minute, "tokens", level),
        spent=_by(minute, "micros", level),
    )


def _by(counted: Counted, name: str, level: str) -> dict[str, int]:
    """Counts of a level by their last label."""
    found: dict[str, int] = {}
    for key, value in counted.counts.items():
        if key[:2] == (name, level):
            found[key[-1]] = found.get(key[-1], 0) + int(value)
    return found


def _took(times: Times | None) -> Took:
    if times is None:
        return Took(median=None, p99=None)
    return Took(median=_rounded(times.within(0.5)), p99=_rounded(times.within(0.99)))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)


def _share(part: int, of: int) -> float | None:
    return round(min(1.0, part / of), 4) if of else None
