"""What the store keeps for operators, behind the store's own connector: opened with it, closed with
it, and imported only where an operator asks."""

from collections.abc import Sequence

from dengmi.core.operators import AccessKey, Deed, Invite, Operator, Role, Session
from dengmi.store import accounts, operators
from dengmi.store.connector import Connector


class SqlOperators:
    """Operators, sessions and deeds, as `dengmi.core.operators.Operators` says."""

    def __init__(self, connector: Connector) -> None:
        self._db = connector

    async def operators(self) -> Sequence[Operator]:
        """Every operator, oldest first."""
        return await self._db.read(operators.listed)

    async def operator(self, name_or_id: str) -> Operator | None:
        """One operator, by id or name."""
        return await self._db.read(operators.one, name_or_id)

    async def has_operators(self) -> bool:
        """Whether anybody could sign in."""
        return await self._db.read(operators.has_any)

    async def join(self, operator: Operator, invite: str, now: float) -> Operator:
        """Use up an invitation. Raises NotFound, Conflict."""
        return await self._db.write_alone(operators.join, operator, invite, now)

    async def set_password(self, operator: str, password: str) -> None:
        """Change a password, and end all sessions. Raises NotFound."""
        await self._db.write_alone(operators.set_password, operator, password)

    async def set_role(self, operator: str, role: Role) -> None:
        """Change a role. Raises NotFound, Conflict."""
        await self._db.write_alone(operators.set_role, operator, role)

    async def remove_operator(self, operator: str) -> None:
        """Remove an operator with all sessions. Raises NotFound, Conflict."""
        await self._db.write_alone(operators.remove, operator)

    async def put_invite(self, invite: Invite) -> None:
        """Keep an invitation."""
        await self._db.write(operators.put_invite, invite)

    async def invite(self, invite_id: str, now: float) -> Invite | None:
        """An invitation that may still be used."""
        found = await self._db.read(operators.invites, now)
        return next((each for each in found if each.id == invite_id), None)

    async def invites(self, now: float) -> Sequence[Invite]:
        """Every invitation that may still be used, oldest first."""
        return await self._db.read(operators.invites, now)

    async def withdraw_invite(self, invite_id: str) -> bool:
        """Forget an invitation; False where there is none."""
        return await self._db.write(operators.withdraw_invite, invite_id)

    async def begin_session(self, session: Session) -> None:
        """Keep a session. Raises NotFound."""
        await self._db.write(operators.begin_session, session)

    async def session(self, session_id: str, now: float) -> tuple[Session, Operator] | None:
        """A session that is not over, with its operator as of now."""
        return await self._db.read(operators.session, session_id, now)

    async def keep_session(self, session_id: str, now: float, until: float) -> None:
        """The session was used; it lasts until then."""
        await self._db.write(operators.keep_session, session_id, now, until)

    async def end_session(self, session_id: str) -> None:
        """Sign out."""
        await self._db.write(operators.end_session, session_id)

    async def note(self, deed: Deed) -> None:
        """Write a line of the audit log."""
        await self._db.write(operators.note, deed)

    async def deeds(self, *, limit: int, before: tuple[float, str] | None = None) -> Sequence[Deed]:
        """Lines of the audit log, newest first."""
        return await self._db.read(operators.deeds, limit, before)

    async def put_key(self, key: AccessKey) -> None:
        """Keep a key. Raises Conflict."""
        await self._db.write(operators.put_key, key)

    async def access_keys(self) -> Sequence[AccessKey]:
        """Every key, oldest first."""
        return await self._db.read(operators.keys)

    async def access_key(self, key_id: str, now: float) -> AccessKey | None:
        """The key of a secret's hash; notes now and then that it was used."""
        found = await self._db.read(operators.key, key_id)
        if found is not None and operators.is_due(found, now):
            await self._db.write(operators.key_used, key_id, now)
        return found

    async def remove_key(self, name: str) -> bool:
        """Forget a key; False where there is none."""
        return await self._db.write(operators.remove_key, name)


class SqlAccounts:
    """Accounts elsewhere, as `dengmi.core.accounts.Accounts` says."""

    def __init__(self, connector: Connector) -> None:
        self._db = connector

    async def asker(self, key: str, plan: str, known: str, fresh: str, now: float) -> str:
        """An asker signs in: the name of the account's asker."""
        return await self._db.write_alone(accounts.asker, key, plan, known, fresh, now)

    async def plan(self, asker: str) -> str | None:
        """The plan of an asker who has an account; None for others."""
        return await self._db.read(accounts.plan, asker)

    async def operator(self, key: str, name: str, role: Role, fresh: str, now: float) -> Operator:
        """An operator signs in. Raises Conflict."""
        return await self._db.write_alone(accounts.operator, key, name, role, fresh, now)

    async def refuse_operator(self, key: str) -> None:
        """The account may not be at the console: its sessions end."""
        await self._db.write(accounts.refuse_operator, key)
