"""Accounts that people have elsewhere, at a provider of sign-in, and whose they are here."""

from typing import Protocol

from dengmi.core.operators import Operator, Role


class Accounts(Protocol):
    """Keeps which asker or operator an account belongs to. A `key` is made from the provider and
    its id of a person; it says neither."""

    async def asker(self, key: str, plan: str, known: str, fresh: str, now: float) -> str:
        """An asker signs in: the name of the account's asker from now on.

        Args:
            plan: the plan that the account gives, "" for none.
            known: the name that the browser had, "" for none. What was asked under it becomes the
                account's, in one transaction, unless it is another account's.
            fresh: the name that an account gets which has none, where `known` cannot be it.
        """
        ...

    async def plan(self, asker: str) -> str | None:
        """The plan of an asker who has an account, "" where it gives none; None for others."""
        ...

    async def operator(self, key: str, name: str, role: Role, fresh: str, now: float) -> Operator:
        """An operator signs in with a role; made anew, under an id `fresh` and a name like `name`,
        where the account has none.

        Raises:
            Conflict: the last owner would be none any more.
        """
        ...

    async def refuse_operator(self, key: str) -> None:
        """The account may not be at the console (any more): its sessions end."""
        ...
