"""A process that has Dengmi's modules in memory and forks for each command it is sent, so that a
command costs what it does, and not the half second of a start as well. Started by tests.commands.

    forked.py SOCKET      listens there until its standard input ends

A request is a connection: JSON of `args`, `cwd`, `environ`, with the descriptors of standard input,
output and error. The reply is JSON of `pid`, then of `status`, a line each.
"""

import gc
import json
import os
import pkgutil
import select
import signal
import socket
import sys
from importlib import import_module
from pathlib import Path

ROOMS = ("core", "settings", "language", "search", "answer", "gate", "ledger", "corpus", "store")
HEAVY = ("models.", "server.", "channels.", "postgres", "nli")
"""What commands seldom need, or what needs an extra: imported by those that use it."""


def main() -> None:
    """Listen until standard input ends. In a fork it returns at once, with a command to run."""
    for name in modules():
        import_module(name)
    threads = len(list(Path("/proc/self/task").iterdir()))
    assert threads == 1, f"{threads} threads: a fork would lose all but one"
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen(64)
        print("ready", flush=True)
        while True:
            heard, _, _ = select.select([listener, sys.stdin], [], [])
            if sys.stdin in heard:
                return
            connection, _ = listener.accept()
            if os.fork() == 0:
                break
            connection.close()
    with connection:
        serve(connection)


def modules() -> list[str]:
    """What most commands import: everything of ours that needs no extra."""
    import dengmi

    names = [
        each.name
        for each in pkgutil.walk_packages(dengmi.__path__, "dengmi.")
        if each.name.split(".")[1] in ROOMS or each.name.startswith("dengmi.cli.")
    ]
    return [name for name in names if not any(part in name for part in HEAVY)]


def serve(connection: socket.socket) -> None:
    """Have another fork run the command, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked, descriptors, _, _ = socket.recv_fds(connection, 1 << 20, 3)
    request = json.loads(asked)
    pid = os.fork()
    if pid == 0:
        become(request, descriptors)
        return
    connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
    _, status = os.waitpid(pid, 0)
    connection.sendall(json.dumps({"status": os.waitstatus_to_exitcode(status)}).encode() + b"\n")
    os._exit(0)


def become(request: dict[str, object], descriptors: list[int]) -> None:
    """Make this process look like one that was started for the command."""
    for wanted, given in enumerate(descriptors):
        os.dup2(given, wanted)
        os.close(given)
    os.environ.clear()
    os.environ.update(request["environ"])
    os.chdir(request["cwd"])
    sys.argv = ["dengmi", *request["args"]]
    sys.stdin = sys.__stdin__ = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.__stderr__ = os.fdopen(
        2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False
    )


if __name__ == "__main__":
    main()
    if sys.argv[0] == "dengmi":
        from dengmi.cli import main as dengmi

        dengmi()
