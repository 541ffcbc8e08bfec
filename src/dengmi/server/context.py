"""What every handler of one running server shares."""

from dataclasses import dataclass, field
from pathlib import Path

from dengmi.channels.outbox import Outbox
from dengmi.core.life import Life
from dengmi.core.ports import Locks
from dengmi.gate.open import limits_of
from dengmi.server.along import Along
from dengmi.server.askers import Askers
from dengmi.server.board import Board
from dengmi.server.callers import Callers
from dengmi.server.crew import Crew
from dengmi.server.firsts import FirstsKeeper
from dengmi.server.follow import Follower
from dengmi.server.load import Load
from dengmi.server.parts import Parts
from dengmi.server.picture.pictures import Pictures
from dengmi.server.pump import Pump
from dengmi.server.rights import MadeKeys, Rights
from dengmi.server.siblings import Siblings
from dengmi.server.syncs import Syncs


@dataclass(frozen=True, slots=True)
class Context:
    """The parts, and what the server itself keeps while it runs. `locks` are those that several
    servers have in common; None where this is the only one on its database."""

    parts: Parts
    crew: Crew
    follower: Follower
    load: Load
    syncs: Syncs
    callers: Callers
    askers: Askers
    pictures: Pictures
    siblings: Siblings
    along: Along
    rights: Rights
    outbox: Outbox
    firsts: FirstsKeeper
    locks: Locks | None
    pump: Pump = field(default_factory=Pump)


def make_context(parts: Parts, board: Path | None = None) -> Context:
    """A fresh context around the parts.

    Args:
        board: the folder where the processes of this server meet; None where it is the only one.
    """
    crew = Crew()
    follower = Follower(parts.store, parts.search)
    meeting = Board(board) if board else None
    limits = limits_of(parts.settings, parts.clock)
    siblings = Siblings(board)
    made = MadeKeys(parts.store, parts.clock)
    return Context(
        parts,
        crew,
        follower,
        Load(parts.counts, follower, parts.clock, parts.store, limits, board=meeting),
        Syncs(parts.corpus, crew, parts.clock),
        Callers(parts.settings, parts.store, parts.clock, made),
        Askers(parts.settings.server, parts.store),
        Pictures(parts.settings),
        siblings,
        Along(parts.ladder.audience, siblings),
        Rights(parts.settings.server, parts.store, parts.clock, made),
        Outbox(parts.store, parts.clock, Life(parts.settings.home / "outbox"), parts.late),
        FirstsKeeper(parts.counts, parts.store, parts.clock),
        parts.store.locks() if parts.settings.store.shared else None,
    )
