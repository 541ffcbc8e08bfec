"""The command line: one verb per file, each imported only when it is used."""

import sys


def main() -> None:
    """Run `dengmi` with the process's arguments and leave with its exit status."""
    from dengmi.cli.root import run

    sys.exit(run(sys.argv[1:]))
