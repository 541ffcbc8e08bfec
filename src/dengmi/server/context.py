"""What every handler of one running server shares."""

from dataclasses import dataclass

from dengmi.server.callers import Callers
from dengmi.server.crew import Crew
from dengmi.server.follow import Follower
from dengmi.server.metrics import Metrics
from dengmi.server.parts import Parts
from dengmi.server.syncs import Syncs


@dataclass(frozen=True, slots=True)
class Context:
    """The parts, and what the server itself keeps while it runs."""

    parts: Parts
    crew: Crew
    follower: Follower
    metrics: Metrics
    syncs: Syncs
    callers: Callers


def make_context(parts: Parts) -> Context:
    """A fresh context around the parts."""
    crew = Crew()
    follower = Follower(parts.store, parts.search)
    return Context(
        parts,
        crew,
        follower,
        Metrics(follower),
        Syncs(parts.corpus, crew, parts.clock),
        Callers(parts.settings, parts.store, parts.clock),
    )
