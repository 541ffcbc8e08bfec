"""How a sync ended, in the form that is kept."""

from dengmi.core.errors import DengmiError
from dengmi.core.outcomes import MOST_KEPT, Missed, Outcome
from dengmi.corpus.sync import Report


def outcome_of(report: Report, at: float) -> Outcome:
    """What a sync did."""
    return Outcome(
        at=at,
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        removed=report.removed,
        skipped=report.skipped,
        failed=len(report.failed),
        missed=tuple(
            Missed(key=each.key, code=each.code, params=dict(each.params))
            for each in report.failed[:MOST_KEPT]
        ),
    )


def failure_of(error: DengmiError, at: float) -> Outcome:
    """That a source could not be read at all."""
    return Outcome(at=at, error=Missed(key="", code=error.code, params=dict(error.params)))
