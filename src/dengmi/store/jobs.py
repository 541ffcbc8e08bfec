"""Jobs: work to be done later, by whichever process comes first, and again if that one dies.

Taking a job moves its `run_at` to the end of a lease and counts an attempt. Whoever finishes it
must name that attempt, so a process that was away too long cannot finish what another one has
taken over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dengmi.store.jsons import from_json, to_json
from dengmi.store.steps import Row, Work, every, first, run

JobState = Literal["open", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work. `run_at` (Unix seconds) is when it may next be taken."""

    id: str
    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    state: JobState = "open"
    run_at: float = 0.0
    attempts: int = 0
    failure: str = ""


def add(job: Job) -> Work[None]:
    """Note a job; nothing happens when one of its id is there already."""
    yield from run(
        "job_insert",
        id=job.id,
        kind=job.kind,
        payload=to_json(dict(job.payload)),
        run_at=float(job.run_at),
    )


def claim(kinds: Sequence[str], now: float, lease: float) -> Work[Job | None]:
    """Take the job of these kinds that is due longest, for `lease` seconds; None when none is."""
    row = yield from first("job_claim", kinds=list(kinds), now=now, lease_until=now + lease)
    return None if row is None else _job(row)


def finish(job: Job) -> Work[bool]:
    """Done. False when the job is no longer this holder's."""
    return (yield from first("job_finish", id=job.id, attempts=job.attempts)) is not None


def fail(job: Job, failure: str, retry_at: float | None) -> Work[bool]:
    """Failed: to be tried again from `retry_at` on, or, for None, not again. False when the job
    is no longer this holder's."""
    names = {"id": job.id, "attempts": job.attempts, "failure": failure}
    if retry_at is None:
        row = yield from first("job_fail", **names)
    else:
        row = yield from first("job_retry", run_at=float(retry_at), **names)
    return row is not None


def one(job_id: str) -> Work[Job | None]:
    """A job by its id."""
    row = yield from first("job", id=job_id)
    return None if row is None else _job(row)


def put_note(note_id: str, kind: str, value: Mapping[str, object], now: float) -> Work[None]:
    """Note what is owed; it is taken by its id, not by its time."""
    yield from run(
        "note_put", id=note_id, kind=kind, payload=to_json(dict(value)), run_at=float(now)
    )


def take_note(note_id: str) -> Work[Mapping[str, Any] | None]:
    """What was noted, to whoever comes first; None afterwards."""
    row = yield from first("note_take", id=note_id)
    return None if row is None else from_json(row[0], dict[str, Any])


def notes(kind: str) -> Work[Mapping[str, Mapping[str, Any]]]:
    """Everything that is noted under a kind, by its id."""
    rows = yield from every("notes", kind=kind)
    return {row[0]: from_json(row[1], dict[str, Any]) for row in rows}


def _job(row: Row) -> Job:
    id_, kind, payload, state, run_at, attempts, failure = row
    return Job(
        id=id_,
        kind=kind,
        payload=from_json(payload, dict[str, Any]),
        state=state,
        run_at=run_at,
        attempts=attempts,
        failure=failure,
    )
