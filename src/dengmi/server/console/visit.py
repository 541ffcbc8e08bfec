"""One request to the console: who sent it, in which language, and what its pages need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property

from starlette.requests import Request

from dengmi.core.ids import new_id
from dengmi.core.operators import Deed, Operators
from dengmi.core.review import Review
from dengmi.gate.bucket import Buckets
from dengmi.language.texts import catalogue, text
from dengmi.server.console.door import Door, Visitor
from dengmi.server.console.passwords import Passwords
from dengmi.server.context import Context
from dengmi.server.parts import Parts
from dengmi.server.ui.overview import Overview
from dengmi.server.ui.page import DeskView

FRESH = 60.0
"""Seconds that the names of channels are told again without a look."""


class Office:
    """What all pages of the console share."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.parts: Parts = context.parts
        self.people: Operators = context.parts.store.operators()
        self.review: Review = context.parts.store.review()
        self.door = Door(self.people, self.parts.clock, self.parts.settings.server)
        self.passwords = Passwords()
        self.overview = Overview(context.parts)
        self.tests = Buckets(rate=0.1, burst=3)
        """Tests of a channel: each calls its platform, and a robot's writes into its group."""
        self._channels: tuple[float, Sequence[str]] = (0.0, ())

    async def channels(self) -> Sequence[str]:
        """The channels that questions came through. Every question is looked at for it, so what was
        found is told again for a while."""
        now = self.parts.clock.steady()
        if now >= self._channels[0]:
            self._channels = (now + FRESH, await self.review.channels())
        return self._channels[1]

    @cached_property
    def zone(self) -> tzinfo | None:
        """Where days begin; None: where this computer is."""
        name = self.parts.settings.time_zone
        if not name:
            return None
        from zoneinfo import ZoneInfo

        return ZoneInfo(name)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request. `visitor` is None on pages before anybody is signed in; `form` is what was
    sent, `desks` all there are."""

    office: Office
    request: Request
    lang: str
    visitor: Visitor | None
    form: Mapping[str, str] = field(default_factory=dict)
    desks: tuple[DeskView, ...] = ()

    def say(self, key: str, **params: object) -> str:
        """A text in the language of the page."""
        return text(key, self.lang, **params)

    def known(self, key: str, otherwise: str) -> str:
        """A text where the catalogue has it."""
        return text(key, self.lang) if key in catalogue() else otherwise

    @property
    def me(self) -> Visitor:
        """Who is signed in, on pages that take that."""
        assert self.visitor is not None
        return self.visitor

    def query(self, name: str, most: int = 200) -> str:
        """A parameter of the address, "" where it is not there."""
        return self.request.query_params.get(name, "").strip()[:most]

    @property
    def desk(self) -> str:
        """The desk that the page is about; "" for all."""
        wanted = self.query("desk")
        return wanted if any(desk.name == wanted for desk in self.desks) else ""

    @property
    def now(self) -> float:
        """Unix seconds."""
        return self.office.parts.clock.now()

    def moment(self, at: float) -> datetime:
        """A time where the days of this installation are counted."""
        return datetime.fromtimestamp(at, UTC).astimezone(self.office.zone)

    def when(self, at: float | None) -> str:
        """A time as it is shown."""
        return "–" if at is None else f"{self.moment(at):%Y-%m-%d %H:%M}"

    async def note(self, code: str, subject: str = "", **params: str | int | float) -> None:
        """Write down what the operator does."""
        name = self.visitor.operator.name if self.visitor else ""
        deed = Deed(
            id=new_id("d"), at=self.now, operator=name, code=code, subject=subject, params=params
        )
        await self.office.people.note(deed)
