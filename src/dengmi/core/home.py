"""The folder of everything that is kept."""

from pathlib import Path


def make_home(home: Path) -> None:
    """Make the folder if it is not there, for its owner alone: the database holds what cookies are
    signed with and what was asked. One that is there stays as its owner has it. Blocks.

    Raises:
        OSError: it cannot be made.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
