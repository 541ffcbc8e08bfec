"""What a channel's codec raises, and nothing else."""


class WireError(Exception):
    """A delivery that cannot be used. `reason` is one word, for the log and the metrics.

    Args:
        reason: what is wrong, such as "signature"; never anything of the content.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Forged(WireError):
    """It is not from whom it should be, or was changed on its way."""


class Malformed(WireError):
    """It is from the platform and yet cannot be read."""
