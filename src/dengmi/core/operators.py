"""Operators: the people who look after an installation, and what is kept of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Role = Literal["viewer", "editor", "owner"]
ROLES: tuple[Role, ...] = ("viewer", "editor", "owner")
"""Every role; each may do what those before it may, and more."""

Scope = Literal["ask", "read", "operate"]
SCOPES: tuple[Scope, ...] = ("ask", "read", "operate")
"""What a key may be used for: asking and searching; reading the state of the server as well;
changing sources and answers as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator. `password` is a hash, "" before one is set. Times are Unix seconds."""

    id: str
    name: str
    role: Role
    password: str = ""
    made_at: float = 0.0
    seen_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A link that works once: to become an operator, or, with `operator`, to set that one's
    password anew. `id` is the hash of what the link holds."""

    id: str
    role: Role
    operator: str = ""
    made_by: str = ""
    made_at: float = 0.0
    until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An operator who is signed in. `id` is the hash of the cookie; `csrf` is what every form of
    this session carries."""

    id: str
    operator: str
    csrf: str
    made_at: float = 0.0
    seen_at: float = 0.0
    until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One line of the audit log: who did what to what. `code` names the text that says it."""

    id: str
    at: float
    operator: str
    code: str
    subject: str = ""
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """A key for programs. Only the hash of its secret is kept, as `id`."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    made_by: str = ""
    made_at: float = 0.0
    used_at: float | None = None


def made_by(operator: Operator, keys: Sequence[AccessKey]) -> tuple[AccessKey, ...]:
    """Those of the keys that an operator made."""
    return tuple(key for key in keys if key.made_by.casefold() == operator.name.casefold())


class Operators(Protocol):
    """Keeps operators, their sessions and their deeds."""

    async def operators(self) -> Sequence[Operator]:
        """Every operator, oldest first."""
        ...

    async def operator(self, name_or_id: str) -> Operator | None:
        """One operator, by id or by name in upper or lower case."""
        ...

    async def has_operators(self) -> bool:
        """Whether anybody could sign in."""
        ...

    async def join(self, operator: Operator, invite: str, now: float) -> Operator:
        """Use up an invitation: make the operator, or give the one it names this password; the
        role is the invitation's.

        Args:
            invite: the id of the invitation; "" for the first operator of all, an owner.

        Raises:
            NotFound: the invitation is used or over, or there are operators already.
            Conflict: another operator has the name.
        """
        ...

    async def set_password(self, operator: str, password: str) -> None:
        """Change an operator's password, and end all of the operator's sessions."""
        ...

    async def set_role(self, operator: str, role: Role) -> None:
        """Change an operator's role. Raises NotFound, or Conflict for the last owner."""
        ...

    async def remove_operator(self, operator: str) -> None:
        """Remove an operator with all sessions. Raises NotFound, or Conflict for the last owner."""
        ...

    async def put_invite(self, invite: Invite) -> None:
        """Keep an invitation; those that are over are forgotten."""
        ...

    async def invite(self, invite_id: str, now: float) -> Invite | None:
        """An invitation that may still be used."""
        ...

    async def invites(self, now: float) -> Sequence[Invite]:
        """Every invitation that may still be used, oldest first."""
        ...

    async def withdraw_invite(self, invite_id: str) -> bool:
        """Forget an invitation; False where there is none."""
        ...

    async def begin_session(self, session: Session) -> None:
        """Keep a session; those that are over are forgotten."""
        ...

    async def session(self, session_id: str, now: float) -> tuple[Session, Operator] | None:
        """A session that is not over, with its operator as of now."""
        ...

    async def keep_session(self, session_id: str, now: float, until: float) -> None:
        """The session was used; it lasts until then."""
        ...

    async def end_session(self, session_id: str) -> None:
        """Sign out."""
        ...

    async def note(self, deed: Deed) -> None:
        """Write a line of the audit log."""
        ...

    async def deeds(self, *, limit: int, before: tuple[float, str] | None = None) -> Sequence[Deed]:
        """Lines of the audit log, newest first, those before a line (its time and id)."""
        ...

    async def put_key(self, key: AccessKey) -> None:
        """Keep a key. Raises Conflict where another one has its name."""
        ...

    async def access_keys(self) -> Sequence[AccessKey]:
        """Every key, oldest first."""
        ...

    async def access_key(self, key_id: str, now: float) -> AccessKey | None:
        """The key of a secret's hash; notes that it was used, once a minute at most."""
        ...

    async def remove_key(self, name: str) -> bool:
        """Forget a key; False where there is none."""
        ...
