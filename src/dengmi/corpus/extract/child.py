"""Reads PDF and office files in a child process, so that a hostile or huge file fails alone.

The child has a limit on memory and processor time, a clean environment and no open files but the
pipes to it; the parent also watches the wall clock. One child reads many files, one after the
other, and is replaced after a failure.
"""

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from dengmi.core.errors import Unreadable
from dengmi.corpus.extract.extracted import Extracted
from dengmi.settings.options import FileSettings

KINDS: Mapping[str, str] = {".pdf": "pdf", ".docx": "docx", ".pptx": "pptx", ".xlsx": "xlsx"}
"""Endings of the files that are read here, and what they are called."""

MOST_ANSWER = 64_000_000
"""Bytes that one file may turn into."""

_FILES_PER_CHILD = 200
_OUT_OF_TIME = -signal.SIGXCPU
_OUT_OF_MEMORY = -signal.SIGABRT  # how code in Rust ends when it gets no more


def extract_apart(path: Path, files: FileSettings) -> Extracted:
    """The article in a PDF, docx, pptx or xlsx file. Blocking; call it from a thread.

    Raises:
        Unreadable: with the code "file_too_big", "file_too_slow", "file_out_of_memory",
            "file_broken", "file_encrypted", "file_no_text", "file_unpacks_too_big",
            "file_old_office", "file_empty", "file_unreadable", "extra_missing" or
            "file_reader_died".
    """
    return _shared(files).read(path)


@lru_cache(maxsize=4)
def _shared(files: FileSettings) -> "Reader":
    """One reader per set of limits; its child comes with the first file and ends when idle."""
    reader = Reader(files)
    atexit.register(reader.close)
    return reader


class Reader:
    """A child process that reads one file at a time. Safe to share between threads."""

    def __init__(self, files: FileSettings) -> None:
        self.files = files
        self.lock = threading.Lock()
        self.child: subprocess.Popen[bytes] | None = None
        self.read_files = 0

    def read(self, path: Path) -> Extracted:
        """As `extract_apart`."""
        size = path.stat().st_size
        if size > self.files.max_bytes:
            most = self.files.max_bytes // 1_000_000
            raise Unreadable("file_too_big", name=path.name, size=size // 1_000_000, most=most)
        kind = KINDS.get(path.suffix.lower(), "pdf")
        request = {"path": str(path.resolve()), "name": path.name, "kind": kind}
        with self.lock:
            answer = self._ask(request)
        if "code" in answer:
            raise Unreadable(answer["code"], **answer["params"])
        return Extracted(**answer)

    def close(self) -> None:
        """End the child, if there is one."""
        with self.lock:
            self._end()

    def _ask(self, request: Mapping[str, str]) -> dict[str, Any]:
        raw = json.dumps(request).encode("utf-8", "surrogateescape")
        raw = len(raw).to_bytes(4, "big") + raw
        if not self._sent(raw):  # it had just ended, being idle
            self._end()
            self._sent(raw)
        deadline = time.monotonic() + self.files.timeout
        name = request["name"]
        try:
            length = int.from_bytes(self._receive(4, deadline), "big")
            if length > MOST_ANSWER:
                self._end()
                most = MOST_ANSWER // 1_000_000
                raise Unreadable("file_unpacks_too_big", name=name, size=length // 10**6, most=most)
            answer: dict[str, Any] = json.loads(self._receive(length, deadline))
        except TimeoutError:
            self._end()
            raise self._too_slow(name) from None
        except EOFError:
            raise self._why_dead(name) from None
        self.read_files += 1
        if self.read_files >= _FILES_PER_CHILD or answer.get("code") == "file_out_of_memory":
            self._end()
        return answer

    def _sent(self, raw: bytes) -> bool:
        if self.child is None or self.child.poll() is not None:
            self._end()
            self._start()
        assert self.child is not None and self.child.stdin is not None
        try:
            self.child.stdin.write(raw)
            self.child.stdin.flush()
        except OSError:
            return False
        return True

    def _start(self) -> None:
        command = [sys.executable, "-m", "dengmi.corpus.extract.child_main"]
        self.child = subprocess.Popen(  # noqa: S603 - our own module, no words from outside
            [*command, str(self.files.memory), str(self.files.timeout)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "MALLOC_ARENA_MAX": "2"},
            cwd="/",
            close_fds=True,
            start_new_session=True,
        )
        self.read_files = 0

    def _receive(self, count: int, deadline: float) -> bytes:
        assert self.child is not None and self.child.stdout is not None
        pipe = self.child.stdout.fileno()
        parts = bytearray()
        while len(parts) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise TimeoutError
            part = os.read(pipe, min(count - len(parts), 1 << 20))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)

    def _why_dead(self, name: str) -> Unreadable:
        """Why the child went away without an answer."""
        assert self.child is not None
        _, status, usage = os.wait4(self.child.pid, 0)
        self.child.returncode = os.waitstatus_to_exitcode(status)
        code, peak = self.child.returncode, usage.ru_maxrss * 1024
        self._end()
        if code in (_OUT_OF_TIME, -signal.SIGKILL) and peak < 0.5 * self.files.memory:
            return self._too_slow(name)
        if code == _OUT_OF_MEMORY or peak > 0.5 * self.files.memory:
            most = self.files.memory // 1_000_000
            return Unreadable("file_out_of_memory", name=name, most=most)
        return Unreadable("file_reader_died", name=name)

    def _too_slow(self, name: str) -> Unreadable:
        return Unreadable("file_too_slow", name=name, seconds=round(self.files.timeout, 1))

    def _end(self) -> None:
        child, self.child = self.child, None
        if child is None:
            return
        if child.poll() is None:
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
