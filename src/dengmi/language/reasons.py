"""What the system and its libraries say when something does not work, in the reader's language.

They speak English only, and for programmers: "[Errno 111] Connect call failed ('127.0.0.1', 80)".
The words are those of the C libraries of Linux and macOS (strerror, gai_strerror), of asyncio, and
of the libraries that fetch.
"""

import re

_ERRNO = r"(?:\[Errno -?\d+\] )?"
_CALL = r"Connect call failed \('([^']+)', (\d+)[^)]*\)"

_CALLS = rf"(?:Multiple exceptions: )?\[Errno (-?\d+)\] {_CALL}(?:, \[Errno -?\d+\] {_CALL})*"
_NOBODY = frozenset(("61", "111", "10061"))
"""ECONNREFUSED on macOS, Linux and Windows."""

_SAID = {
    "Connection refused|All connection attempts failed": "reason_refused",
    "Name or service not known|Temporary failure in name resolution"
    "|No address associated with hostname"
    "|nodename nor servname provided, or not known|getaddrinfo failed": "reason_no_host",
    "Network is unreachable|No route to host": "reason_no_network",
    "connection lost|Connection reset by peer|Broken pipe": "reason_lost",
    "no connection in time|Connection timed out|Operation timed out": "reason_late",
    "No such file or directory": "reason_no_file",
    "Is a directory": "reason_folder",
    "Not a directory": "reason_no_folder",
    "Permission denied|Operation not permitted": "reason_forbidden",
    "Read-only file system": "reason_read_only",
    "No space left on device": "reason_full",
    "[Aa]ddress already in use": "reason_taken",
    "Can(?:no|')t assign requested address": "reason_not_here",
}
"""Regular expressions of what is said, each with the key of its words."""


def known_reason(said: str) -> tuple[str, int, int, str] | None:
    """The first part of a reason that has words of its own.

    Args:
        said: what the system said.

    Returns:
        The key of the words, where the part begins and ends, and the address that fills `where`
        in them; None where nothing in it is known.
    """
    if call := re.search(_CALLS, said):
        number, host, port = call.group(1, 2, 3)
        host = f"[{host}]" if ":" in host else host
        key = "reason_nobody" if number in _NOBODY else "reason_no_way"
        return key, call.start(), call.end(), f"{host}:{port}"
    for pattern, key in _SAID.items():
        if found := re.search(f"{_ERRNO}(?:{pattern})", said):
            return key, found.start(), found.end(), ""
    return None
