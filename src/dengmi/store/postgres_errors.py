"""What PostgreSQL's and its driver's errors mean to people."""

import asyncio

import asyncpg  # type: ignore[import-untyped]

from dengmi.core.errors import BadInput, BadSettings, Conflict, DengmiError, Unavailable

_BAD_SETTINGS = (
    asyncpg.InvalidPasswordError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.exceptions.ClientConfigurationError,
)
_UNREACHABLE = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InternalClientError,  # what the driver says when a connection ends in mid-sentence
)
RETRIED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""Errors after which the same transaction may well succeed."""


def _is_cut(error: BaseException, reason: str) -> bool:
    """Whether the connection ended under the driver, which may still take the operation that was
    cut off for one in progress, or stumble over its own state."""
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in reason or "in progress" in reason
    return isinstance(error, asyncpg.InternalClientError)


def translate(error: BaseException, where: str) -> BaseException:
    """The DengmiError that tells what happened to the database called `where` (no password in it).

    Errors that are not the database's come back as they are.
    """
    reason = " ".join(str(error).split()) or type(error).__name__
    if _is_cut(error, reason):
        return Unavailable("store_unreachable", where=where, reason=reason)
    for kinds, make, code in (
        (_BAD_SETTINGS, BadSettings, "store_refused"),
        (_UNREACHABLE, Unavailable, "store_unreachable"),
        ((asyncpg.DiskFullError, asyncpg.OutOfMemoryError), Unavailable, "store_full"),
        ((asyncpg.ReadOnlySQLTransactionError,), Unavailable, "store_read_only"),
        ((*RETRIED, asyncpg.LockNotAvailableError), Unavailable, "store_locked"),
        ((asyncpg.IntegrityConstraintViolationError,), Conflict, "store_conflict"),
        ((asyncpg.DataError, OverflowError), BadInput, "store_bad_value"),
        ((asyncpg.PostgresError, asyncpg.InterfaceError), DengmiError, "store_failed"),
    ):
        if isinstance(error, kinds):
            return make(code, where=where, reason=reason)
    return error
