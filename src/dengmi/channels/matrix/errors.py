"""What a homeserver says no with."""

from dengmi.core.errors import Unavailable

LOGGED_OUT = frozenset(("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"))
"""The account has to log in again."""


class MatrixFailed(Unavailable):
    """A call was refused, or nothing came back.

    Args:
        errcode: such as "M_FORBIDDEN"; "" where the server did not say.
        reason: what it said.
        status: that of HTTP; 0 where nothing came back.
        retry_after: seconds it asked to wait.
    """

    def __init__(
        self, errcode: str, reason: str, *, status: int = 0, retry_after: float = 0.0
    ) -> None:
        super().__init__("matrix_refused", errcode=errcode or str(status), reason=reason[:200])
        self.errcode = errcode
        self.http_status = status
        self.retry_after = retry_after

    @property
    def limited(self) -> bool:
        """Whether it comes too fast, and may be tried again a little later."""
        return self.errcode == "M_LIMIT_EXCEEDED" or self.http_status == 429

    @property
    def final(self) -> bool:
        """Whether trying again changes nothing: the room is closed to the account, say."""
        if self.limited or self.errcode in LOGGED_OUT:
            return False
        return 400 <= self.http_status < 500
